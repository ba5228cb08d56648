package dev.belay.contract;

/// Which way a value goes. To accept less than before breaks who sends; to send more than before
/// breaks who receives.
enum Flow {
    /// From clients to the component.
    RECEIVED,
    /// From the component to clients.
    SENT;

    Flow back() {
        return this == RECEIVED ? SENT : RECEIVED;
    }

    /// What it means that fewer values are allowed than before.
    Weight narrowed() {
        return this == RECEIVED ? Weight.BREAKING : Weight.HARMLESS;
    }

    /// What it means that more values are allowed than before.
    Weight widened() {
        return this == SENT ? Weight.BREAKING : Weight.HARMLESS;
    }
}
