package dev.belay.gateway;

import dev.belay.gateway.tls.TlsUse;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How a port speaks TLS, as JSON: paths, never what is in the files.
final class TlsJson {
    private TlsJson() {}

    static ObjectNode write(TlsUse use) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        switch (use.source()) {
            case TlsUse.Folder(Path path) -> json.put("folder", path.toString());
            case TlsUse.Ordered(Path path) -> json.put("ordered", path.toString());
            case TlsUse.Pair(Path certificate, Path key) ->
                    json.put("certificate", certificate.toString()).put("key", key.toString());
        }
        return json.put("minimum", use.minimum().text());
    }

    /// Reads it, if there is one.
    ///
    /// @param problem takes a sentence for everything that is wrong
    /// @return null when something is, or when there is none
    static @Nullable TlsUse read(JsonNode json, Consumer<String> problem) {
        if (json.isMissingNode() || json.isNull()) {
            return null;
        }
        TlsUse.Minimum minimum = minimum(json.path("minimum"), problem);
        boolean folder = json.has("folder");
        boolean ordered = json.has("ordered");
        boolean pair = json.has("certificate") || json.has("key");
        if ((folder ? 1 : 0) + (ordered ? 1 : 0) + (pair ? 1 : 0) != 1) {
            problem.accept("`tls` needs `folder`, or `ordered`, or `certificate` and `key`");
            return null;
        }
        if (ordered) {
            Path path = path(json, "ordered", problem);
            return path == null ? null : TlsUse.ordered(path).atLeast(minimum);
        }
        if (folder) {
            Path path = path(json, "folder", problem);
            return path == null ? null : TlsUse.folder(path).atLeast(minimum);
        }
        Path certificate = path(json, "certificate", problem);
        Path key = path(json, "key", problem);
        return certificate == null || key == null
                ? null
                : TlsUse.pair(certificate, key).atLeast(minimum);
    }

    private static TlsUse.Minimum minimum(JsonNode json, Consumer<String> problem) {
        if (json.isMissingNode()) {
            return TlsUse.Minimum.TLS_1_2;
        }
        String text = json.isString() ? json.asString() : "";
        for (TlsUse.Minimum one : TlsUse.Minimum.values()) {
            if (one.text().equals(text)) {
                return one;
            }
        }
        problem.accept("`minimum` of `tls` is neither `1.2` nor `1.3`");
        return TlsUse.Minimum.TLS_1_2;
    }

    private static @Nullable Path path(JsonNode json, String name, Consumer<String> problem) {
        Path path = AbsolutePath.of(json.path(name).asString(""));
        if (path == null) {
            problem.accept("`" + name + "` of `tls` is not an absolute path");
        }
        return path;
    }
}
