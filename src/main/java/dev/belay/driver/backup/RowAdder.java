package dev.belay.driver.backup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Adds rows up to a [RowChecksum], one thread at a time.
public final class RowAdder {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final MessageDigest sha;
    private final byte[] hash = new byte[32];
    private long rows;
    private long bytes;
    private long lane0;
    private long lane1;

    public RowAdder() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// One row, as the server writes it.
    public void add(byte[] row) {
        try {
            sha.update(row);
            sha.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("32 bytes hold a SHA-256", e);
        }
        rows++;
        bytes += row.length;
        lane0 += (long) LONGS.get(hash, 0);
        lane1 += (long) LONGS.get(hash, 8);
    }

    public RowChecksum sum() {
        return new RowChecksum(rows, bytes, lane0, lane1);
    }
}
