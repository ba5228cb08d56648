package dev.belay.release;

/// How many instances there are, by what they have to do.
///
/// @param minimum never fewer
/// @param maximum never more
/// @param percent how much of what an instance may use is used when their number is right
public record Scaling(int minimum, int maximum, Measure on, int percent) {
    public Scaling {
        if (minimum < 1 || maximum < minimum || percent < 1) {
            throw new IllegalArgumentException("between %d and %d".formatted(minimum, maximum));
        }
    }

    /// What is looked at.
    public enum Measure {
        CPU,
        MEMORY
    }
}
