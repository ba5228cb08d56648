package dev.belay.gateway;

import dev.belay.gateway.AdminApi.Answer;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What is answered in the folder's name: this gateway's answers, and with them those of the
/// predecessors that still serve something.
final class FrontApi implements AdminServer.Answering {
    /// The reason of an answer that says that nothing was done, and that the next gateway will.
    static final String HANDING_OVER = "handing-over";

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final AdminApi own;
    private final GatewayParts parts;

    /// Whether a successor gets ready, so that nothing may change; whether it has the lock.
    private final BooleanSupplier frozen;

    private final BooleanSupplier gone;

    FrontApi(AdminApi own, GatewayParts parts, BooleanSupplier frozen, BooleanSupplier gone) {
        this.own = own;
        this.parts = parts;
        this.frozen = frozen;
        this.gone = gone;
    }

    @Override
    public Answer handle(String method, String target, String body) {
        boolean asks = method.equals("GET");
        if (gone.getAsBoolean() || (frozen.getAsBoolean() && !asks)) {
            return handingOver();
        }
        String what = target.split("/", -1)[1];
        try {
            return switch (method + " " + what) {
                case "GET about" -> Answer.json(OK, about());
                case "POST inherit" -> inherit(RouteJson.MAPPER.readTree(body));
                case "GET counts", "GET metrics", "GET inflight", "POST close" ->
                        parts.predecessors()
                                .merged(
                                        () -> own.handle(method, target, body),
                                        method,
                                        target,
                                        body,
                                        parts::inherit);
                default -> own.handle(method, target, body);
            };
        } catch (IOException e) {
            return refusal("predecessor-silent", String.valueOf(e.getMessage()));
        } catch (JacksonException e) {
            return AdminApi.unreadable("the body is not JSON: " + e.getOriginalMessage());
        }
    }

    static Answer handingOver() {
        return refusal(HANDING_OVER, "the gateway is just handing over to its successor");
    }

    private static Answer refusal(String reason, String message) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        return Answer.json(UNAVAILABLE, json.put("reason", reason).put("message", message));
    }

    private ObjectNode about() throws IOException {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        json.put("pid", ProcessHandle.current().pid()).put("build", Build.RUNNING);
        json.put("texts", true);
        var pids = json.putArray("predecessors");
        parts.predecessors().pids(parts::inherit).forEach(pids::add);
        return json;
    }

    private Answer inherit(JsonNode word) {
        parts.predecessors()
                .inherit(word.path("pid").asLong(), word.path("counts"), parts::inherit);
        return Answer.json(OK, RouteJson.MAPPER.createObjectNode());
    }
}
