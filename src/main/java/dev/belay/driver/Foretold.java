package dev.belay.driver;

/// What came of asking another tool what it would do to a schema.
public sealed interface Foretold {
    /// What it printed, without the values of secrets.
    record Printed(String text) implements Foretold {}

    /// It could not be asked, or did not say.
    record Nothing(String because, String hint) implements Foretold {}
}
