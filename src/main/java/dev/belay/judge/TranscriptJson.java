package dev.belay.judge;

import dev.belay.judge.Measure.Latency.Level;
import dev.belay.judge.Verdict.Finding;
import dev.belay.judge.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Transcripts as canonical JSON: sorted keys, no spaces, numbers as Java writes them, which are
/// read back to the bit. What was written once is read for ever, so names never change.
final class TranscriptJson {
    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TranscriptJson() {}

    static String encode(Transcript transcript) {
        var calibrations = new TreeMap<String, Object>();
        transcript.calibrations().forEach((name, one) -> calibrations.put(name, fields(one)));
        return JSON.writeValueAsString(
                object(
                        "v",
                        VERSION,
                        "rule",
                        fields(transcript.rule()),
                        "calibrations",
                        calibrations,
                        "batches",
                        transcript.batches().stream().map(TranscriptJson::fields).toList(),
                        "verdict",
                        fields(transcript.verdict())));
    }

    static String encode(Batch batch) {
        return JSON.writeValueAsString(fields(batch));
    }

    private static Map<String, Object> object(Object... pairs) {
        var fields = new TreeMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put((String) pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    private static Map<String, Object> fields(Rule rule) {
        return object(
                "rollback-error",
                rule.rollbackError(),
                "promote-error",
                rule.promoteError(),
                "dwell",
                rule.dwell(),
                "onsets",
                rule.onsets(),
                "seed",
                rule.seed(),
                "guards",
                rule.guards().stream().map(TranscriptJson::fields).toList());
    }

    private static Map<String, Object> fields(Guard guard) {
        var fields = fields(guard.measure());
        fields.put("name", guard.name());
        fields.put("weight", guard.weight());
        return fields;
    }

    private static Map<String, Object> fields(Measure measure) {
        return switch (measure) {
            case Measure.Errors(var tolerated, var floor, var fine, var fineFloor, var peers) ->
                    measured(
                            "errors",
                            tolerated,
                            fine,
                            "floor",
                            floor,
                            "peers",
                            peers,
                            "fine-floor",
                            fineFloor);
            case Measure.Latency(var gamma, var tolerated, var fine, var levels) ->
                    measured(
                            "latency",
                            tolerated,
                            fine,
                            "gamma",
                            gamma,
                            "levels",
                            levels.stream().map(TranscriptJson::fields).toList());
            case Measure.Rate(var tolerated, var fine, var falling) ->
                    measured("rate", tolerated, fine, "falling", falling);
            case Measure.Mean(var bins, var tolerated, var fine) ->
                    measured("mean", tolerated, fine, "bins", bins);
            case Measure.Silence(var tolerated, var fine) -> measured("silence", tolerated, fine);
            case Measure.Split _ -> object("type", "split");
        };
    }

    private static Map<String, Object> measured(
            String type, Object tolerated, Object fine, Object... more) {
        var fields = object(more);
        fields.put("type", type);
        fields.put("tolerated", tolerated);
        fields.put("fine", fine);
        return fields;
    }

    private static Map<String, Object> fields(Level level) {
        return object(
                "bin",
                level.bin(),
                "share",
                level.share(),
                "weight",
                level.weight(),
                "proves",
                level.proves());
    }

    private static Map<String, Object> fields(Calibration one) {
        return object(
                "measured",
                one.measured(),
                "dispersion",
                one.dispersion(),
                "correlation",
                one.correlation(),
                "block",
                one.block(),
                "history",
                one.history());
    }

    private static Map<String, Object> fields(Batch batch) {
        var samples = new TreeMap<String, Object>();
        batch.samples().forEach((name, one) -> samples.put(name, fields(one)));
        return object("number", batch.number(), "changed", batch.changed(), "samples", samples);
    }

    private static Map<String, Object> fields(Sample sample) {
        return switch (sample) {
            case Sample.Outcomes s ->
                    object(
                            "canary",
                            counted(s.canary()),
                            "baseline",
                            counted(s.baseline()),
                            "peers",
                            s.peers().stream().map(TranscriptJson::counted).toList());
            case Sample.Times s ->
                    object(
                            "times",
                            true,
                            "canary",
                            counted(s.canary()),
                            "baseline",
                            counted(s.baseline()));
            case Sample.Values s ->
                    object(
                            "values",
                            true,
                            "canary",
                            counted(s.canary()),
                            "baseline",
                            counted(s.baseline()));
            case Sample.Events s ->
                    object(
                            "exposed",
                            true,
                            "canary",
                            counted(s.canary()),
                            "baseline",
                            counted(s.baseline()));
            case Sample.Arrivals s ->
                    object("share", s.share(), "canary", s.canary(), "baseline", s.baseline());
        };
    }

    private static List<Long> counted(Count count) {
        return List.of(count.all(), count.bad());
    }

    private static List<Number> counted(Exposed exposed) {
        return List.of(exposed.exposure(), exposed.events());
    }

    private static List<List<Long>> counted(Histogram histogram) {
        var all = new ArrayList<List<Long>>();
        histogram.counted().forEach((bin, count) -> all.add(List.of((long) bin, count)));
        return all;
    }

    private static Map<String, Object> fields(Verdict verdict) {
        return object(
                "outcome",
                name(verdict.outcome()),
                "evidence",
                verdict.evidence(),
                "strongest",
                verdict.strongest(),
                "needed",
                verdict.needed(),
                "failed-at",
                verdict.failedAt(),
                "batches",
                verdict.batches(),
                "last",
                verdict.last(),
                "calibrated",
                verdict.calibrated(),
                "findings",
                verdict.findings().stream().map(TranscriptJson::fields).toList());
    }

    private static Map<String, Object> fields(Finding one) {
        return object(
                "guard",
                one.guard(),
                "outcome",
                name(one.outcome()),
                "harm",
                one.harm(),
                "worst",
                one.worst(),
                "fine",
                one.fine(),
                "needed",
                one.needed(),
                "named",
                one.named(),
                "canary",
                one.canary(),
                "baseline",
                one.baseline());
    }

    private static String name(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    // --- in ---------------------------------------------------------------------------------

    static Transcript decode(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is not JSON", e);
        }
        try {
            if (json.required("v").intValue() != VERSION) {
                throw new IllegalArgumentException("it has form " + json.required("v"));
            }
            var calibrations = new TreeMap<String, Calibration>();
            json.required("calibrations")
                    .properties()
                    .forEach(one -> calibrations.put(one.getKey(), calibration(one.getValue())));
            return new Transcript(
                    rule(json.required("rule")),
                    calibrations,
                    all(json.required("batches"), TranscriptJson::batch),
                    verdict(json.required("verdict")));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no transcript: " + e.getMessage(), e);
        }
    }

    static String encode(Verdict verdict) {
        return JSON.writeValueAsString(fields(verdict));
    }

    static Verdict decodeVerdict(String text) {
        try {
            return verdict(JSON.readTree(text));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no verdict: " + e.getMessage(), e);
        }
    }

    static Batch decodeBatch(String text) {
        try {
            return batch(JSON.readTree(text));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no batch: " + e.getMessage(), e);
        }
    }

    private static <T> List<T> all(JsonNode list, Function<JsonNode, T> read) {
        var all = new ArrayList<T>();
        for (JsonNode one : list) {
            all.add(read.apply(one));
        }
        return all;
    }

    private static Rule rule(JsonNode json) {
        return new Rule(
                all(json.required("guards"), TranscriptJson::guard),
                real(json, "rollback-error"),
                real(json, "promote-error"),
                whole(json, "dwell"),
                whole(json, "onsets"),
                count(json, "seed"));
    }

    private static Guard guard(JsonNode json) {
        return new Guard(json.required("name").stringValue(), real(json, "weight"), measure(json));
    }

    private static Measure measure(JsonNode json) {
        String type = json.required("type").stringValue();
        return switch (type) {
            case "errors" ->
                    new Measure.Errors(
                            real(json, "tolerated"),
                            real(json, "floor"),
                            real(json, "fine"),
                            real(json, "fine-floor"),
                            truth(json, "peers"));
            case "latency" ->
                    new Measure.Latency(
                            real(json, "gamma"),
                            whole(json, "tolerated"),
                            whole(json, "fine"),
                            all(json.required("levels"), TranscriptJson::level));
            case "rate" ->
                    new Measure.Rate(
                            real(json, "tolerated"), real(json, "fine"), truth(json, "falling"));
            case "mean" ->
                    new Measure.Mean(
                            whole(json, "bins"), real(json, "tolerated"), real(json, "fine"));
            case "silence" -> new Measure.Silence(real(json, "tolerated"), real(json, "fine"));
            case "split" -> new Measure.Split();
            default -> throw new IllegalArgumentException("`" + type + "` is no measure");
        };
    }

    private static Level level(JsonNode json) {
        return new Level(
                whole(json, "bin"),
                real(json, "share"),
                real(json, "weight"),
                truth(json, "proves"));
    }

    private static Calibration calibration(JsonNode json) {
        return new Calibration(
                truth(json, "measured"),
                real(json, "dispersion"),
                real(json, "correlation"),
                whole(json, "block"),
                count(json, "history"));
    }

    private static Batch batch(JsonNode json) {
        var samples = new TreeMap<String, Sample>();
        json.required("samples")
                .properties()
                .forEach(one -> samples.put(one.getKey(), sample(one.getValue())));
        return new Batch(count(json, "number"), truth(json, "changed"), samples);
    }

    private static Sample sample(JsonNode json) {
        JsonNode canary = json.required("canary");
        JsonNode baseline = json.required("baseline");
        if (json.has("share")) {
            return new Sample.Arrivals(
                    count(json, "canary"), count(json, "baseline"), real(json, "share"));
        }
        if (json.has("exposed")) {
            return new Sample.Events(exposed(canary), exposed(baseline));
        }
        if (json.has("times")) {
            return new Sample.Times(histogram(canary), histogram(baseline));
        }
        if (json.has("values")) {
            return new Sample.Values(histogram(canary), histogram(baseline));
        }
        return new Sample.Outcomes(
                pair(canary), pair(baseline), all(json.required("peers"), TranscriptJson::pair));
    }

    private static Count pair(JsonNode json) {
        return new Count(json.required(0).longValue(), json.required(1).longValue());
    }

    private static Exposed exposed(JsonNode json) {
        return new Exposed(json.required(0).doubleValue(), json.required(1).longValue());
    }

    private static Histogram histogram(JsonNode json) {
        var counted = new TreeMap<Integer, Long>();
        for (JsonNode one : json) {
            counted.put(one.required(0).intValue(), one.required(1).longValue());
        }
        return new Histogram(counted);
    }

    private static Verdict verdict(JsonNode json) {
        return new Verdict(
                outcome(json),
                real(json, "evidence"),
                real(json, "strongest"),
                real(json, "needed"),
                count(json, "failed-at"),
                count(json, "batches"),
                count(json, "last"),
                truth(json, "calibrated"),
                all(json.required("findings"), TranscriptJson::finding));
    }

    private static Finding finding(JsonNode json) {
        return new Finding(
                json.required("guard").stringValue(),
                outcome(json),
                real(json, "harm"),
                real(json, "worst"),
                real(json, "fine"),
                real(json, "needed"),
                truth(json, "named"),
                real(json, "canary"),
                real(json, "baseline"));
    }

    private static Outcome outcome(JsonNode json) {
        String name = json.required("outcome").stringValue();
        return Outcome.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static double real(JsonNode json, String key) {
        return json.required(key).doubleValue();
    }

    private static int whole(JsonNode json, String key) {
        return json.required(key).intValue();
    }

    private static long count(JsonNode json, String key) {
        return json.required(key).longValue();
    }

    private static boolean truth(JsonNode json, String key) {
        return json.required(key).booleanValue();
    }
}
