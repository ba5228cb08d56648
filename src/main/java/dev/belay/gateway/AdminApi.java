package dev.belay.gateway;

import dev.belay.gateway.log.AccessLog;
import dev.belay.problem.Problem;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What the admin socket can be asked, without the HTTP around it. Blocks; runs on virtual threads.
final class AdminApi implements AdminServer.Answering {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    private static final int UNCONFIRMED = 503;

    /// A status and a body; JSON but for the metrics.
    record Answer(int status, String body, String type) {
        static Answer json(int status, JsonNode body) {
            return new Answer(status, body.toString(), "application/json");
        }
    }

    private final TableKeeper keeper;
    private final Proxy proxy;
    private final Certificates certificates;

    AdminApi(TableKeeper keeper, Proxy proxy, Certificates certificates) {
        this.keeper = keeper;
        this.proxy = proxy;
        this.certificates = certificates;
    }

    @Override
    public Answer handle(String method, String target, String body) {
        List<String> path = List.of(target.substring(1).split("/", -1));
        if (path.size() == 1) {
            return switch (method + " " + path.getFirst()) {
                case "GET certificates" -> Answer.json(OK, CertificateReport.json(certificates));
                case "GET routes" -> Answer.json(OK, keeper.write());
                case "GET metrics" ->
                        new Answer(
                                OK,
                                Metrics.text(keeper, proxy)
                                        + CertificateReport.prometheus(certificates, Instant.now()),
                                "text/plain; version=0.0.4; charset=utf-8");
                case "GET counts" -> Answer.json(OK, Counts.json(keeper, proxy));
                case "GET doors" -> Answer.json(OK, doors());
                case "GET log" -> Answer.json(OK, log());
                case "PUT log" -> set(body);
                case "PUT challenges" -> challenges(body);
                default -> nowhere(method, target);
            };
        }
        if (path.size() != 3) {
            return nowhere(method, target);
        }
        var key = new RouteKey(path.get(1), path.get(2));
        if (method.equals("GET") && path.getFirst().equals("inflight")) {
            return Answer.json(OK, Counts.inFlight(keeper, key));
        }
        try {
            JsonNode json = RouteJson.MAPPER.readTree(body);
            return switch (method + " " + path.getFirst()) {
                case "PUT doors" -> door(key, json);
                case "DELETE doors" -> open(key, json);
                case "PUT routes" -> publish(key, json);
                case "DELETE routes" -> remove(key, json);
                case "POST seal" -> seal(key, json);
                case "POST close" -> close(key, json);
                default -> nowhere(method, target);
            };
        } catch (JacksonException e) {
            return notJson(e);
        }
    }

    private static Answer notJson(JacksonException e) {
        String why = "the body is not JSON: " + e.getOriginalMessage();
        return malformed(List.of(RouteJson.malformed("json", why)));
    }

    private Answer challenges(String body) {
        try {
            Optional<List<Problem>> problems =
                    proxy.challenges().replace(RouteJson.MAPPER.readTree(body));
            if (problems.isEmpty()) {
                return FrontApi.handingOver();
            }
            return problems.get().isEmpty()
                    ? Answer.json(OK, RouteJson.MAPPER.createObjectNode())
                    : malformed(problems.get());
        } catch (JacksonException e) {
            return notJson(e);
        }
    }

    private ObjectNode log() {
        Tallies tallies = proxy.chronicle().tallies();
        AccessLog log = proxy.chronicle().logKeeper().log();
        return LogJson.write(log.settings())
                .put("file", log.path().toString())
                .put("written", tallies.of(Tally.LOG_LINES))
                .put("lost", tallies.of(Tally.LOG_DROPPED));
    }

