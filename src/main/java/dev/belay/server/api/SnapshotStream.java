package dev.belay.server.api;

import dev.belay.server.access.Visit;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Server-sent events: the whole of something, again whenever it has changed. A listener that was
/// away misses nothing but what has been overtaken.
final class SnapshotStream implements AutoCloseable {
    private static final int LISTENERS_MAX = 100;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /// A sign of life, so that either end notices when the other is gone.
    private static final Duration BEAT = Duration.ofSeconds(10);

    private final Semaphore listeners = new Semaphore(LISTENERS_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();

    /// What a thing is at one moment.
    ///
    /// @param id changes when the content does
    /// @param last whether nothing follows
    record Snapshot(String id, String json, boolean last) {}

    void serve(Context ctx, Supplier<Snapshot> look) throws IOException {
        if (!listeners.tryAcquire()) {
            throw new Denied(
                    new No.Busy(
                            "too many listen already", "end some, or ask now and then instead"));
        }
        try {
            // Before the first byte: what is not there is a plain 404.
            Snapshot first = look.get();
            ctx.res().setContentType("text/event-stream; charset=utf-8");
            ctx.res().setHeader("X-Accel-Buffering", "no");
            follow(ctx.res().getOutputStream(), first, look, Visit.of(ctx)::goesOn);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            listeners.release();
        }
    }

    /// @param allowed whether the listener may still have it, asked before each look
    private void follow(
            ServletOutputStream out,
            Snapshot first,
            Supplier<Snapshot> look,
            BooleanSupplier allowed)
            throws IOException, InterruptedException {
        Snapshot now = first;
        String sent = "";
        long beat = System.nanoTime();
        while (!closed.get() && allowed.getAsBoolean()) {
            if (!now.id().equals(sent)) {
                send(out, "event: snapshot\nid: " + now.id() + "\ndata: " + now.json() + "\n\n");
                sent = now.id();
                beat = System.nanoTime();
            } else if (System.nanoTime() - beat > BEAT.toNanos()) {
                send(out, ": still here\n\n");
                beat = System.nanoTime();
            }
            if (now.last()) {
                return;
            }
            Thread.sleep(LOOK_EVERY);
            now = look.get();
        }
    }

    private static void send(ServletOutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /// Ends every stream within one look.
    @Override
    public void close() {
        closed.set(true);
    }
}
