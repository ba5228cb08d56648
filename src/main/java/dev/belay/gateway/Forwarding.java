package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which headers pass a proxy and which it writes itself (RFC 9110 §7.6, RFC 7239).
final class Forwarding {
    static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
    static final AsciiString X_FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
    static final AsciiString X_FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString X_REAL_IP = AsciiString.cached("X-Real-IP");
    private static final AsciiString ORIGIN_FAMILY = AsciiString.cached("x-forwarded-");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("Keep-Alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("Proxy-Connection");

    /// No header of HTTP, but `HTTP_PROXY` for CGI and its heirs (CVE-2016-5385).
    private static final AsciiString PROXY = AsciiString.cached("Proxy");

    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("HTTP2-Settings");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");

    /// A client cannot have these taken away by naming them in `Connection`.
    private static final Set<String> END_TO_END =
            Set.of(
                    "host",
                    "content-length",
                    "content-type",
                    "content-encoding",
                    "authorization",
                    "cookie",
                    "forwarded",
                    "x-forwarded-for",
                    "x-forwarded-proto",
                    "x-forwarded-host");

    /// What a member that merges trailers into the head would then believe: framing, routing, who
    /// asks, and how to treat the request (RFC 9110 §6.5.1). Netty drops lengths and codings.
    private static final Set<String> NEVER_TRAILERS =
            Set.of(
                    "host",
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "upgrade",
                    "te",
                    "http2-settings",
                    "expect",
                    "max-forwards",
                    "authorization",
                    "proxy-authorization",
                    "proxy-authenticate",
                    "www-authenticate",
                    "proxy",
                    "cookie",
                    "set-cookie",
                    "forwarded",
                    "cache-control",
                    "pragma",
                    "range",
                    "location",
                    "vary",
                    "age",
                    "expires",
                    "date",
                    "retry-after");

    private static final List<String> NEVER_TRAILER_FAMILIES =
            List.of("content-", "if-", "x-forwarded-", "sec-websocket-");

    /// `h2c` (RFC 7540 §3.2) with its drafts, `TLS` (RFC 2817), and what may be taken for them.
    private static final Pattern OTHER_HTTP =
            Pattern.compile("\\s*(h2|h3|http|tls).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private Forwarding() {}

    /// Whether a client asks to leave HTTP on this connection. Another version of HTTP is not
    /// leaving it: through such a tunnel requests would pass that nobody looked at.
    static boolean upgrade(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.UPGRADE)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && headers.getAll(HttpHeaderNames.UPGRADE).stream()
                        .flatMap(value -> Stream.of(value.split(",", -1)))
                        .noneMatch(wish -> OTHER_HTTP.matcher(wish).matches());
    }

    /// Whether a member switches to what the client asked for, and to nothing else (RFC 9110 §7.8).
    static boolean switches(HttpHeaders request, HttpHeaders response) {
        List<String> to = response.getAll(HttpHeaderNames.UPGRADE);
        if (to.size() != 1
                || to.getFirst().isEmpty()
                || !request.containsValue(HttpHeaderNames.UPGRADE, to.getFirst(), true)) {
            return false;
        }
        // The draft of 2010, without it, has a body there whose length nothing announces.
        return !HttpHeaderValues.WEBSOCKET.contentEqualsIgnoreCase(to.getFirst())
                || response.contains(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
    }

    /// Makes a client's request one of ours.
    ///
    /// @param secure whether the client came through TLS
    /// @param upgrade whether the wish to leave HTTP is passed on
    static void request(
            HttpRequest request, @Nullable Peer client, boolean secure, boolean upgrade) {
        HttpHeaders headers = request.headers();
        String protocol = upgrade ? headers.get(HttpHeaderNames.UPGRADE) : null;
        boolean trailers =
                headers.contains(HttpHeaderNames.TE)
                        && headers.containsValue(HttpHeaderNames.TE, TRAILERS, true);
        dropConnectionHeaders(headers);
        headers.remove(HttpHeaderNames.TE);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(PROXY);
        if (protocol != null) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, protocol);
        } else if (trailers) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE);
            headers.set(HttpHeaderNames.TE, TRAILERS);
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            request.setProtocolVersion(HttpVersion.HTTP_1_1);
            headers.remove(HttpHeaderNames.EXPECT);
            if (!headers.contains(HttpHeaderNames.HOST)) {
                headers.set(HttpHeaderNames.HOST, "localhost");
            }
        }
        if (client != null) {
            origin(headers, client, secure ? "https" : "http");
        }
    }

    /// Says who asked. What a peer on this host says about that is kept and added to: it is a proxy
    /// before us. Anybody else could say anything.
    private static void origin(HttpHeaders headers, Peer client, String scheme) {
        String host = headers.get(HttpHeaderNames.HOST, "");
        String address = text(client.host());
        String node = address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
        String forwarded = "for=" + node + ";host=\"" + quoted(host) + "\";proto=" + scheme;
        boolean trusted = client.local();
        if (!trusted) {
            dropOrigins(headers);
        }
        set(headers, X_FORWARDED_FOR, address, trusted);
        set(headers, FORWARDED, forwarded, trusted);
        if (!headers.contains(X_FORWARDED_PROTO)) {
            headers.set(X_FORWARDED_PROTO, scheme);
        }
        if (!headers.contains(X_FORWARDED_HOST)) {
            headers.set(X_FORWARDED_HOST, host);
        }
    }

    /// Whatever proxies say about who asked and where: some members read more than the few that we
    /// write.
    private static void dropOrigins(HttpHeaders headers) {
        List<CharSequence> dropped = new ArrayList<>(0);
        var fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            CharSequence name = fields.next().getKey();
            boolean origin =
                    AsciiString.regionMatches(
                            name, true, 0, ORIGIN_FAMILY, 0, ORIGIN_FAMILY.length());
            if (origin || X_REAL_IP.contentEqualsIgnoreCase(name)) {
                dropped.add(name);
            }
        }
        dropped.forEach(headers::remove);
    }

    private static void set(HttpHeaders headers, AsciiString name, String value, boolean add) {
        List<String> before = add ? RequestRules.all(headers, name) : List.of();
        String list = before.isEmpty() ? value : String.join(", ", before) + ", " + value;
        headers.set(name, list);
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private static String quoted(String host) {
        return host.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /// Makes a member's answer one of ours.
    static void response(HttpResponse response, boolean upgraded) {
        HttpHeaders headers = response.headers();
        String protocol = upgraded ? headers.get(HttpHeaderNames.UPGRADE) : null;
        dropConnectionHeaders(headers);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        if (protocol != null) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, protocol);
        }
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
    }

    /// Takes away what may not stand behind a body, in either direction.
    static void trailers(HttpHeaders trailers) {
        for (String name : trailers.names()) {
            String known = name.toLowerCase(Locale.ROOT);
            if (NEVER_TRAILERS.contains(known)
                    || NEVER_TRAILER_FAMILIES.stream().anyMatch(known::startsWith)) {
                trailers.remove(name);
            }
        }
    }

    /// How long a member keeps an idle connection, when it says so.
    static OptionalLong idleSeconds(HttpHeaders headers) {
        String value = headers.get(KEEP_ALIVE);
        if (value == null) {
            return OptionalLong.empty();
        }
        for (String part : value.split(",", -1)) {
            String trimmed = part.strip().toLowerCase(Locale.ROOT);
            if (trimmed.matches("timeout=[0-9]{1,6}")) {
                return OptionalLong.of(Long.parseLong(trimmed.substring("timeout=".length())));
            }
        }
        return OptionalLong.empty();
    }

    static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static void dropConnectionHeaders(HttpHeaders headers) {
        for (String value : RequestRules.all(headers, HttpHeaderNames.CONNECTION)) {
            if (HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(value)) {
                // By far the most frequent, and its header goes in any case.
                continue;
            }
            for (String name : value.split(",", -1)) {
                String trimmed = name.strip();
                if (!trimmed.isEmpty()
                        && !END_TO_END.contains(trimmed.toLowerCase(Locale.ROOT))
                        && !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(trimmed)) {
                    headers.remove(trimmed);
                }
            }
        }
        headers.remove(HttpHeaderNames.CONNECTION);
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.UPGRADE);
        headers.remove(HTTP2_SETTINGS);
    }
}
