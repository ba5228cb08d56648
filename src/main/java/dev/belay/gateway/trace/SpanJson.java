package dev.belay.gateway.trace;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Spans in the JSON encoding of OTLP: ids as hexadecimal digits, 64-bit numbers as texts, kinds
/// and codes as numbers.
final class SpanJson {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int KIND_SERVER = 2;
    private static final int STATUS_ERROR = 2;

    private SpanJson() {}

    /// The body of an export.
    static String of(List<Span> spans, Map<String, String> resource) {
        ObjectNode root = MAPPER.createObjectNode();
        ObjectNode of = root.putArray("resourceSpans").addObject();
        attributes(of.putObject("resource").putArray("attributes"), resource);
        ObjectNode scope = of.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "dev.belay.gateway");
        ArrayNode array = scope.putArray("spans");
        spans.forEach(span -> write(array.addObject(), span));
        return root.toString();
    }

    private static void write(ObjectNode json, Span span) {
        json.put("traceId", span.context().trace());
        json.put("spanId", TraceContext.digits(span.context().span()));
        if (!span.state().isEmpty()) {
            json.put("traceState", span.state());
        }
        if (span.parent() != 0) {
            json.put("parentSpanId", TraceContext.digits(span.parent()));
        }
        json.put("flags", span.context().flags());
        json.put("name", span.name()).put("kind", KIND_SERVER);
        json.put("startTimeUnixNano", Long.toString(span.startNanos()));
        json.put("endTimeUnixNano", Long.toString(span.endNanos()));
        attributes(json.putArray("attributes"), span.attributes());
        ObjectNode status = json.putObject("status");
        if (span.failed()) {
            status.put("code", STATUS_ERROR);
            if (!span.failure().isEmpty()) {
                status.put("message", span.failure());
            }
        }
    }

    private static void attributes(ArrayNode array, Map<String, ?> attributes) {
        new TreeMap<>(attributes)
                .forEach((name, value) -> {
                    ObjectNode typed = array.addObject().put("key", name).putObject("value");
                    switch (value) {
                        case Long number -> typed.put("intValue", Long.toString(number));
                        case Boolean flag -> typed.put("boolValue", flag);
                        default -> typed.put("stringValue", value.toString());
                    }
                });
    }
}
