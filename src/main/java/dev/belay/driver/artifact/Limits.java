package dev.belay.driver.artifact;

/// What an archive may hold at most.
public record Limits(int entries, long bytes, int nameLength) {
    public static final Limits DEFAULT = new Limits(1_000_000, 16L << 30, 4096);
}
