package dev.belay.driver.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/// Ends with a failure what gets too long.
final class Bounded extends FilterInputStream {
    private final Supplier<ImageFailure> failure;
    private long left;

    Bounded(InputStream in, long max, Supplier<ImageFailure> failure) {
        super(in);
        this.failure = failure;
        left = max;
    }

    @Override
    public int read() throws IOException {
        int one = in.read();
        count(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int many = in.read(into, from, length);
        count(Math.max(0, many));
        return many;
    }

    @Override
    public long skip(long many) throws IOException {
        long skipped = in.skip(many);
        count(skipped);
        return skipped;
    }

    /// It is read once, from the beginning.
    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long many) throws ImageFailure {
        left -= many;
        if (left < 0) {
            throw failure.get();
        }
    }
}
