package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.judge.Batch;
import dev.belay.judge.Transcript;
import dev.belay.judge.Verdict;
import dev.belay.server.rollout.Rollout.Decided;
import dev.belay.server.rollout.Rollout.Line;
import dev.belay.server.rollout.Rollout.Looked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Rollouts as lines of JSON. What was written once is read for ever, so names never change.
final class RolloutJson {
    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RolloutJson() {}

    /// The first line.
    static String write(Rollout rollout) {
        ObjectNode json = JSON.createObjectNode().put("v", VERSION);
        json.put("canary", rollout.canary()).put("baseline", rollout.baseline());
        String by = Transcript.of(rollout.rule(), rollout.calibrations(), List.of()).text();
        json.set("judged-by", JSON.readTree(by));
        return JSON.writeValueAsString(json);
    }

    static String write(Line line) {
        ObjectNode json = JSON.createObjectNode();
        switch (line) {
            case Looked(Reading reading, Optional<Batch> batch) -> {
                json.put("at", reading.at()).put("percent", reading.percent());
                if (batch.isPresent()) {
                    json.set("batch", JSON.readTree(batch.get().text()));
                } else {
                    write(json.putObject("canary"), reading.canary());
                    write(json.putObject("baseline"), reading.baseline());
                }
            }
            case Decided(Verdict verdict) -> json.set("verdict", JSON.readTree(verdict.text()));
        }
        return JSON.writeValueAsString(json);
    }

    private static void write(ObjectNode json, Answered answered) {
        json.put("all", answered.all()).put("failed", answered.failed());
        ObjectNode times = json.putObject("times");
        answered.times().forEach((bin, count) -> times.put(Integer.toString(bin), count));
    }

    static String writeAll(Rollouts rollouts) {
        ObjectNode json = JSON.createObjectNode().put("release", rollouts.release());
        ArrayNode all = json.putArray("rollouts");
        rollouts.of()
                .forEach((component, rollout) -> {
                    ArrayNode lines = all.addObject().put("component", component).putArray("lines");
                    lines.add(JSON.readTree(write(rollout)));
                    rollout.lines().forEach(line -> lines.add(JSON.readTree(write(line))));
                });
        return JSON.writeValueAsString(json) + "\n";
    }

    static Rollouts readAll(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            var all = new TreeMap<String, Rollout>();
            for (JsonNode one : json.required("rollouts")) {
                var lines = new ArrayList<String>();
                one.required("lines").forEach(line -> lines.add(line.toString()));
                all.put(one.required("component").stringValue(), read(lines));
            }
            return new Rollouts(json.required("release").stringValue(), all);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no rollout: " + e.getOriginalMessage(), e);
        }
    }

    static Rollout read(List<String> lines) {
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("it is empty");
        }
        try {
            JsonNode head = JSON.readTree(lines.getFirst());
            if (head.path("v").asInt() != VERSION) {
                throw new IllegalArgumentException("it is no rollout of a form that is known");
            }
            var rest = new ArrayList<Line>();
            Reading last = new Reading(0, 0, Answered.NONE, Answered.NONE);
            for (String text : lines.subList(1, lines.size())) {
                Line line = line(JSON.readTree(text), last);
                rest.add(line);
                last = line instanceof Looked look ? look.reading() : last;
            }
            Transcript by = Transcript.parse(head.required("judged-by").toString());
            return new Rollout(
                    head.required("canary").stringValue(),
                    head.required("baseline").stringValue(),
                    by.rule(),
                    by.calibrations(),
                    rest);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no rollout: " + e.getOriginalMessage(), e);
        }
    }

    /// @param last what had been answered before: a batch is what came in since
    private static Line line(JsonNode json, Reading last) {
        if (json.has("verdict")) {
            return new Decided(Verdict.parse(json.required("verdict").toString()));
        }
        long at = json.required("at").longValue();
        int percent = json.required("percent").intValue();
        if (json.has("batch")) {
            var batch = Batch.parse(json.required("batch").toString());
            Guarding.Arms more = Guarding.arms(batch);
            var reading =
                    new Reading(
                            at,
                            percent,
                            last.canary().plus(more.canary()),
                            last.baseline().plus(more.baseline()));
            return new Looked(reading, Optional.of(batch));
        }
        var reading =
                new Reading(
                        at,
                        percent,
                        answered(json.required("canary")),
                        answered(json.required("baseline")));
        return new Looked(reading, Optional.empty());
    }

    private static Answered answered(JsonNode json) {
        SortedMap<Integer, Long> times = new TreeMap<>();
        json.required("times")
                .properties()
                .forEach(one ->
                        times.put(Integer.valueOf(one.getKey()), one.getValue().longValue()));
        return new Answered(
                json.required("all").longValue(), json.required("failed").longValue(), times);
    }
}
