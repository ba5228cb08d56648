package dev.belay.cluster;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// One object of a cluster, as it is applied.
///
/// @param namespace empty for what is in none
/// @param body the whole of it: maps, lists, texts, whole numbers and truths, none of which can be
///   changed
public record ClusterObject(
        String apiVersion,
        String kind,
        String namespace,
        String name,
        SequencedMap<String, Object> body) {
    private static final JsonMapper JSON = new JsonMapper();

    public ClusterObject {
        body = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(body));
    }

    /// An object with its labels, and the fields that follow its metadata.
    static ClusterObject of(
            String apiVersion,
            String kind,
            Metadata metadata,
            SequencedMap<String, Object> fields) {
        var body = new LinkedHashMap<String, Object>();
        body.put("apiVersion", apiVersion);
        body.put("kind", kind);
        body.put("metadata", metadata.part().done());
        body.putAll(fields);
        return new ClusterObject(apiVersion, kind, metadata.namespace(), metadata.name(), body);
    }

    /// What is said of any object.
    record Metadata(
            String namespace,
            String name,
            Map<String, String> labels,
            Map<String, String> annotations) {
        Metadata(String namespace, String name, Map<String, String> labels) {
            this(namespace, name, labels, Map.of());
        }

        Part part() {
            return new Part()
                    .put("name", name)
                    .put("namespace", namespace)
                    .put("labels", labels)
                    .put("annotations", annotations);
        }
    }

    /// The same with more annotations, such as the token of an order.
    public ClusterObject annotated(Map<String, String> annotations) {
        var metadata = new LinkedHashMap<String, Object>();
        if (body.get("metadata") instanceof Map<?, ?> old) {
            old.forEach((field, value) -> metadata.put((String) field, value));
        }
        var all = new TreeMap<String, String>();
        if (metadata.get("annotations") instanceof Map<?, ?> old) {
            old.forEach((key, value) -> all.put((String) key, (String) value));
        }
        all.putAll(annotations);
        metadata.put("annotations", Collections.unmodifiableMap(all));
        var changed = new LinkedHashMap<>(body);
        changed.put("metadata", Collections.unmodifiableMap(metadata));
        return new ClusterObject(apiVersion, kind, namespace, name, changed);
    }

    /// The body as JSON. Of a secret, this shows its values.
    public String json() {
        return JSON.writeValueAsString(body);
    }

    /// `Deployment shop/api-3f9c1a2b7d10`, and nothing of the body, which may be secret.
    @Override
    public String toString() {
        return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
