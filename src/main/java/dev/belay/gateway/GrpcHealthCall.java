package dev.belay.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One call of `grpc.health.v1.Health/Check` as bytes, for whoever has a connection: what is to be
/// sent, what to answer to what comes, and what it says in the end. The verdict stands in the
/// message; headers need not be understood for it (gRPC over HTTP/2, and its health checking
/// protocol).
public final class GrpcHealthCall {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int HEAD = 9;
    private static final int MESSAGE_HEAD = 5;
    private static final int FRAME_MAX = 16 * 1024;
    private static final int MESSAGES_MAX = 64 * 1024;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;

    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;

    /// Field 1 of the answer's message, an enumeration, and its value SERVING.
    private static final byte[] SERVING = {8, 1};

    private final String service;
    private final String authority;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private int taken;
    private @Nullable String verdict;

    /// A call about one service of a server.
    ///
    /// @param service the service's full name; empty for the server as a whole
    /// @param authority host and port that are asked
    public GrpcHealthCall(String service, String authority) {
        this.service = service;
        this.authority = authority;
    }

    /// What is sent first: the call as a whole.
    public byte[] opening() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(PREFACE.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
        var fields = new ByteArrayOutputStream();
        field(fields, ":method", "POST");
        field(fields, ":scheme", "http");
        field(fields, ":path", "/grpc.health.v1.Health/Check");
        field(fields, ":authority", authority);
        field(fields, "te", "trailers");
        field(fields, "content-type", "application/grpc");
        field(fields, "user-agent", "belay-gateway");
        out.writeBytes(frame(HEADERS, END_HEADERS, 1, fields.toByteArray()));
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        var request = new ByteArrayOutputStream();
        if (name.length > 0) {
            request.write(10);
            request.write(name.length);
            request.writeBytes(name);
        }
        ByteBuffer body = ByteBuffer.allocate(MESSAGE_HEAD + request.size());
        body.put((byte) 0).putInt(request.size()).put(request.toByteArray());
        out.writeBytes(frame(DATA, END_STREAM, 1, body.array()));
        return out.toByteArray();
    }

    /// Takes bytes as they came.
    ///
    /// @return what is to be sent for them; often nothing
    public byte[] take(byte[] bytes) {
        unread.writeBytes(bytes);
        byte[] all = unread.toByteArray();
        var replies = new ByteArrayOutputStream();
        int at = 0;
        while (verdict == null && all.length - at >= HEAD) {
            int length = (all[at] & 255) << 16 | (all[at + 1] & 255) << 8 | (all[at + 2] & 255);
            if (length > FRAME_MAX) {
                // The first letters of a status line make such a length, too.
                verdict = "it does not speak HTTP/2";
                break;
            }
            if (all.length - at < HEAD + length) {
                break;
            }
            byte[] payload = Arrays.copyOfRange(all, at + HEAD, at + HEAD + length);
            frame(all[at + 3], all[at + 4], payload, replies);
            at += HEAD + length;
        }
        unread.reset();
        unread.write(all, at, all.length - at);
        return replies.toByteArray();
    }

    /// What the server says of itself: empty when it is well, else what is wrong in words that
    /// finish "the member is not ready: "; null while it has not said so yet.
    public @Nullable String verdict() {
        return verdict;
    }

    private void frame(int type, int flags, byte[] payload, ByteArrayOutputStream replies) {
        taken += payload.length;
        if (taken > MESSAGES_MAX) {
            verdict = "its answer is longer than 64 KiB";
            return;
        }
        switch (type) {
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    replies.writeBytes(frame(SETTINGS, ACK, 0, new byte[0]));
                }
            }
            case PING -> {
                if ((flags & ACK) == 0) {
                    replies.writeBytes(frame(PING, ACK, 0, payload));
                }
            }
            case DATA -> {
                int padding = (flags & PADDED) != 0 && payload.length > 0 ? payload[0] & 255 : 0;
                int from = (flags & PADDED) != 0 ? 1 : 0;
                int end = Math.max(from, payload.length - padding);
                message.write(payload, from, Math.min(end, payload.length) - from);
            }
            case RST_STREAM -> verdict = "it refused the question";
            case GOAWAY -> verdict = "it ended the connection";
            default -> {}
        }
        if (verdict == null && (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
            verdict = judge(message.toByteArray());
        }
    }

    private String judge(byte[] answer) {
        if (answer.length < MESSAGE_HEAD) {
            return service.isEmpty()
                    ? "it has no gRPC health service"
                    : "it has no gRPC health service, or knows no `" + service + "`";
        }
        byte[] said = Arrays.copyOfRange(answer, MESSAGE_HEAD, answer.length);
        return Arrays.equals(said, SERVING) ? "" : "it says that it is not serving";
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(HEAD + payload.length);
        out.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        out.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return out.array();
    }

    /// A field that no table keeps, written out (RFC 7541 §6.2.2); all lengths are below 127.
    private static void field(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        for (String text : new String[] {name, value}) {
            out.write(text.length());
            out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
