package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/// A request that reaches nobody: because of a limit, because nobody wants it, or because the
/// gateway itself was asked. Without a body it costs its client an answer and no connection: coming
/// back would be dearer for both.
final class TurnedAway implements Exchange {
    private final Client client;
    private final boolean body;
    private final HttpResponseStatus status;
    private final String why;
    private final Transcript transcript;
    private final String location;
    private boolean over;

    /// @param status what it is answered with; of 503 the client hears in the words of its protocol
    TurnedAway(Client client, HttpRequest request, HttpResponseStatus status, String why) {
        this(client, request, client.proxy().chronicle().open(client, request), status, why);
    }

    TurnedAway(
            Client client,
            HttpRequest request,
            Transcript transcript,
            HttpResponseStatus status,
            String why) {
        this(client, request, transcript, status, why, "");
    }

    /// @param location where it should be asked for; may be empty
    TurnedAway(
            Client client,
            HttpRequest request,
            Transcript transcript,
            HttpResponseStatus status,
            String why,
            String location) {
        this.location = location;
        this.client = client;
        this.body = RequestRules.hasBody(request);
        this.transcript = transcript;
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
        if (over) {
            return;
        }
        transcript.answered(status.code());
        transcript.because(why);
        end(Transcript.Ending.REFUSED);
        if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            client.refuse(why);
        } else if (!location.isEmpty()) {
            client.writeHead(Answers.elsewhere(status, location));
            client.write(LastHttpContent.EMPTY_LAST_CONTENT);
            client.finish();
        } else {
            client.answer(status, why);
        }
    }

    private void end(Transcript.Ending how) {
        if (!over) {
            over = true;
            client.proxy().chronicle().end(transcript, how);
        }
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

    @Override
    public void onClose(Farewell farewell) {}
}
