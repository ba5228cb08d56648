package dev.belay.gateway.log;

import dev.belay.gateway.trace.TraceContext;
import dev.belay.gateway.trace.Tracer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Writes transcripts as lines of JSON into bytes, without making strings on the way. ASCII alone:
/// whatever is not gets escaped, control characters of a client as well.
final class LogLine {
    /// No line is longer, as each of its texts is cut.
    static final int BYTES_MAX = 32 * 1_024;

    private static final int TARGET_MAX = 2_048;
    private static final int TEXT_MAX = 256;
    private static final int MILLIS = 1_000;
    private static final int MICROS = 1_000;
    private static final int SECOND_LENGTH = 19;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[0];
    private int at;
    private long second = Long.MIN_VALUE;
    private String secondText = "";

    /// Writes one line.
    ///
    /// @param into has [#BYTES_MAX] bytes of room
    /// @return where it ends
    int write(Transcript transcript, boolean queries, byte[] into, int from) {
        bytes = into;
        at = from;
        HttpHeaders headers = transcript.request().headers();
        long whole = transcript.waitedNanos() + transcript.totalNanos();
        time(System.currentTimeMillis() - whole / 1_000_000);
        text("environment", transcript.environment(), TEXT_MAX);
        text("component", transcript.component(), TEXT_MAX);
        text("revision", transcript.revision(), TEXT_MAX);
        text("member", transcript.member(), TEXT_MAX);
        client(transcript.client().getAddress());
        number("port", transcript.port());
        text("protocol", transcript.protocol(), TEXT_MAX);
        text("method", transcript.request().method().name(), TEXT_MAX);
        optional("host", headers.get(HttpHeaderNames.HOST));
        target(transcript.request().uri(), queries);
        number("status", transcript.status());
        text("end", transcript.ending().word(), TEXT_MAX);
        if (!transcript.why().isEmpty()) {
            text("why", transcript.why(), TEXT_MAX);
        }
        number("retries", transcript.retries());
        number("bytesIn", transcript.received());
        number("bytesOut", transcript.sent());
        if (transcript.headNanos() >= 0) {
            number("headMicros", transcript.headNanos() / MICROS);
        }
        if (transcript.waitedNanos() > 0) {
            number("waitedMicros", transcript.waitedNanos() / MICROS);
        }
        number("totalMicros", transcript.totalNanos() / MICROS);
        trace(headers.get(Tracer.TRACEPARENT));
        optional("agent", headers.get(HttpHeaderNames.USER_AGENT));
        raw("}\n");
        return at;
    }

    private void time(long millis) {
        long now = Math.floorDiv(millis, MILLIS);
        if (now != second) {
            second = now;
            secondText = Instant.ofEpochSecond(now).toString().substring(0, SECOND_LENGTH);
        }
        raw("{\"time\":\"");
        raw(secondText);
        put('.');
        int rest = Math.floorMod(millis, MILLIS);
        put((char) ('0' + rest / 100));
        put((char) ('0' + rest / 10 % 10));
        put((char) ('0' + rest % 10));
        raw("Z\"");
    }

    private void client(@Nullable InetAddress address) {
        if (address != null) {
            text("client", address.getHostAddress(), TEXT_MAX);
        }
    }

    /// Whether sampled or not: a service's own log may name it.
    private void trace(@Nullable String parent) {
        TraceContext context = parent == null ? null : TraceContext.parse(parent);
        if (context != null) {
            text("trace", context.trace(), TEXT_MAX);
        }
    }

    private void target(String target, boolean queries) {
        int mark = target.indexOf('?');
        text("path", target, mark < 0 ? TARGET_MAX : Math.min(mark, TARGET_MAX));
        if (mark >= 0 && queries) {
            int length = Math.min(target.length() - mark - 1, TARGET_MAX);
            name("query");
            put('"');
            escaped(target, mark + 1, mark + 1 + length);
            put('"');
        }
    }

    private void optional(String name, @Nullable String value) {
        if (value != null) {
            text(name, value, TEXT_MAX);
        }
    }

    private void text(String name, String value, int most) {
        name(name);
        put('"');
        escaped(value, 0, Math.min(value.length(), most));
        put('"');
    }

    private void name(String name) {
        put(',');
        put('"');
        raw(name);
        put('"');
        put(':');
    }

    private void number(String name, long value) {
        name(name);
        digits(Math.max(0, value));
    }

    private void digits(long value) {
        if (value >= 10) {
            digits(value / 10);
        }
        put((char) ('0' + value % 10));
    }

    private void escaped(String value, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (c >= ' ' && c < 0x7f) {
                put(c);
            } else {
                put('\\');
                put('u');
                for (int shift = 12; shift >= 0; shift -= 4) {
                    bytes[at++] = HEX[(c >> shift) & 0xf];
                }
            }
        }
    }

    private void raw(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    private void put(char ascii) {
        bytes[at++] = (byte) ascii;
    }
}
