package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/// Where requests are written down. Every exchange opens a transcript here and brings it back at
/// its end, once; who listens is nobody else's business.
final class Chronicle implements AutoCloseable {
    private final Tallies tallies;

    Chronicle(Tallies tallies) {
        this.tallies = tallies;
    }

    Tallies tallies() {
        return tallies;
    }

    /// A request's head has come.
    Transcript open(Client client, HttpRequest request) {
        return new Transcript(request, client.address(), client.port(), client.protocol());
    }

    /// A request that broke a rule, and was answered without looking for anybody who could.
    void refused(Client client, HttpRequest request, HttpResponseStatus status) {
        tallies.count(Tally.REQUESTS_REFUSED);
        turnedAway(client, request, status, status.reasonPhrase());
    }

    /// A request that met a limit.
    void turnedAway(Client client, HttpRequest request, HttpResponseStatus status, String why) {
        Transcript transcript = open(client, request);
        transcript.answered(status.code());
        transcript.because(why);
        end(transcript, Transcript.Ending.REFUSED);
    }

    void end(Transcript transcript, Transcript.Ending how) {
        transcript.end(how);
    }

    @Override
    public void close() {}
}
