package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// Follows one direction of a WebSocket just enough to know where a frame ends (RFC 6455 §5.2).
/// Once a close is wanted, everything after the next boundary is dropped: after a close frame
/// nothing may follow.
final class WebSocketFrames {
    /// Of every WebSocket server in the world (RFC 6455 §1.3).
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int MASK_BIT = 0x80;
    private static final int LENGTH_BITS = 0x7F;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int CLOSE_FRAME = 0x88;
    private static final int MASK_BYTES = 4;

    /// Bytes of the present header that were seen, and how many it has.
    private int headerSeen;

    private int headerSize = 2;

    /// The payload's length as far as it was read.
    private long pending;

    /// Bytes of the present payload that are still to come.
    private long payload;

    private int lengthBytes;
    private boolean masked;
    private boolean wanted;
    private boolean closed;

    /// What a server answers to a client's key (RFC 6455 §4.2.2).
    static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A close frame.
    ///
    /// @param mask 0 for the unmasked frames of a server
    static ByteBuf close(int code, int mask) {
        ByteBuf frame = Unpooled.buffer(8);
        frame.writeByte(CLOSE_FRAME);
        if (mask == 0) {
            return frame.writeByte(2).writeShort(code);
        }
        return frame.writeByte(MASK_BIT | 2).writeInt(mask).writeShort(code ^ (mask >>> 16));
    }

    void closeAtBoundary() {
        wanted = true;
    }

    /// Says once, when the close is wanted and the stream stands between two frames, that now is
    /// the moment.
    boolean takeBoundary() {
        if (wanted && !closed && headerSeen == 0 && payload == 0) {
            closed = true;
            return true;
        }
        return false;
    }

    /// Follows the next bytes, and drops those behind the boundary when a close is wanted.
    void pass(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        if (closed) {
            bytes.writerIndex(at);
            return;
        }
        while (at < end) {
            if (payload > 0) {
                long step = Math.min(payload, end - at);
                payload -= step;
                at += (int) step;
            } else {
                header(bytes.getByte(at) & 0xFF);
                at++;
            }
            if (wanted && headerSeen == 0 && payload == 0) {
                bytes.writerIndex(at);
                return;
            }
        }
    }

    private void header(int next) {
        if (headerSeen == 1) {
            int length = next & LENGTH_BITS;
            masked = (next & MASK_BIT) != 0;
            lengthBytes = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
            pending = lengthBytes == 0 ? length : 0;
            headerSize = 2 + lengthBytes + (masked ? MASK_BYTES : 0);
        } else if (headerSeen >= 2 && headerSeen < 2 + lengthBytes) {
            pending = pending << 8 | next;
        }
        headerSeen++;
        if (headerSeen >= 2 && headerSeen == headerSize) {
            payload = Math.max(0, pending);
            headerSeen = 0;
            headerSize = 2;
        }
    }
}
