package dev.belay.server.api;

import dev.belay.driver.process.Logs;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Nearest;
import dev.belay.release.Scope;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.WhyView;
import dev.belay.server.text.StatusText;
import dev.belay.server.text.WhyText;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// What an environment runs, why it waits, what it writes, and its local datastores.
final class EnvironmentRoutes implements AutoCloseable {
    private static final int LINES = 100;
    private static final int LINES_MAX = 10_000;
    private static final int FOLLOWERS_MAX = 50;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Operations operations;
    private final Semaphore followers = new Semaphore(FOLLOWERS_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();

    EnvironmentRoutes(Operations operations) {
        this.operations = operations;
    }

    void register(RoutesConfig routes) {
        routes.get("/api/v1/environments", this::list);
        routes.get("/api/v1/environments/{env}/status", this::status);
        routes.get("/api/v1/environments/{env}/why", this::why);
        routes.get("/api/v1/environments/{env}/logs", this::logs);
        routes.post("/api/v1/environments/{env}/up", this::up);
        routes.post("/api/v1/environments/{env}/down", this::down);
    }

    private void list(Context ctx) {
        var manifest = operations.platform().manifest();
        Wire.answer(
                ctx,
                Map.of("platform", manifest.platform(), "environments", manifest.environments()));
    }

    private EnvironmentView view(Context ctx) {
        return operations.platform().lately(ctx.pathParam("env")).view();
    }

    private void status(Context ctx) {
        var status = operations.status().of(view(ctx));
        if (Query.wantsText(ctx)) {
            text(ctx)
                    .result(
                            StatusText.of(
                                    status, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, status);
        }
    }

    private void why(Context ctx) {
        WhyView why = operations.why().ofEnvironment(view(ctx).environment());
        if (Query.wantsText(ctx)) {
            text(ctx).result(WhyText.of(why, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, why);
        }
    }

    private void up(Context ctx) throws IOException {
        Wire.read(ctx, _ -> "");
        String environment = view(ctx).environment();
        lines(ctx, progress -> operations.local().up(environment, progress));
    }

    private void down(Context ctx) throws IOException {
        Bodies.Down body = Wire.read(ctx, Bodies.Down::read);
        String environment = view(ctx).environment();
        lines(ctx, progress -> operations.local().down(environment, body.wipe(), progress));
    }

    /// Sends lines as they come. A failure before the first line has its own status; one after it
    /// breaks the answer off, so that nobody takes it for whole.
    private static void lines(Context ctx, Consumer<Consumer<String>> work) throws IOException {
        text(ctx);
        ServletOutputStream out = ctx.res().getOutputStream();
        try {
            work.accept(line -> send(out, line));
        } catch (Denied denied) {
            if (!ctx.res().isCommitted()) {
                throw denied;
            }
            send(
                    out,
                    denied.no() instanceof No.Failure(String reason, String hint)
                            ? "failed: " + reason + " " + hint
                            : "failed");
            throw new IOException("broken off: " + denied.getMessage());
        }
        out.flush();
    }

    private void logs(Context ctx) throws IOException {
        EnvironmentView view = view(ctx);
        int lines = (int) Math.min(Query.number(ctx, "lines", LINES), LINES_MAX);
        List<Scope> scopes = scopes(view, Query.text(ctx, "component"));
        String instance = Query.text(ctx, "instance");
        text(ctx);
        ServletOutputStream out = ctx.res().getOutputStream();
        boolean many = scopes.size() > 1 || instance.isEmpty();
        if (!Query.flag(ctx, "follow")) {
            last(scopes, instance, lines, line -> send(out, shown(line, many)));
            out.flush();
            return;
        }
        if (!followers.tryAcquire()) {
            throw new Denied(new No.Busy("too many follow logs already", "end some of them"));
        }
        try {
            follow(scopes, instance, lines, line -> send(out, shown(line, many)), out);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            followers.release();
        }
    }

    private static List<Scope> scopes(EnvironmentView view, String component) {
        if (!component.isEmpty() && !view.components().containsKey(component)) {
            throw Denied.unknown(
                    "request/unknown-component",
                    "component",
                    component,
                    "`" + view.platform() + "` has no such component",
                    Nearest.hint(component, view.components().keySet()));
        }
        return view.components().keySet().stream()
                .filter(name -> component.isEmpty() || name.equals(component))
                .map(name -> Scope.component(view.environment(), name))
                .toList();
    }

    private void last(List<Scope> scopes, String instance, int lines, Consumer<Logs.Line> to)
            throws IOException {
        for (Scope scope : scopes) {
            List<Logs.Line> found =
                    instance.isEmpty()
                            ? operations.logs().last(scope, lines)
                            : operations.logs().last(scope, instance, lines);
            found.forEach(to);
        }
    }

    private void follow(
            List<Scope> scopes,
            String instance,
            int lines,
            Consumer<Logs.Line> to,
            ServletOutputStream out)
            throws IOException, InterruptedException {
        var readers = new ArrayList<Logs.Follower>();
        for (Scope scope : scopes) {
            readers.add(operations.logs().follow(scope));
        }
        last(scopes, instance, lines, to);
        while (!closed.get()) {
            // Also when nothing came: a listener that is gone is noticed by writing only.
            out.flush();
            for (Logs.Follower reader : readers) {
                reader.poll().stream()
                        .filter(line -> instance.isEmpty() || line.instance().equals(instance))
                        .forEach(to);
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private static String shown(Logs.Line line, boolean named) {
        return named ? line.instance() + " | " + line.text() : line.text();
    }

    private static void send(ServletOutputStream out, String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Context text(Context ctx) {
        ctx.res().setContentType("text/plain; charset=utf-8");
        return ctx.contentType("text/plain; charset=utf-8");
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
