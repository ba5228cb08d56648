package dev.belay.gateway;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/// The limits that are looked at when a request begins, before anything is done for it.
final class Admission {
    private final Limits limits;
    private final Refusals refusals;
    private final Meters meters = new Meters();

    Admission(Limits limits, Refusals refusals) {
        this.limits = limits;
        this.refusals = refusals;
    }

    /// What answers a request that must not begin; null when it may.
    @Nullable Exchange turnAway(Client client, HttpRequest request) {
        Refusals.Why overload = client.loop().overload().why();
        if (overload != null) {
            return refused(
                    client,
                    request,
                    overload,
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "Too much is under way already.");
        }
        long visitor = Visitor.of(client.peer(), request.headers());
        if (visitor != Visitor.UNKNOWN && !meters.admit(visitor, limits.rates().requests())) {
            String why = "Too many requests came from this address.";
            return refused(
                    client,
                    request,
                    Refusals.Why.CLIENT_REQUESTS,
                    HttpResponseStatus.TOO_MANY_REQUESTS,
                    why);
        }
        long most = limits.sizes().body();
        client.bodyAtMost(most);
        if (most < Long.MAX_VALUE && HttpUtil.getContentLength(request, 0L) > most) {
            return refused(
                    client,
                    request,
                    Refusals.Why.BODY_SIZE,
                    HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                    "The request's body is larger than the " + most + " bytes that are taken.");
        }
        return null;
    }

    private Exchange refused(
            Client client,
            HttpRequest request,
            Refusals.Why reason,
            HttpResponseStatus status,
            String why) {
        refusals.count(reason);
        return new TurnedAway(client, request, status, why);
    }
}
