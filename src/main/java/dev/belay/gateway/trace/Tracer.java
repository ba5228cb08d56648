package dev.belay.gateway.trace;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Decides which requests get a span, puts the gateway's place into their headers, and has finished
/// spans exported.
public final class Tracer implements AutoCloseable {
    public static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");

    private final Sampler sampler;
    private final SpanExporter exporter;

    private Tracer(Sampler sampler, SpanExporter exporter) {
        this.sampler = sampler;
        this.exporter = exporter;
    }

    /// A tracer, when the environment names a collector.
    ///
    /// @param exported told how many spans the collector took
    /// @param dropped told how many were lost
    public static Optional<Tracer> of(
            Map<String, String> environment, LongConsumer exported, LongConsumer dropped) {
        return Collector.of(environment)
                .map(collector ->
                        new Tracer(
                                Sampler.of(environment),
                                new SpanExporter(collector, exported, dropped)));
    }

    /// Looks at a request's headers before they go to a member. One that is sampled gets our span
    /// as its parent; one that is not passes as it came, unless nobody has decided yet: then ours
    /// is the decision, and those behind us are told.
    ///
    /// @return null when it is not sampled
    public Span.@Nullable Begun begin(HttpHeaders headers) {
        List<String> said = headers.getAll(TRACEPARENT);
        TraceContext parent = said.size() == 1 ? TraceContext.parse(said.getFirst()) : null;
        if (parent == null) {
            long low = TraceContext.id();
            boolean sampled = sampler.samples(null, low);
            TraceContext own = TraceContext.fresh(TraceContext.id(), low, sampled);
            // Of a parent that cannot be read nothing may be read (§3.3 of the recommendation).
            headers.remove(TRACESTATE);
            headers.set(TRACEPARENT, own.header());
            return sampled ? new Span.Begun(own, 0, "") : null;
        }
        if (!sampler.samples(parent, parent.low())) {
            return null;
        }
        TraceContext own = parent.child();
        headers.set(TRACEPARENT, own.header());
        List<String> state = headers.getAll(TRACESTATE);
        if (!TraceState.valid(state)) {
            headers.remove(TRACESTATE);
            state = List.of();
        }
        return new Span.Begun(own, parent.span(), String.join(",", state));
    }

    /// Never waits.
    public void end(Span span) {
        exporter.take(span);
    }

    @Override
    public void close() {
        exporter.close();
    }
}
