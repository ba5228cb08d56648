package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/// A request that reaches nobody: because of a limit, because nobody wants it, or because the
/// gateway itself was asked.
final class TurnedAway extends RefusedExchange {
    private final HttpResponseStatus status;
    private final String why;
    private final String location;

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
        super(client, request, transcript);
        this.location = location;
        this.status = status;
        this.why = why;
    }

    @Override
    void refuse() {
        transcript().answered(status.code());
        transcript().because(why);
        client().proxy().chronicle().end(transcript(), Transcript.Ending.REFUSED);
        if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            client().refuse(why);
        } else if (!location.isEmpty()) {
            client().writeHead(Answers.elsewhere(status, location));
            client().write(LastHttpContent.EMPTY_LAST_CONTENT);
            client().finish();
        } else {
            client().answer(status, why);
        }
    }
}
