package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/// Reads a part of a file piece by piece, where the kernel cannot send it by itself: within TLS. A
/// file is in memory or near it, and no more than a piece is asked for at a time.
final class FilePump implements AutoCloseable {
    private static final int PIECE = 64 * 1024;

    private final FileChannel file;
    private long at;
    private long left;

    FilePump(FileChannel file, long from, long count) {
        this.file = file;
        this.at = from;
        this.left = count;
    }

    boolean done() {
        return left == 0;
    }

    ByteBuf next(ByteBufAllocator allocator) throws IOException {
        int length = (int) Math.min(PIECE, left);
        ByteBuf bytes = allocator.directBuffer(length);
        int read = -1;
        try {
            read = bytes.writeBytes(file, at, length);
        } finally {
            if (read <= 0) {
                bytes.release();
            }
        }
        if (read <= 0) {
            throw new IOException("it became shorter");
        }
        at += read;
        left -= read;
        return bytes;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
