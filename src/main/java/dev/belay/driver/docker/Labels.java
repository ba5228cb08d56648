package dev.belay.driver.docker;

import dev.belay.driver.host.Names;
import dev.belay.release.Digest;
import dev.belay.release.Scope;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What containers of ours are known by: their labels say everything that their environment says of
/// whose they are, and their names are different for every start.
record Labels(Path state) {
    static final String PREFIX = "belay.";
    static final String ARTIFACT = PREFIX + "artifact";

    /// One that was only asked something, and is no instance and no job.
    static final String QUESTION = PREFIX + "question";

    private static final List<String> NAMES =
            List.of(
                    Names.STATE,
                    Names.SCOPE,
                    Names.TOKEN,
                    Names.INSTANCE,
                    Names.NUMBER,
                    Names.REVISION,
                    Names.RELEASE,
                    Names.RUN,
                    Names.PORT);

    /// Of names as they stand in an environment.
    static Map<String, String> of(Map<String, String> environment) {
        var labels = new HashMap<String, String>();
        for (String name : NAMES) {
            String value = environment.get(name);
            if (value != null) {
                labels.put(label(name), value);
            }
        }
        return labels;
    }

    private static String label(String name) {
        return PREFIX + name.replaceFirst("^BELAY_", "").toLowerCase(java.util.Locale.ROOT);
    }

    /// The way back.
    static Map<String, String> names(JsonNode labels) {
        var names = new HashMap<String, String>();
        for (String name : NAMES) {
            JsonNode value = labels.get(label(name));
            if (value != null) {
                names.put(name, value.asString(""));
            }
        }
        return names;
    }

    Map<String, String> all() {
        return of(Map.of(Names.STATE, state.toString()));
    }

    Map<String, String> in(Scope scope) {
        return of(Names.scope(state, scope));
    }

    Map<String, String> instance(Scope scope, String id) {
        return of(Names.instance(state, scope, id));
    }

    /// The network of an environment.
    String network(Scope scope) {
        return "belay-" + Digest.of(state.toString()).brief() + "-" + scope.environment();
    }

    String container(Scope scope, String id, int run) {
        return network(scope) + "-" + id + "-" + run;
    }
}
