package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import dev.belay.gateway.trace.Span;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Makes a span of a transcript, in the words of OpenTelemetry's semantic conventions for HTTP.
/// Queries are left out: they may hold secrets.
final class Spans {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int SERVER_ERROR = 500;

    /// Others are `_OTHER`: whoever asks may make up as many methods as they like.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private Spans() {}

    static Span of(Transcript transcript, Span.Begun begun) {
        long end = System.currentTimeMillis() * NANOS_PER_MILLI;
        String method = transcript.request().method().name();
        boolean known = METHODS.contains(method);
        return new Span(
                begun.context(),
                begun.parent(),
                begun.state(),
                known ? method : "HTTP",
                end - transcript.totalNanos(),
                end,
                attributes(transcript, known ? method : "_OTHER"),
                transcript.failed(),
                transcript.why());
    }

    private static Map<String, Object> attributes(Transcript transcript, String method) {
        Map<String, Object> attributes = new HashMap<>();
        HttpHeaders headers = transcript.request().headers();
        String uri = transcript.request().uri();
        int query = uri.indexOf('?');
        attributes.put("http.request.method", method);
        attributes.put("url.path", query < 0 ? uri : uri.substring(0, query));
        attributes.put("server.port", (long) transcript.port());
        attributes.put("network.protocol.name", "http");
        attributes.put(
                "network.protocol.version", transcript.protocol().substring("HTTP/".length()));
        text(attributes, "server.address", host(headers.get(HttpHeaderNames.HOST, "")));
        text(attributes, "user_agent.original", headers.get(HttpHeaderNames.USER_AGENT, ""));
        InetAddress address = transcript.client().getAddress();
        if (address != null) {
            attributes.put("client.address", address.getHostAddress());
        }
        attributes.put("http.request.body.size", transcript.received());
        attributes.put("http.response.body.size", transcript.sent());
        if (transcript.status() > 0) {
            attributes.put("http.response.status_code", (long) transcript.status());
        }
        if (transcript.retries() > 0) {
            attributes.put("http.request.resend_count", (long) transcript.retries());
        }
        if (transcript.failed()) {
            boolean status = transcript.status() >= SERVER_ERROR;
            attributes.put(
                    "error.type",
                    status ? Integer.toString(transcript.status()) : transcript.ending().word());
        }
        text(attributes, "belay.environment", transcript.environment());
        text(attributes, "belay.component", transcript.component());
        text(attributes, "belay.revision", transcript.revision());
        text(attributes, "belay.member", transcript.member());
        return attributes;
    }

    private static void text(Map<String, Object> attributes, String name, String value) {
        if (!value.isEmpty()) {
            attributes.put(name, value);
        }
    }

    /// A host without its port; one of IPv6 with its brackets.
    private static String host(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }
}
