package dev.belay.judge;

/// Events, and what they are counted against: requests, seconds of a process, money.
///
/// @param exposure as much of it as there was; comparable between canary and baseline
public record Exposed(double exposure, long events) {
    public Exposed {
        if (!(exposure >= 0 && exposure <= Count.MOST) || events < 0 || events > Count.MOST) {
            throw new IllegalArgumentException(events + " events of " + exposure + " cannot be");
        }
    }
}
