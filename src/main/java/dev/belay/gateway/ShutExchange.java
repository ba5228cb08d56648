package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/// A request that found its component's door shut, or over a bound of those who wait there.
final class ShutExchange extends RefusedExchange {
    private final HttpRequest request;
    private final Table.Entry entry;
    private final DoorCounts.Outcome outcome;
    private final Notice notice;

    ShutExchange(
            Client client,
            HttpRequest request,
            Table.Entry entry,
            Transcript transcript,
            DoorCounts.Outcome outcome,
            Notice notice) {
        super(client, request, transcript);
        this.request = request;
        this.entry = entry;
        this.outcome = outcome;
        this.notice = notice;
        RouteKey key = entry.route().key();
        transcript.routed(key.environment(), key.component());
    }

    @Override
    void refuse() {
        client().proxy().doors().of(entry.route().key()).count(outcome);
        answer(client(), request, entry, transcript(), notice);
    }

    /// Answers and writes down that it did.
    static void answer(
            Client client,
            HttpRequest request,
            Table.Entry entry,
            Transcript transcript,
            Notice notice) {
        int status = HttpResponseStatus.SERVICE_UNAVAILABLE.code();
        entry.unrouted().answered(status, transcript.answered(status), null);
        transcript.because(notice.sentence());
        client.proxy().chronicle().end(transcript, Transcript.Ending.REFUSED);
        notice.answer(client, request);
    }
}
