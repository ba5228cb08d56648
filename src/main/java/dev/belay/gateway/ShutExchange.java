package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/// A request that found its component's door shut, or over a bound of those who wait there. As
/// [TurnedAway], it costs its client no connection where it has no body.
final class ShutExchange implements Exchange {
    private final Client client;
    private final HttpRequest request;
    private final Table.Entry entry;
    private final Transcript transcript;
    private final DoorCounts.Outcome outcome;
    private final Notice notice;
    private boolean over;

    ShutExchange(
            Client client,
            HttpRequest request,
            Table.Entry entry,
            Transcript transcript,
            DoorCounts.Outcome outcome,
            Notice notice) {
        this.client = client;
        this.request = request;
        this.entry = entry;
        this.transcript = transcript;
        this.outcome = outcome;
        this.notice = notice;
        RouteKey key = entry.route().key();
        transcript.routed(key.environment(), key.component());
    }

    @Override
    public void begin() {
        client.progress(client.proxy().limits().times().requestBody());
        if (RequestRules.hasBody(request)) {
            answer();
        }
    }

    @Override
    public void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        content.release();
        if (last) {
            answer();
        }
    }

    private void answer() {
        if (over) {
            return;
        }
        over = true;
        client.proxy().doors().of(entry.route().key()).count(outcome);
        answer(client, request, entry, transcript, notice);
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

    @Override
    public void onBatchEnd() {}

    @Override
    public void onClientWritability() {}

    @Override
    public void onClientGone() {
        end(Transcript.Ending.CLIENT_LEFT);
    }

    @Override
    public void onBadContent(HttpResponseStatus because) {
        answer();
    }

    @Override
    public void onTimeout() {
        end(Transcript.Ending.CUT);
        client.abort();
    }

    private void end(Transcript.Ending how) {
        if (!over) {
            over = true;
            client.proxy().chronicle().end(transcript, how);
        }
    }

    @Override
    public void onClose(Farewell farewell) {}
}
