package dev.belay.gateway.trace;

import java.util.Map;

/// One request as a trace knows it: from a client's question to its answer's end.
///
/// @param parent the span of whoever asked, 0 at the beginning of a trace
/// @param state the headers `tracestate`, joined
/// @param startNanos since 1970
/// @param attributes names of OpenTelemetry's semantic conventions; texts, longs or booleans
/// @param failure why it failed; empty when it did not
public record Span(
        TraceContext context,
        long parent,
        String state,
        String name,
        long startNanos,
        long endNanos,
        Map<String, Object> attributes,
        boolean failed,
        String failure) {
    public Span {
        attributes = Map.copyOf(attributes);
    }

    /// What of a span is known when its request begins.
    public record Begun(TraceContext context, long parent, String state) {}
}
