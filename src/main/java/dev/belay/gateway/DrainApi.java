package dev.belay.gateway;

import dev.belay.gateway.AdminApi.Answer;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.node.ObjectNode;

/// What a gateway that has handed over is asked by its successor: what it still serves, and to use
/// the present table for that.
final class DrainApi implements AdminServer.Answering {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final AdminApi own;
    private final TableKeeper keeper;

    DrainApi(AdminApi own, TableKeeper keeper) {
        this.own = own;
        this.keeper = keeper;
    }

    @Override
    public Answer handle(String method, String target, String body) {
        return switch (method + " " + target.split("/", -1)[1]) {
            case "PUT table" -> follow(body);
            case "GET counts", "GET metrics", "GET inflight", "POST close" ->
                    own.handle(method, target, body);
            default -> answer(NOT_FOUND, "this gateway only serves what it had");
        };
    }

    private Answer follow(String table) {
        try {
            keeper.follow(table);
            return answer(OK, "");
        } catch (IOException | TimeoutException e) {
            return answer(UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    private static Answer answer(int status, String message) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        return Answer.json(status, json.put("message", message));
    }
}
