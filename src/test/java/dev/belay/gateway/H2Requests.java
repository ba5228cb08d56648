package dev.belay.gateway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A second reader of HTTP/2, which knows frames and the rules of RFC 9113 §8.2 and §8.3 and
/// nothing of the gateway. It reads as far as it understands.
final class H2Requests {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITY = 32;
    private static final Set<String> OF_A_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");
    private static final Set<String> PSEUDO =
            Set.of(":method", ":scheme", ":path", ":authority", ":protocol");

    private final ByteBuffer in;
    private final Lines fields = new Lines();

    private H2Requests(byte[] bytes, int from) {
        this.in = ByteBuffer.wrap(bytes, from, bytes.length - from);
    }

    /// The streams whose first fields are no request, and why.
    static Map<Integer, String> wrong(byte[] sent) {
        var wrong = new HashMap<Integer, String>();
        if (sent.length < PREFACE.length
                || !Arrays.equals(sent, 0, PREFACE.length, PREFACE, 0, PREFACE.length)) {
            return wrong;
        }
        var seen = new HashSet<Integer>();
        new H2Requests(sent, PREFACE.length)
                .each((stream, head) -> {
                    String why = seen.add(stream) ? fault(head) : null;
                    if (why != null) {
                        wrong.put(stream, why);
                    }
                });
        return wrong;
    }

    /// The final status of each answer.
    static Map<Integer, Integer> statuses(byte[] answer) {
        var statuses = new HashMap<Integer, Integer>();
        new H2Requests(answer, 0)
                .each((stream, head) -> {
                    Field first = head.isEmpty() ? new Field("", "") : head.getFirst();
                    if (first.name().equals(":status")) {
                        statuses.put(stream, Integer.valueOf(first.value()));
                    }
                });
        return statuses;
    }

    // --- frames ---------------------------------------------------------------------------------

    private interface Heads {
        void head(int stream, List<Field> head);
    }

    private void each(Heads heads) {
        var block = new ByteArrayOutputStream();
        while (in.remaining() >= 9) {
            int length = in.getInt(in.position()) >>> 8;
            int type = in.get(in.position() + 3);
            int flags = in.get(in.position() + 4);
            int stream = in.getInt(in.position() + 5) & Integer.MAX_VALUE;
            if (in.remaining() < 9 + length) {
                return;
            }
            byte[] payload = new byte[length];
            in.position(in.position() + 9).get(payload);
            if (type == HEADERS || type == CONTINUATION) {
                byte[] part = type == HEADERS ? fragment(payload, flags) : payload;
                if (part == null) {
                    return;
                }
                block.writeBytes(part);
                if ((flags & END_HEADERS) != 0) {
                    List<Field> head = decoded(stream, block.toByteArray());
                    if (head == null) {
                        return;
                    }
                    heads.head(stream, head);
                    block.reset();
                }
            }
        }
    }

    private static byte @Nullable [] fragment(byte[] payload, int flags) {
        int from = (flags & PADDED) == 0 ? 0 : 1;
        int padding = from == 1 && payload.length > 0 ? Byte.toUnsignedInt(payload[0]) : 0;
        from += (flags & PRIORITY) == 0 ? 0 : 5;
        int to = payload.length - padding;
        return from > to ? null : Arrays.copyOfRange(payload, from, to);
    }

    private @Nullable List<Field> decoded(int stream, byte[] block) {
        fields.read.clear();
        try {
            fields.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
            return List.copyOf(fields.read);
        } catch (Http2Exception | RuntimeException _) {
            return null;
        }
    }

    private record Field(String name, String value) {}

    /// Keeps the order in which fields came, which Netty forgets.
    private static final class Lines extends DefaultHttp2HeadersDecoder {
        private final List<Field> read = new ArrayList<>();

        Lines() {
            super(false, 1 << 20);
        }

        @Override
        protected Http2Headers newHeaders() {
            return new DefaultHttp2Headers(false) {
                @Override
                public Http2Headers add(CharSequence name, CharSequence value) {
                    read.add(new Field(name.toString(), value.toString()));
                    return this;
                }
            };
        }
    }

    // --- rules ----------------------------------------------------------------------------------

    /// Null when there is none.
    private static @Nullable String fault(List<Field> head) {
        var pseudo = new HashMap<String, String>();
        boolean regular = false;
        for (Field field : head) {
            String name = field.name();
            String value = field.value();
            String why =
                    name.startsWith(":")
                            ? pseudo(name, value, regular, pseudo)
                            : regular(name, value);
            if (why == null && !value.equals(stripped(value))) {
                why = "blanks around a value";
            }
            if (why == null && value.chars().anyMatch(c -> c == 0 || c == '\r' || c == '\n')) {
                why = "a line end in a value";
            }
            if (why != null) {
                return why + " (" + name + ")";
            }
            regular = regular || !name.startsWith(":");
        }
        return missing(pseudo);
    }

    private static @Nullable String pseudo(
            String name, String value, boolean regular, Map<String, String> pseudo) {
        if (regular) {
            return "a pseudo field behind another";
        }
        if (!PSEUDO.contains(name)) {
            return "an unknown pseudo field";
        }
        return pseudo.put(name, value) == null ? null : "a pseudo field twice";
    }

    private static @Nullable String regular(String name, String value) {
        if (!name.matches("[a-z0-9!#$%&'*+.^_`|~-]+")) {
            return "no name of a field";
        }
        if (OF_A_CONNECTION.contains(name)) {
            return "a field of one connection";
        }
        return name.equals("te") && !value.equals("trailers") ? "a te of another kind" : null;
    }

    private static @Nullable String missing(Map<String, String> pseudo) {
        String method = pseudo.get(":method");
        if (method == null || method.isEmpty()) {
            return "no method";
        }
        if (method.equals("CONNECT") && !pseudo.containsKey(":protocol")) {
            boolean more = pseudo.containsKey(":path") || pseudo.containsKey(":scheme");
            return more || !pseudo.containsKey(":authority") ? "no way to connect" : null;
        }
        if (pseudo.containsKey(":protocol") && !method.equals("CONNECT")) {
            return "a protocol without CONNECT";
        }
        String path = pseudo.getOrDefault(":path", "");
        if (path.isEmpty() || !pseudo.containsKey(":scheme")) {
            return "no path or no scheme";
        }
        String authority = pseudo.getOrDefault(":authority", "");
        return authority.indexOf('@') >= 0 ? "a user in an authority" : null;
    }

    private static String stripped(String value) {
        return value.replaceAll("^[ \t]+|[ \t]+$", "");
    }
}
