package dev.belay.gateway;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Fields of HTTP/2 as those of HTTP/1.1, and back (RFC 9113 §8). What Netty has let pass and two
/// readers could read differently is refused here.
final class H2Fields {
    /// Speak of one connection, which the other side does not have.
    private static final Set<String> HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "transfer-encoding",
                    "upgrade",
                    "http2-settings");

    private static final Set<HttpMethod> WITH_BODY =
            Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private static final Pattern STATUS = Pattern.compile("[1-9][0-9]{2}");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /// Bytes (RFC 6455 §4.1).
    private static final int WEBSOCKET_KEY = 16;

    /// Method, scheme, path and authority.
    private static final int PSEUDO = 4;

    private static final char DELETE = 127;

    private H2Fields() {}

    /// The head of a request.
    ///
    /// @param end whether no body follows
    /// @param secure whether it came through TLS, which its scheme has to agree with
    /// @return null when the fields are malformed: the stream is then an error (RFC 9113 §8.1.1)
    static @Nullable HttpRequest request(Http2Headers fields, boolean end, boolean secure) {
        String method = only(fields, PseudoHeaderName.METHOD);
        String authority = only(fields, PseudoHeaderName.AUTHORITY);
        boolean protocol = !fields.getAll(PseudoHeaderName.PROTOCOL.value()).isEmpty();
        boolean webSocket = protocol && !end && opensWebSocket(fields);
        boolean foreign =
                (protocol && !webSocket)
                        || fields.getAll(PseudoHeaderName.AUTHORITY.value()).size() > 1;
        boolean many = fields.size() > RequestDecoder.FIELDS_MAX;
        if (method == null || !isToken(method) || foreign || many) {
            return null;
        }
        if (webSocket) {
            method = "GET";
        }
        String target = target(fields, method, authority, secure ? "https" : "http");
        if (target == null || !sayable(target)) {
            return null;
        }
        var request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target);
        HttpHeaders headers = request.headers();
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            if (padded(field.getValue()) || LookalikeNames.has(AsciiString.of(field.getKey()))) {
                return null;
            }
            if (!PseudoHeaderName.hasPseudoHeaderFormat(field.getKey())) {
                headers.add(field.getKey(), field.getValue());
            }
        }
        if (!host(headers, authority)) {
            return null;
        }
        List<String> crumbs = headers.getAll(HttpHeaderNames.COOKIE);
        if (crumbs.size() > 1) {
            headers.set(HttpHeaderNames.COOKIE, String.join("; ", crumbs));
        }
        if (webSocket) {
            return handshake(request);
        }
        frame(request, end);
        return request;
    }

    /// Extended CONNECT (RFC 8441), for the one protocol that it is offered for.
    private static boolean opensWebSocket(Http2Headers fields) {
        return "CONNECT".equals(only(fields, PseudoHeaderName.METHOD))
                && "websocket".equalsIgnoreCase(only(fields, PseudoHeaderName.PROTOCOL));
    }

    /// What opens a WebSocket over HTTP/1.1, which is what members know; null for one with a body.
    private static @Nullable HttpRequest handshake(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return null;
        }
        byte[] key = new byte[WEBSOCKET_KEY];
        ThreadLocalRandom.current().nextBytes(key);
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_KEY, Base64.getEncoder().encodeToString(key));
        return request;
    }

    private static @Nullable String only(Http2Headers fields, PseudoHeaderName name) {
        List<CharSequence> values = fields.getAll(name.value());
        return values.size() == 1 ? values.getFirst().toString() : null;
    }

    private static @Nullable String target(
            Http2Headers fields, String method, @Nullable String authority, String ours) {
        if (method.equals("CONNECT")) {
            return authority;
        }
        String path = only(fields, PseudoHeaderName.PATH);
        String scheme = only(fields, PseudoHeaderName.SCHEME);
        boolean web = ours.equalsIgnoreCase(scheme);
        boolean origin = path != null && (path.startsWith("/") || path.equals("*"));
        return web && origin ? path : null;
    }

    /// Whether HTTP/1.1 has a way to say it: a blank would end it there.
    private static boolean sayable(String target) {
        return target.chars().allMatch(c -> c > ' ' && c != DELETE);
    }

    /// Both names of the host, where both are given, name the same one.
    private static boolean host(HttpHeaders headers, @Nullable String authority) {
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (authority == null) {
            return hosts.size() == 1;
        }
        if (hosts.stream().anyMatch(host -> !host.equalsIgnoreCase(authority))) {
            return false;
        }
        headers.set(HttpHeaderNames.HOST, authority);
        return true;
    }

    /// Makes the end of the body visible to a member that speaks HTTP/1.1.
    private static void frame(HttpRequest request, boolean end) {
        HttpHeaders headers = request.headers();
        boolean length = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (!end && !length) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else if (end && !length && WITH_BODY.contains(request.method())) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        }
    }

    /// The end of a request, with the fields that came after its body; null when malformed.
    static @Nullable LastHttpContent trailers(Http2Headers fields) {
        var last = new DefaultLastHttpContent();
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            if (padded(field.getValue())
                    || PseudoHeaderName.hasPseudoHeaderFormat(field.getKey())) {
                return null;
            }
            String name = field.getKey().toString();
            if (!HOP.contains(name) && !name.equals("content-length") && !name.equals("host")) {
                last.trailingHeaders().add(name, field.getValue());
            }
        }
        return last;
    }

    /// A request's head, for a member that speaks HTTP/2.
    static Http2Headers request(HttpRequest request) {
        HttpHeaders headers = request.headers();
        var fields = new DefaultHttp2Headers(false, headers.size() + PSEUDO);
        fields.method(request.method().asciiName()).scheme("http").path(request.uri());
        fields.authority(headers.get(HttpHeaderNames.HOST, ""));
        boolean trailers = headers.contains(HttpHeaderNames.TE);
        headers.remove(HttpHeaderNames.TE);
        addAll(headers, fields);
        fields.remove(HttpHeaderNames.HOST);
        if (trailers) {
            // All that may pass of it (RFC 9113 §8.2.2); gRPC's servers insist on it.
            headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
            fields.add(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
        return fields;
    }

    /// The head of a member's answer; null when the fields are malformed.
    static @Nullable HttpResponse response(Http2Headers fields) {
        String status = only(fields, PseudoHeaderName.STATUS);
        boolean digits = status != null && STATUS.matcher(status).matches();
        if (!digits || fields.size() > RequestDecoder.FIELDS_MAX) {
            return null;
        }
        HttpResponseStatus code = HttpResponseStatus.valueOf(Integer.parseInt(status));
        if (code.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            return null;
        }
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, code);
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            if (padded(field.getValue())) {
                return null;
            }
            if (!PseudoHeaderName.hasPseudoHeaderFormat(field.getKey())) {
                response.headers().add(field.getKey(), field.getValue());
            }
        }
        List<String> lengths = response.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
        boolean countable =
                lengths.isEmpty()
                        || (lengths.size() == 1 && LENGTH.matcher(lengths.getFirst()).matches());
        return countable ? response : null;
    }

    static Http2Headers response(HttpResponse response) {
        var fields = new DefaultHttp2Headers(false, response.headers().size() + 1);
        fields.status(response.status().codeAsText());
        addAll(response.headers(), fields);
        return fields;
    }

    static Http2Headers trailers(HttpHeaders headers) {
        var fields = new DefaultHttp2Headers(false, headers.size());
        addAll(headers, fields);
        return fields;
    }

    private static void addAll(HttpHeaders headers, Http2Headers fields) {
        var each = headers.iteratorCharSequence();
        while (each.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = each.next();
            CharSequence name = lower(header.getKey());
            if (!HOP.contains(name.toString())) {
                fields.add(name, header.getValue());
            }
        }
    }

    private static CharSequence lower(CharSequence name) {
        return name instanceof AsciiString ascii
                ? ascii.toLowerCase()
                : name.toString().toLowerCase(Locale.ROOT);
    }

    /// RFC 9113 §8.2.1: no blank at either end.
    private static boolean padded(CharSequence value) {
        int length = value.length();
        return length > 0 && (blank(value.charAt(0)) || blank(value.charAt(length - 1)));
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c ->
                                (c >= 'a' && c <= 'z')
                                        || (c >= 'A' && c <= 'Z')
                                        || (c >= '0' && c <= '9')
                                        || TOKEN_MARKS.indexOf(c) >= 0);
    }
}
