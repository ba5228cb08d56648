package dev.belay.server.web;

import dev.belay.problem.Problem;
import dev.belay.release.ReleaseState;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.ReleaseLine;
import dev.belay.server.operations.ReleaseView;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Serves the status page, its style and its script.
public final class WebRoutes {
    private static final int ACTIVE_MAX = 20;
    private static final int PAST_MAX = 12;
    private static final Set<ReleaseState> ENDED =
            Arrays.stream(ReleaseState.values())
                    .filter(ReleaseState::ended)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(ReleaseState.class)));
    private static final Set<ReleaseState> OPEN = EnumSet.complementOf(EnumSet.copyOf(ENDED));

    private final Operations operations;
    private final String version;

    public WebRoutes(Operations operations, String version) {
        this.operations = operations;
        this.version = version;
    }

    public void register(Routes routes) {
        routes.get("/", this::page);
        routes.get("/page/body", this::body);
        routes.get("/assets/page.css", ctx -> asset(ctx, "page.css", "text/css"));
        routes.get("/assets/page.js", ctx -> asset(ctx, "page.js", "text/javascript"));
    }

    private void page(Context ctx) {
        String body = rendered(Visit.of(ctx));
        ctx.html(StatusPage.whole(platform(), version, body));
    }

    private void body(Context ctx) {
        ctx.html(rendered(Visit.of(ctx)));
    }

    private String platform() {
        try {
            return operations.platform().manifest().platform();
        } catch (Denied _) {
            return "Belay";
        }
    }

    private String rendered(Visit visit) {
        try {
            List<StatusPage.Part> parts =
                    operations.platform().manifest().environments().stream()
                            .filter(visit::sees)
                            .map(this::part)
                            .toList();
            return StatusPage.body(parts, operations.journal().now());
        } catch (Denied denied) {
            return StatusPage.problem(sentence(denied.no()));
        }
    }

    private StatusPage.Part part(String environment) {
        var view = operations.platform().lately(environment).view();
        List<ReleaseView> active =
                operations.reader().list(environment, OPEN, Long.MAX_VALUE, ACTIVE_MAX).stream()
                        .map(ReleaseLine::id)
                        .map(operations.reader()::show)
                        .toList();
        return new StatusPage.Part(
                operations.status().of(view),
                operations.why().ofEnvironment(environment),
                active,
                operations.reader().list(environment, ENDED, Long.MAX_VALUE, PAST_MAX));
    }

    private static String sentence(No no) {
        return switch (no) {
            case No.Problems(List<Problem> problems) ->
                    problems.stream().map(WebRoutes::sentence).collect(Collectors.joining("\n"));
            case No.Refusal(String reason, String _) -> reason;
            case No.Unknown(Problem problem) -> sentence(problem);
            case No.Failure(String reason, String _) -> reason;
            case No.Busy(String reason, String _) -> reason;
        };
    }

    private static String sentence(Problem problem) {
        return problem.message() + "  [" + problem.code() + "]";
    }

    private static void asset(Context ctx, String name, String type) throws IOException {
        try (InputStream in = WebRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the archive lacks " + name);
            }
            ctx.contentType(type + "; charset=utf-8").result(in.readAllBytes());
        }
    }
}
