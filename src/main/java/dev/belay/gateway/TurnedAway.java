package dev.belay.gateway;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/// A request that reaches nobody, because of a limit or because nobody wants it. Without a body it
/// costs its client an answer and no connection: coming back would be dearer for both.
final class TurnedAway implements Exchange {
    private final Client client;
    private final boolean body;
    private final HttpResponseStatus status;
    private final String why;
    private boolean over;

    /// @param body whether the request has one, which nobody will read
    TurnedAway(Client client, boolean body, HttpResponseStatus status, String why) {
        this.client = client;
        this.body = body;
        this.status = status;
        this.why = why;
    }

    @Override
    public void begin() {
        client.progress(client.proxy().limits().times().requestBody());
        if (body) {
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
        if (!over) {
            over = true;
            client.answer(status, why);
        }
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onClientWritability() {}

    @Override
    public void onClientGone() {}

    @Override
    public void onBadContent(HttpResponseStatus because) {
        answer();
    }

    @Override
    public void onTimeout() {
        client.abort();
    }

    @Override
    public void onClose(Farewell farewell) {}
}
