package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/// One request on its way, as its client's connection sees it. Called on the connection's loop.
interface Exchange {
    /// What carries out the request, by the table as it is now.
    static Exchange of(Client client, HttpRequest request) {
        String proof = client.proxy().challenges().text(request.uri());
        if (proof != null) {
            return new TurnedAway(client, request, HttpResponseStatus.OK, proof);
        }
        Exchange turnedAway = client.proxy().admission().turnAway(client, request);
        if (turnedAway != null) {
            return turnedAway;
        }
        return routed(client, request, client.proxy().chronicle().open(client, request));
    }

    /// The same for one that was let in already.
    static Exchange routed(Client client, HttpRequest request, Transcript transcript) {
        PortTable port = client.proxy().table().at(client.port());
        if (port != null && port.elsewhere() != null) {
            return elsewhere(client, request, transcript, port.elsewhere());
        }
        HttpResponseStatus refusal = port == null ? null : port.refusal(request);
        Table.Entry entry = port == null || refusal != null ? null : port.find(request);
        if (port != null && entry == null) {
            // A browser takes a connection for every host of its certificate, and asks anew then.
            boolean misdirected = client.secure() && port.foreign(request);
            HttpResponseStatus nobody =
                    misdirected
                            ? HttpResponseStatus.MISDIRECTED_REQUEST
                            : HttpResponseStatus.NOT_FOUND;
            return refusal == null
                    ? new TurnedAway(client, request, transcript, nobody, "Nothing is here.")
                    : new TurnedAway(client, request, transcript, refusal, refusal.reasonPhrase());
        }
        Exchange atTheDoor =
                entry == null || entry.door() == null
                        ? null
                        : client.proxy().doors().meets(client, request, entry, transcript);
        if (atTheDoor != null) {
            return atTheDoor;
        }
        boolean sticky = entry != null && entry.route().rules().sticky();
        Visit visit = sticky ? Visit.of(request) : null;
        Table.LiveShare share =
                entry == null ? null : visit == null ? entry.choose() : entry.choose(visit);
        return entry != null && share != null && share.root() != null
                ? new SiteExchange(client, request, transcript, entry, share, visit)
                : new ProxyExchange(client, request, transcript, entry, share, visit);
    }

    /// The method and the body stay what they are (RFC 9110 §15.4.9).
    private static Exchange elsewhere(
            Client client, HttpRequest request, Transcript transcript, Entrance to) {
        String host = Authority.host(request.headers().get(HttpHeaderNames.HOST, ""));
        boolean plain = request.uri().startsWith("/") && !host.isEmpty();
        return plain
                ? new TurnedAway(
                        client,
                        request,
                        transcript,
                        HttpResponseStatus.PERMANENT_REDIRECT,
                        "It is elsewhere.",
                        to.location(host, request.uri()))
                : new TurnedAway(
                        client,
                        request,
                        transcript,
                        HttpResponseStatus.BAD_REQUEST,
                        "Nobody knows which host you mean.");
    }

    /// Starts. The client knows it by now, and may be answered.
    void begin();

    /// Takes the next part of the request's body, and owns it.
    void onContent(HttpContent content);

    /// No more parts for the moment.
    void onBatchEnd();

    /// The client can take more of the answer, or no longer can.
    void onClientWritability();

    /// The client left: whatever is still done for it is in vain.
    void onClientGone();

    /// The rest of the request's body is not taken: its bytes stopped making sense, or they are too
    /// many.
    ///
    /// @param because how to answer, if the answer has not begun
    void onBadContent(HttpResponseStatus because);

    /// The time of the present phase is over.
    void onTimeout();

    /// Whether it may be silent for long: it is a stream of both sides, with an end of its own.
    default boolean patient() {
        return false;
    }

    /// Whether what is sent ahead of a switch to another protocol may wait for it.
    default boolean keepsAhead() {
        return true;
    }

    /// What runs at this revision should come to an end.
    void onClose(Farewell farewell);
}
