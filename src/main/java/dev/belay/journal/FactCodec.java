package dev.belay.journal;

import dev.belay.journal.Fact.Result;
import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Facts as canonical JSON: sorted keys, no spaces, a `type` in kebab-case and the version `v` of
/// the form. What was ever written is read for ever, so names here never change: a new form gets a
/// new version and the old one keeps its reader. Fields that are not known are passed over.
final class FactCodec {
    private static final int VERSION = 1;

    /// Left out where it is not so: lines of earlier versions do not have it.
    private static final String NOTHING_LEFT = "nothing-left";

    private static final JsonMapper JSON =
            JsonMapper.builder().disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();

    private FactCodec() {}

    static String encode(Fact fact) {
        return text(fields(fact));
    }

    /// The fact as sorted fields, for embedding.
    static Map<String, Object> fields(Fact fact) {
        Map<String, Object> fields =
                switch (fact) {
                    case Fact.Submitted f -> object("submitted", submitted(f));
                    case Fact.Started f -> object("started", Map.of("took-over", f.tookOver()));
                    case Fact.Waiting f ->
                            object("waiting", Map.of("step", f.step(), "because", f.because()));
                    case Fact.Soaking f -> object("soaking", Map.of("step", f.step()));
                    case Fact.Intent f ->
                            object(
                                    "intent",
                                    attempt(f.step(), f.direction(), f.scope(), f.token()));
                    case Fact.Reattempt f -> {
                        var reattempt =
                                object(
                                        "reattempt",
                                        attempt(f.step(), f.direction(), f.scope(), f.token()));
                        reattempt.put("because", f.because());
                        yield reattempt;
                    }
                    case Fact.Outcome f ->
                            object(
                                    "outcome",
                                    Map.of(
                                            "step",
                                            f.step(),
                                            "direction",
                                            kebab(f.direction()),
                                            "result",
                                            result(f.result())));
                    case Fact.TurnedBack f -> object("turned-back", Map.of("reason", f.reason()));
                    case Fact.Held f ->
                            object(
                                    "held",
                                    Map.of(
                                            "code",
                                            f.code(),
                                            "step",
                                            f.step(),
                                            "explanation",
                                            f.explanation()));
                    case Fact.Paused _,
                            Fact.Resumed _,
                            Fact.CancelRequested _,
                            Fact.Decided _,
                            Fact.Approved _,
                            Fact.Objected _,
                            Fact.CheckedOff _,
                            Fact.Scheduled _ ->
                            said(fact);
                    case Fact.Ended f ->
                            object("ended", Map.of("state", kebab(f.state()), "note", f.note()));
                };
        fields.put("v", VERSION);
        return fields;
    }

    /// Canonical JSON of sorted fields.
    static String text(Map<String, Object> fields) {
        return JSON.writeValueAsString(fields);
    }

