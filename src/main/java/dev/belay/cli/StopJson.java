package dev.belay.cli;

import dev.belay.cli.client.Json;
import java.util.LinkedHashMap;

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
        body.put("problems", stop.problems().stream().map(Json::problem).toList());
        body.put("reason", String.valueOf(stop.getMessage()));
        body.put("wayOut", stop.wayOut());
        return Json.of(body);
    }
}
