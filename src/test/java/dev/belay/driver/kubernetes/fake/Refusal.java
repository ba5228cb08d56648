package dev.belay.driver.kubernetes.fake;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the API server answers in place of an object: its `Status`.
final class Refusal extends RuntimeException {
    private final int code;
    private final String reason;
    private final List<String> causes;

    Refusal(int code, String reason, String message) {
        this(code, reason, message, List.of());
    }

    /// @param causes fields that are somebody else's
    Refusal(int code, String reason, String message, List<String> causes) {
        super(message);
        this.code = code;
        this.reason = reason;
        this.causes = List.copyOf(causes);
    }

    static Refusal missing(Kind kind, String name) {
        return new Refusal(404, "NotFound", "%s \"%s\" not found".formatted(said(kind), name));
    }

    static Refusal there(Kind kind, String name) {
        return new Refusal(
                409, "AlreadyExists", "%s \"%s\" already exists".formatted(said(kind), name));
    }

    static Refusal conflict(Kind kind, String name, String why) {
        return new Refusal(
                409,
                "Conflict",
                "Operation cannot be fulfilled on %s \"%s\": %s".formatted(said(kind), name, why));
    }

    static Refusal moved(Kind kind, String name) {
        return conflict(
                kind,
                name,
                "the object has been modified; please apply your changes to the latest version and"
                        + " try again");
    }

    static Refusal unprocessable(Kind kind, String name, String why) {
        return new Refusal(
                422, "Invalid", "%s \"%s\" is invalid: %s".formatted(kind.name(), name, why));
    }

    static Refusal malformed(String why) {
        return new Refusal(400, "BadRequest", why);
    }

    static Refusal gone(long asked, long oldest) {
        return new Refusal(
                410, "Expired", "too old resource version: %d (%d)".formatted(asked, oldest));
    }

    private static String said(Kind kind) {
        return kind.group().isEmpty() ? kind.plural() : kind.plural() + "." + kind.group();
    }

    int code() {
        return code;
    }

    ObjectNode status() {
        ObjectNode status = JsonMapper.shared().createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1").put("status", "Failure");
        status.put("message", getMessage()).put("reason", reason).put("code", code);
        if (!causes.isEmpty()) {
            var list = status.putObject("details").putArray("causes");
            causes.forEach(field ->
                    list.addPOJO(
                            Map.of(
                                    "reason", "FieldManagerConflict",
                                    "message", "conflict with another manager",
                                    "field", field)));
        }
        return status;
    }
}
