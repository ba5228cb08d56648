package dev.belay.driver.prometheus;

/// What is counted of either side.
enum Part {
    REQUESTS("requests"),
    ERRORS("errors"),
    /// All whose time is known.
    TIMED("latency"),
    /// Those of them that were not slow.
    FAST("latency");

    private final String key;

    Part(String key) {
        this.key = key;
    }

    /// The manifest's key, for people.
    String key() {
        return key;
    }
}
