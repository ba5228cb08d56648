package dev.belay.driver;

import dev.belay.gateway.TestMember;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// An instance on a real socket, for the tests of routers. `/` says which one it is, `/health`
/// whether it is well, `/hold` answers when it is let go, `/socket` becomes a tunnel that stays.
public final class TestInstance implements AutoCloseable {
    private static final long LONGEST = 60;

    private final String revision;
    private final int number;
    private final TestMember member;
    private final CountDownLatch letGo = new CountDownLatch(1);
    private volatile boolean well = true;

    /// One that is well.
    public TestInstance(String revision, int number) throws IOException {
        this.revision = revision;
        this.number = number;
        member = TestMember.behaving(this::answer);
    }

    private boolean answer(TestMember.Request request, OutputStream out) throws IOException {
        return switch (request.path()) {
            case "/health" -> health(request, out);
            case "/hold" -> hold(request, out);
            case "/socket" -> tunnel(request, out);
            default -> TestMember.say(request, out, id());
        };
    }

    private boolean health(TestMember.Request request, OutputStream out) throws IOException {
        if (well) {
            return TestMember.say(request, out, "well");
        }
        TestMember.write(out, "HTTP/1.1 503 Not Well\r\nContent-Length: 0\r\n\r\n");
        return true;
    }

    private boolean hold(TestMember.Request request, OutputStream out) throws IOException {
        try {
            if (!letGo.await(LONGEST, TimeUnit.SECONDS)) {
                return false;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
        return TestMember.say(request, out, id());
    }

    private static boolean tunnel(TestMember.Request request, OutputStream out) throws IOException {
        TestMember.write(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\n"
                        // To the key that RFC 6455 has for an example.
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        while (request.in().read() >= 0) {
            // Whatever comes is of no interest; it stays until the other side leaves.
        }
        return false;
    }

    public String id() {
        return revision + "-" + number;
    }

    public String revision() {
        return revision;
    }

    /// As a target sees it.
    public Instance seen() {
        return new Instance(
                id(),
                revision,
                number,
                Instance.State.RUNNING,
                member.port(),
                0,
                Instant.EPOCH,
                0,
                "");
    }

    /// From now on it is, or is not.
    public void isWell(boolean now) {
        well = now;
    }

    /// Answers what it held, and holds nothing any more.
    public void letGo() {
        letGo.countDown();
    }

    @Override
    public void close() throws IOException {
        letGo();
        member.close();
    }
}
