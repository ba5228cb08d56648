package dev.belay.cli;

import dev.belay.cli.client.Json;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemRecord;
import java.util.LinkedHashMap;
import java.util.Map;

/// A [Stop] as the control plane would say it, so that programs read one shape.
final class StopJson {
    private StopJson() {}

    static String of(Stop stop) {
        String answered = stop.json();
        if (answered != null) {
            return answered;
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("kind", stop.kind());
        body.put("problems", stop.problems().stream().map(StopJson::problem).toList());
        body.put("reason", String.valueOf(stop.getMessage()));
        body.put("wayOut", stop.wayOut());
        return Json.of(body);
    }

    private static Map<String, Object> problem(Problem problem) {
        ProblemRecord written = ProblemRecord.of(problem);
        var body = new LinkedHashMap<String, Object>();
        body.put("code", written.code());
        body.put("file", written.file());
        body.put("line", written.line());
        body.put("column", written.column());
        body.put("end", written.end());
        body.put("source", written.source());
        body.put("message", written.message());
        body.put("hint", written.hint());
        return body;
    }
}
