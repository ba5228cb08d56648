package dev.belay.judge;

/// How many were looked at in a batch, and how many of them were bad.
public record Count(long all, long bad) {
    /// More than any batch has, and few enough that sums of many batches stay exact.
    public static final long MOST = 1L << 48;

    public static final Count NONE = new Count(0, 0);

    public Count {
        if (bad < 0 || all < bad || all > MOST) {
            throw new IllegalArgumentException(bad + " of " + all + " cannot be bad");
        }
    }
}
