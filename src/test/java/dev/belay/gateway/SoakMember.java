package dev.belay.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// What the instances of a soak do, by path: answers of each form there is, whole and broken ones.
final class SoakMember {
    static final int LARGE = 1024 * 1024;
    static final int EVENTS = 20;
    private static final byte[] PIECE = new byte[32 * 1024];
    private static final Duration BETWEEN_EVENTS = Duration.ofMillis(25);
    private static final Duration SLOW = Duration.ofMillis(200);

    private SoakMember() {}

    static boolean answer(TestMember.Request request, OutputStream out) throws IOException {
        if (!request.header("sec-websocket-key").isEmpty()) {
            return TunnelTest.webSocketEcho(request, out);
        }
        return switch (request.path()) {
            case "/large" -> large(out, "Content-Length: " + LARGE, false);
            case "/chunks" -> large(out, "Transfer-Encoding: chunked", true);
            case "/until-close" -> large(out, "Connection: close", false);
            case "/events" -> events(out);
            case "/hint" -> {
                TestMember.write(out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
                yield TestMember.say(request, out, "after a hint");
            }
            case "/slow" -> {
                LockSupport.parkNanos(SLOW.toNanos());
                yield TestMember.say(request, out, "slow");
            }
            case "/cut" -> {
                TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                yield false;
            }
            default -> {
                String got = "got " + request.body().length;
                String head = "HTTP/1.1 200 OK\r\nContent-Length: " + got.length() + "\r\n\r\n";
                TestMember.write(out, request.method().equals("HEAD") ? head : head + got);
                yield true;
            }
        };
    }

    private static boolean large(OutputStream out, String framing, boolean chunks)
            throws IOException {
        TestMember.write(out, "HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
        for (int sent = 0; sent < LARGE; sent += PIECE.length) {
            if (chunks) {
                TestMember.write(out, Integer.toHexString(PIECE.length) + "\r\n");
            }
            out.write(PIECE);
            if (chunks) {
                TestMember.write(out, "\r\n");
            }
        }
        if (chunks) {
            TestMember.write(out, "0\r\nChecksum: none\r\n\r\n");
        }
        out.flush();
        return !framing.startsWith("Connection");
    }

    private static boolean events(OutputStream out) throws IOException {
        String type = "Content-Type: text/event-stream\r\n";
        TestMember.write(out, "HTTP/1.1 200 OK\r\n" + type + "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < EVENTS; i++) {
            String event = "data: " + i + "\n\n";
            TestMember.write(out, Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
            LockSupport.parkNanos(BETWEEN_EVENTS.toNanos());
        }
        TestMember.write(out, "0\r\n\r\n");
        return true;
    }

    /// Streams as gRPC has them: as many messages back as came, and the status behind them.
    static void call(TestH2Member.Call call) {
        if (call.path().endsWith("/fails")) {
            call.reset(io.netty.handler.codec.http2.Http2Error.INTERNAL_ERROR);
            return;
        }
        call.head(TestH2Member.status(200).add("content-type", "application/grpc"), false);
        call.data(call.body(), false);
        call.data("and more".getBytes(StandardCharsets.US_ASCII), false);
        call.head(
                new io.netty.handler.codec.http2.DefaultHttp2Headers().add("grpc-status", "0"),
                true);
    }
}
