package dev.belay.gateway;

import dev.belay.gateway.log.AccessLog;
import dev.belay.gateway.log.Transcript;
import dev.belay.gateway.trace.Span;
import dev.belay.gateway.trace.Tracer;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where requests are written down. Every exchange opens a transcript here and brings it back at
/// its end, once; who listens is nobody else's business.
final class Chronicle implements AutoCloseable {
    private final Tallies tallies;
    private final AccessLog log;
    private final LogKeeper logKeeper;
    private final @Nullable Tracer tracer;

    private Chronicle(Tallies tallies, AccessLog log, LogKeeper keeper, @Nullable Tracer tracer) {
        this.tallies = tallies;
        this.log = log;
        this.logKeeper = keeper;
        this.tracer = tracer;
    }

    /// @param folder the gateway's, where the access log lies
    /// @param environment may name a collector of spans
    static Chronicle open(Path folder, Map<String, String> environment) {
        var tallies = new Tallies();
        var log =
                new AccessLog(
                        folder,
                        lines -> tallies.add(Tally.LOG_LINES, lines),
                        lines -> tallies.add(Tally.LOG_DROPPED, lines));
        var keeper = new LogKeeper(folder, log);
        keeper.restore();
        Optional<Tracer> tracer =
                Tracer.of(
                        environment,
                        spans -> tallies.add(Tally.SPANS, spans),
                        spans -> tallies.add(Tally.SPANS_DROPPED, spans));
        return new Chronicle(tallies, log, keeper, tracer.orElse(null));
    }

    LogKeeper logKeeper() {
        return logKeeper;
    }

    Tallies tallies() {
        return tallies;
    }

    /// A request's head has come.
    Transcript open(Client client, HttpRequest request) {
        return new Transcript(request, client.peer().address(), client.port(), client.protocol());
    }

    /// Finds the request's place in a trace, before its headers go any further.
    void trace(Transcript transcript) {
        if (tracer != null) {
            Span.Begun begun = tracer.begin(transcript.request().headers());
            if (begun != null) {
                transcript.traced(begun);
            }
        }
    }

    /// A request that broke a rule, and was answered without looking for anybody who could.
    void refused(Client client, HttpRequest request, HttpResponseStatus status) {
        tallies.count(Tally.REQUESTS_REFUSED);
        Transcript transcript = open(client, request);
        transcript.answered(status.code());
        transcript.because(status.reasonPhrase());
        end(transcript, Transcript.Ending.REFUSED);
    }

    void end(Transcript transcript, Transcript.Ending how) {
        transcript.end(how);
        log.take(transcript);
        Span.Begun span = transcript.span();
        if (span != null && tracer != null) {
            tracer.end(Spans.of(transcript, span));
        }
    }

    @Override
    public void close() {
        log.close();
        if (tracer != null) {
            tracer.close();
        }
    }
}
