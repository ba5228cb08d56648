package dev.belay.server.api;

import dev.belay.driver.WrittenLines;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Nearest;
import dev.belay.release.Scope;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import dev.belay.server.operations.Operations;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// What an environment's instances write: text for people, or a JSON object a line.
final class LogRoutes implements AutoCloseable {
    private static final int LINES = 100;
    private static final int LINES_MAX = 10_000;
    private static final int FOLLOWERS_MAX = 50;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Operations operations;
    private final Semaphore followers = new Semaphore(FOLLOWERS_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();

    LogRoutes(Operations operations) {
        this.operations = operations;
    }

    void register(Routes routes) {
        routes.get("/api/v1/environments/{env}/logs", this::logs);
    }

    private void logs(Context ctx) throws IOException {
        EnvironmentView view = operations.platform().lately(ctx.pathParam("env")).view();
        int lines = (int) Math.min(Query.number(ctx, "lines", LINES), LINES_MAX);
        List<Scope> scopes = scopes(view, Query.text(ctx, "component"));
        String instance = Query.text(ctx, "instance");
        boolean text = Query.wantsText(ctx);
        ctx.res()
                .setContentType(
                        text ? "text/plain; charset=utf-8" : "application/x-ndjson; charset=utf-8");
        ServletOutputStream out = ctx.res().getOutputStream();
        boolean many = scopes.size() > 1 || instance.isEmpty();
        Consumer<WrittenLines.Line> to =
                line -> send(out, text ? shown(line, many) : Wire.text(line));
        if (!Query.flag(ctx, "follow")) {
            operations.logs().last(scopes, instance, lines).forEach(to);
            out.flush();
            return;
        }
        if (!followers.tryAcquire()) {
            throw new Denied(new No.Busy("too many follow logs already", "end some of them"));
        }
        try {
            follow(scopes, instance, lines, to, new Listener(out, Visit.of(ctx)::goesOn));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            followers.release();
        }
    }

    /// What is in the manifest; by its name also what was once, and may still run.
    private List<Scope> scopes(EnvironmentView view, String component) {
        String environment = view.environment();
        if (component.isEmpty()) {
            return view.components().keySet().stream()
                    .map(name -> Scope.component(environment, name))
                    .toList();
        }
        Set<String> known = new LinkedHashSet<>(view.components().keySet());
        operations.journal().scopes(environment).forEach(scope -> known.add(scope.name()));
        if (!known.contains(component)) {
            throw Denied.unknown(
                    "request/unknown-component",
                    "component",
                    component,
                    "`" + view.platform() + "` has no such component",
                    Nearest.hint(component, known));
        }
        return List.of(Scope.component(environment, component));
    }

    /// @param allowed whether he may still have it
    private record Listener(ServletOutputStream out, BooleanSupplier allowed) {}

    private void follow(
            List<Scope> scopes,
            String instance,
            int lines,
            Consumer<WrittenLines.Line> to,
            Listener listener)
            throws IOException, InterruptedException {
        var readers = new ArrayList<WrittenLines.Following>();
        for (Scope scope : scopes) {
            readers.add(operations.logs().follow(scope));
        }
        operations.logs().last(scopes, instance, lines).forEach(to);
        while (!closed.get() && listener.allowed().getAsBoolean()) {
            // Also when nothing came: a listener that is gone is noticed by writing only.
            listener.out().flush();
            for (WrittenLines.Following reader : readers) {
                reader.poll().stream()
                        .filter(line -> instance.isEmpty() || line.instance().equals(instance))
                        .forEach(to);
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private static String shown(WrittenLines.Line line, boolean named) {
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

    @Override
    public void close() {
        closed.set(true);
    }
}
