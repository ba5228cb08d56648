package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/// A request that reaches nobody. Without a body it costs its client an answer and no connection:
/// coming back would be dearer for both. With one it is answered before the body was read.
abstract class RefusedExchange implements Exchange {
    private final Client client;
    private final boolean body;
    private final Transcript transcript;
    private boolean over;

    RefusedExchange(Client client, HttpRequest request, Transcript transcript) {
        this.client = client;
        this.body = RequestRules.hasBody(request);
        this.transcript = transcript;
    }

    final Client client() {
        return client;
    }

    final Transcript transcript() {
        return transcript;
    }

    /// Answers and writes down that it did. Called once, if at all.
    abstract void refuse();

    private void answer() {
        if (!over) {
            over = true;
            refuse();
        }
    }

    private void end(Transcript.Ending how) {
        if (!over) {
            over = true;
            client.proxy().chronicle().end(transcript, how);
        }
    }

    @Override
    public final void begin() {
        client.progress(client.proxy().limits().times().requestBody());
        if (body) {
            answer();
        }
    }

    @Override
    public final void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        content.release();
        if (last) {
            answer();
        }
    }

    @Override
    public final void onBatchEnd() {}

    @Override
    public final void onClientWritability() {}

    @Override
    public final void onClientGone() {
        end(Transcript.Ending.CLIENT_LEFT);
    }

    @Override
    public final void onBadContent(HttpResponseStatus because) {
        answer();
    }

    @Override
    public final void onTimeout() {
        end(Transcript.Ending.CUT);
        client.abort();
    }

    @Override
    public final void onClose(Farewell farewell) {}
}
