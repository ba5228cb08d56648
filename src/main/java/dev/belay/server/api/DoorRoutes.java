package dev.belay.server.api;

import dev.belay.gateway.Door;
import dev.belay.gateway.Network;
import dev.belay.manifest.EnvironmentView;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.DoorStatus;
import dev.belay.server.operations.Doorkeeper;
import dev.belay.server.operations.Operations;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Holding components' requests, shutting them for maintenance, and opening them again.
final class DoorRoutes {
    private static final int AT_MOST = 1_000;
    private static final int BYTES = 16 << 20;
    private static final int AGE_MILLIS = 30_000;
    private static final int RETRY_SECONDS = 600;

    private final Operations operations;
    private final Doorkeeper keeper;

    DoorRoutes(Operations operations) {
        this.operations = operations;
        this.keeper = new Doorkeeper(operations.gateway());
    }

    void register(Routes routes) {
        routes.post("/api/v1/environments/{env}/hold", this::hold);
        routes.post("/api/v1/environments/{env}/maintenance", this::maintenance);
        routes.post("/api/v1/environments/{env}/open", this::open);
    }

    /// What a hold may cost.
    private record Hold(List<String> components, int atMost, int bytes, Duration age) {
        static Hold read(Fields fields) {
            int most = (int) Door.Hold.AGE_MAX.toMillis();
            return new Hold(
                    fields.texts("components"),
                    fields.number("atMost", AT_MOST, 1, Door.Hold.AT_MOST),
                    fields.number("bytes", BYTES, 0, (int) Door.Hold.BYTES_MAX),
                    Duration.ofMillis(fields.number("ageMillis", AGE_MILLIS, 1, most)));
        }
    }

    private void hold(Context ctx) {
        Hold body = Wire.read(ctx, Hold::read);
        answer(
                ctx,
                Visit.of(ctx)
                        .during(() ->
                                keeper.shut(
                                        view(ctx),
                                        body.components(),
                                        since ->
                                                new Door.Hold(
                                                        since,
                                                        body.atMost(),
                                                        body.bytes(),
                                                        body.age()))));
    }

    /// What those read who come, and who may pass.
    private record Maintenance(
            List<String> components, Duration retryAfter, List<Network> allow, String page) {
        static Maintenance read(Fields fields) {
            int most = (int) Door.Maintenance.RETRY_MAX.toSeconds();
            return new Maintenance(
                    fields.texts("components"),
                    Duration.ofSeconds(fields.number("retryAfterSeconds", RETRY_SECONDS, 1, most)),
                    networks(fields),
                    fields.file("page", Door.Maintenance.PAGE_MAX));
        }

        private static List<Network> networks(Fields fields) {
            var networks = new ArrayList<Network>();
            for (String text : fields.texts("allow")) {
                Network.parse(text)
                        .ifPresentOrElse(
                                networks::add,
                                () ->
                                        fields.wrong(
                                                "request/unknown-word",
                                                "allow",
                                                "`" + text + "` is no address and no network",
                                                "write `203.0.113.7` or `203.0.113.0/24`"));
            }
            if (networks.size() > Door.Maintenance.ALLOW_MAX) {
                String most = "at most " + Door.Maintenance.ALLOW_MAX + " are taken";
                fields.wrong("request/too-long", "allow", most, "");
            }
            return networks;
        }
    }

    private void maintenance(Context ctx) {
        Maintenance body = Wire.read(ctx, Maintenance::read);
        EnvironmentView view = view(ctx);
        answer(
                ctx,
                Visit.of(ctx)
                        .during(() ->
                                keeper.shut(
                                        view,
                                        body.components(),
                                        since ->
                                                new Door.Maintenance(
                                                        since,
                                                        body.retryAfter(),
                                                        body.allow(),
                                                        view.platform(),
                                                        body.page()))));
    }

    private void open(Context ctx) {
        List<String> components = Wire.read(ctx, fields -> fields.texts("components"));
        answer(ctx, Visit.of(ctx).during(() -> keeper.open(view(ctx), components)));
    }

    private EnvironmentView view(Context ctx) {
        return operations.platform().lately(ctx.pathParam("env")).view();
    }

    private static void answer(Context ctx, List<DoorStatus> doors) {
        if (Query.wantsText(ctx)) {
            String text =
                    doors.stream()
                            .map(one ->
                                    one.component()
                                            + "  "
                                            + one.state()
                                            + "  "
                                            + one.detail()
                                            + "\n")
                            .collect(Collectors.joining());
            ctx.contentType("text/plain; charset=utf-8")
                    .result(text.isEmpty() ? "nothing is held or shut\n" : text);
        } else {
            Wire.answer(ctx, Map.of("doors", doors));
        }
    }
}