    /// @throws UnreadableEntry when it is not a fact, or one of a newer Belay
    static Fact decode(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JacksonException e) {
            throw new UnreadableEntry("it is not JSON", e);
        }
        long version = number(json, "v");
        if (version != VERSION) {
            throw new UnreadableEntry("it has form " + version + ", known is " + VERSION, null);
        }
        return fact(json);
    }

    private static Map<String, Object> submitted(Fact.Submitted fact) {
        var fields = new TreeMap<String, Object>();
        fields.put("plan-digest", fact.planDigest());
        fields.put("manifest-digest", fact.manifestDigest());
        fields.put("reason", fact.reason());
        if (!fact.commit().isEmpty()) {
            fields.put("commit", fact.commit());
        }
        return fields;
    }

    private static Fact fact(JsonNode json) {
        String type = string(json, "type");
        return switch (type) {
            case "submitted" ->
                    new Fact.Submitted(
                            string(json, "plan-digest"),
                            string(json, "manifest-digest"),
                            string(json, "reason"),
                            // Those of before there was any say nothing of it.
                            json.path("commit").asString(""));
            case "scheduled" ->
                    new Fact.Scheduled(
                            new Appointment(number(json, "from"), number(json, "until")),
                            string(json, "reason"));
            case "started" -> new Fact.Started(strings(json, "took-over"));
            case "soaking" -> new Fact.Soaking(step(json));
            case "waiting" -> new Fact.Waiting(step(json), string(json, "because"));
            case "intent" ->
                    new Fact.Intent(
                            step(json), direction(json), scope(json), number(json, "token"));
            case "reattempt" ->
                    new Fact.Reattempt(
                            step(json),
                            direction(json),
                            scope(json),
                            number(json, "token"),
                            string(json, "because"));
            case "outcome" ->
                    new Fact.Outcome(step(json), direction(json), result(field(json, "result")));
            case "turned-back" -> new Fact.TurnedBack(string(json, "reason"));
            case "held" ->
                    new Fact.Held(string(json, "code"), step(json), string(json, "explanation"));
            case "paused" -> new Fact.Paused(string(json, "reason"));
            case "resumed" -> new Fact.Resumed(string(json, "reason"));
            case "cancel-requested" ->
                    new Fact.CancelRequested(
                            constant(Fact.Cancel.class, json, "mode"), string(json, "reason"));
            case "decided" ->
                    new Fact.Decided(
                            constant(Fact.Decision.class, json, "decision"),
                            step(json),
                            string(json, "attestation"));
            case "approved" ->
                    new Fact.Approved(string(json, "plan-digest"), string(json, "reason"));
            case "objected" -> new Fact.Objected(string(json, "reason"));
            case "checked-off" -> new Fact.CheckedOff(string(json, "point"), string(json, "note"));
            case "ended" ->
                    new Fact.Ended(
                            constant(ReleaseState.class, json, "state"), string(json, "note"));
            default -> throw new UnreadableEntry("it says `" + type + "`", null);
        };
    }

    private static Map<String, Object> result(Result result) {
        return switch (result) {
            case Result.Done r -> object("done", Map.of("detail", r.detail()));
            case Result.Failed r -> {
                var failed =
                        object(
                                "failed",
                                Map.of(
                                        "reason",
                                        r.reason(),
                                        "hint",
                                        r.hint(),
                                        "detail",
                                        r.detail()));
                if (r.nothingLeft()) {
                    failed.put(NOTHING_LEFT, true);
                }
                yield failed;
            }
            case Result.AssumedDone r -> object("assumed-done", Map.of("why", r.why()));
            case Result.NotDone r -> object("not-done", Map.of("why", r.why()));
        };
    }

    private static Result result(JsonNode json) {
        String type = string(json, "type");
        return switch (type) {
            case "done" -> new Result.Done(string(json, "detail"));
            case "failed" ->
                    new Result.Failed(
                            string(json, "reason"),
                            string(json, "hint"),
                            string(json, "detail"),
                            json.path(NOTHING_LEFT).asBoolean(false));
            case "assumed-done" -> new Result.AssumedDone(string(json, "why"));
            case "not-done" -> new Result.NotDone(string(json, "why"));
            default -> throw new UnreadableEntry("it says `" + type + "`", null);
        };
    }

    /// What people say of a release.
    private static Map<String, Object> said(Fact fact) {
        return switch (fact) {
            case Fact.Resumed(String reason) -> object("resumed", Map.of("reason", reason));
            case Fact.Paused(String reason) -> object("paused", Map.of("reason", reason));
            case Fact.CancelRequested(Fact.Cancel mode, String reason) ->
                    object("cancel-requested", Map.of("mode", kebab(mode), "reason", reason));
            case Fact.Decided(Fact.Decision decision, int step, String attestation) ->
                    object(
                            "decided",
                            Map.of(
                                    "decision",
                                    kebab(decision),
                                    "step",
                                    step,
                                    "attestation",
                                    attestation));
            case Fact.Approved(String digest, String reason) ->
                    object("approved", Map.of("plan-digest", digest, "reason", reason));
            case Fact.CheckedOff(String point, String note) ->
                    object("checked-off", Map.of("point", point, "note", note));
            case Fact.Objected(String reason) -> object("objected", Map.of("reason", reason));
            case Fact.Scheduled(Appointment when, String reason) ->
                    object(
                            "scheduled",
                            Map.of("from", when.from(), "until", when.until(), "reason", reason));
            default -> throw new IllegalArgumentException("nobody says " + fact);
        };
    }

    private static Map<String, Object> object(String type, Map<String, ?> fields) {
        var object = new TreeMap<String, Object>(fields);
        object.put("type", type);
        return object;
    }

    private static Map<String, ?> attempt(int step, Direction direction, Scope scope, long token) {
        return Map.of(
                "step",
                step,
                "direction",
                kebab(direction),
                "scope",
                scope.toString(),
                "token",
                token);
    }

    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json, String name) {
        String text = string(json, name);
        for (E constant : type.getEnumConstants()) {
            if (kebab(constant).equals(text)) {
                return constant;
            }
        }
        throw new UnreadableEntry("its `" + name + "` is `" + text + "`", null);
    }

    private static Direction direction(JsonNode json) {
        return constant(Direction.class, json, "direction");
    }

    private static Scope scope(JsonNode json) {
        try {
            return Scope.parse(string(json, "scope"));
        } catch (IllegalArgumentException e) {
            throw new UnreadableEntry("its `scope` is " + e.getMessage(), e);
        }
    }

    private static int step(JsonNode json) {
        long step = number(json, "step");
        if (step != (int) step) {
            throw new UnreadableEntry("its `step` is " + step, null);
        }
        return (int) step;
    }

    private static String string(JsonNode json, String name) {
        return text(field(json, name), name);
    }

    private static List<String> strings(JsonNode json, String name) {
        var list = new ArrayList<String>();
        for (JsonNode item : field(json, name)) {
            list.add(text(item, name));
        }
        return list;
    }

    private static String text(JsonNode value, String name) {
        if (!value.isString()) {
            throw new UnreadableEntry("its `" + name + "` is not text", null);
        }
        return value.stringValue();
    }

    private static long number(JsonNode json, String name) {
        JsonNode value = field(json, name);
        if (!value.isIntegralNumber()) {
            throw new UnreadableEntry("its `" + name + "` is not a number", null);
        }
        return value.longValue();
    }

    private static JsonNode field(JsonNode json, String name) {
        @Nullable JsonNode value = json.get(name);
        if (value == null) {
            throw new UnreadableEntry("it has no `" + name + "`", null);
        }
        return value;
    }
}