    private Answer set(String body) {
        LogKeeper keeps = proxy.chronicle().logKeeper();
        try {
            LogJson.Reading reading =
                    LogJson.read(RouteJson.MAPPER.readTree(body), keeps.log().settings());
            if (!reading.problems().isEmpty()) {
                return malformed(reading.problems());
            }
            keeps.set(reading.settings());
            return Answer.json(OK, log());
        } catch (JacksonException e) {
            return unreadable("the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            String message = "the settings cannot be written: " + e.getMessage();
            return answer(new PublishReply.Unreachable(message));
        }
    }

    /// Those that are not open.
    private ObjectNode doors() {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        var doors = json.putArray("doors");
        for (Table.Entry entry : proxy.table().all()) {
            RouteKey key = entry.route().key();
            if (entry.door() != null) {
                ObjectNode door = DoorJson.write(entry.door());
                doors.add(
                        door.put("environment", key.environment())
                                .put("component", key.component()));
            }
        }
        return json;
    }

    private Answer door(RouteKey key, JsonNode json) {
        var problems = new ArrayList<Problem>();
        Door door = DoorJson.read(json, problems);
        if (door == null) {
            return malformed(problems);
        }
        boolean person = door.by().isEmpty();
        return !person && token(json) == 0
                ? tokenMissing()
                : answer(keeper.door(key, new DoorWish(door, person ? 0 : token(json), door.by())));
    }

    /// A release says which it is, and opens nobody else's.
    private Answer open(RouteKey key, JsonNode json) {
        String by = json.path("by").asString("");
        return !by.isEmpty() && token(json) == 0
                ? tokenMissing()
                : answer(keeper.door(key, new DoorWish(null, by.isEmpty() ? 0 : token(json), by)));
    }

    /// 0 where there is none.
    private static long token(JsonNode json) {
        JsonNode token = json.path("token");
        return token.isIntegralNumber() && token.canConvertToLong() && token.asLong() > 0
                ? token.asLong()
                : 0;
    }

    private Answer publish(RouteKey key, JsonNode json) {
        RouteJson.Reading reading = RouteJson.read(key, json);
        Route route = reading.route();
        return route == null ? malformed(reading.problems()) : answer(keeper.publish(route));
    }

    private Answer remove(RouteKey key, JsonNode json) {
        return json.path("token").isIntegralNumber()
                ? answer(keeper.remove(key, json.path("token").asLong()))
                : tokenMissing();
    }

    private static Answer answer(PublishReply reply) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        return switch (reply) {
            case PublishReply.Published(long version) ->
                    Answer.json(OK, json.put("version", version));
            case PublishReply.Stale(long last) ->
                    Answer.json(CONFLICT, json.put("reason", "stale-token").put("last", last));
            case PublishReply.NotReady(var members) -> {
                var array = json.put("reason", "not-ready").putArray("members");
                members.forEach(unready ->
                        array.addObject()
                                .put("revision", unready.revision())
                                .put("member", unready.member())
                                .put("why", unready.why()));
                yield Answer.json(CONFLICT, json);
            }
            case PublishReply.PortTaken(String message) ->
                    Answer.json(CONFLICT, json.put("reason", "port-taken").put("message", message));
            case PublishReply.RouteTaken(String message) ->
                    Answer.json(
                            CONFLICT, json.put("reason", "route-taken").put("message", message));
            case PublishReply.Malformed(var problems) -> malformed(problems);
            case PublishReply.Unreachable(String message) ->
                    Answer.json(UNCONFIRMED, json.put("reason", "unknown").put("message", message));
        };
    }

    private Answer seal(RouteKey key, JsonNode json) {
        if (!json.path("token").isIntegralNumber()) {
            return tokenMissing();
        }
        try {
            TableKeeper.Sealed sealed = keeper.seal(key, json.path("token").asLong());
            ObjectNode answer = RouteJson.MAPPER.createObjectNode().put("last", sealed.last());
            if (sealed.route() != null) {
                answer.set("route", RouteJson.write(sealed.route()));
            }
            return Answer.json(OK, answer);
        } catch (IOException e) {
            String message = "the token cannot be written: " + e.getMessage();
            return answer(new PublishReply.Unreachable(message));
        }
    }

    private Answer close(RouteKey key, JsonNode json) {
        String revision = json.path("revision").asString("");
        Set<String> members = new HashSet<>();
        json.path("members").forEach(member -> members.add(member.asString("")));
        for (RevisionTraffic one : keeper.traffic(key)) {
            if (one.revision().equals(revision)) {
                try {
                    proxy.loops().onEach(loop -> loop.close(new Farewell(one, members)));
                } catch (TimeoutException e) {
                    return answer(new PublishReply.Unreachable(String.valueOf(e.getMessage())));
                }
            }
        }
        return Answer.json(OK, Counts.inFlight(keeper, key));
    }

    private static Answer tokenMissing() {
        return malformed(
                List.of(RouteJson.malformed("token", "`token` is missing or not a number")));
    }

    private static Answer malformed(List<Problem> problems) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode().put("reason", "malformed");
        var array = json.putArray("problems");
        problems.forEach(problem ->
                array.addObject().put("code", problem.code()).put("message", problem.message()));
        return Answer.json(UNPROCESSABLE, json);
    }

    private static Answer nowhere(String method, String target) {
        String message = method + " " + target + " is nothing that the gateway can be asked";
        return Answer.json(
                NOT_FOUND,
                RouteJson.MAPPER
                        .createObjectNode()
                        .put("reason", "unknown-request")
                        .put("message", message));
    }

    static Answer unreadable(String why) {
        return Answer.json(
                BAD_REQUEST,
                RouteJson.MAPPER.createObjectNode().put("reason", "malformed").put("message", why));
    }
}
