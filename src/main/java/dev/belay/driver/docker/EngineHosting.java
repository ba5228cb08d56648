package dev.belay.driver.docker;

import dev.belay.driver.Look;
import dev.belay.driver.host.Recipe;
import dev.belay.release.Launch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Whether a Docker Engine takes containers of a revision, as far as it can tell before there is
/// one.
final class EngineHosting {
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final Engine engine;
    private final EngineImages images;

    EngineHosting(Engine engine, EngineImages images) {
        this.engine = engine;
        this.images = images;
    }

    /// @throws EngineFailure when it cannot be asked
    Look look(String environment, Recipe recipe) throws IOException {
        String version = engine.version();
        List<String> wrong = lacks(engine.info(), recipe);
        if (!wrong.isEmpty()) {
            return new Look.Failed(
                    "the Docker Engine at `%s` %s"
                            .formatted(engine.route(), String.join(", and ", wrong)),
                    "see `docker info`, whose warnings say how to mend it; or leave out of"
                            + " `limits` what it cannot bound",
                    "");
        }
        return switch (images.have(environment, recipe)) {
            case EngineImages.Having.Here _ ->
                    new Look.Done(
                            "the Docker Engine at `%s` answers with API %s and has the images"
                                    .formatted(engine.route(), version));
            case EngineImages.Having.Coming(String because) -> new Look.Waiting(AGAIN, because);
            case EngineImages.Having.Gone(String reason, String hint) ->
                    new Look.Failed(reason, hint, "");
        };
    }

    private static List<String> lacks(JsonNode info, Recipe recipe) {
        var wrong = new ArrayList<String>();
        Launch.Limits limits = recipe.limits();
        String system = info.path("OSType").asString("linux");
        if (!system.equals("linux")) {
            wrong.add("runs containers of `" + system + "`");
        }
        if (limits.memoryBytes() > 0 && !can(info, "MemoryLimit")) {
            wrong.add("cannot bound memory");
        }
        boolean quota = can(info, "CpuCfsQuota") && can(info, "CpuCfsPeriod");
        if (limits.cpuPercent() > 0 && !quota) {
            wrong.add("cannot bound processor time");
        }
        if (limits.processes() > 0 && !can(info, "PidsLimit")) {
            wrong.add("cannot bound the number of processes");
        }
        JsonNode networks = info.path("Plugins").path("Network");
        if (!networks.isEmpty() && !names(networks).contains("bridge")) {
            wrong.add("has no network of the kind `bridge`, by which ports are reached");
        }
        return wrong;
    }

    /// What it does not speak of is left for the start to find out.
    private static boolean can(JsonNode info, String what) {
        return info.path(what).asBoolean(true);
    }

    private static List<String> names(JsonNode list) {
        var names = new ArrayList<String>();
        list.forEach(one -> names.add(one.asString("")));
        return names;
    }
}
