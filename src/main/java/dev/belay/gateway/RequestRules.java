package dev.belay.gateway;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a request must be before anything is done with it. Whatever two readers could read
/// differently is refused: that is how requests are smuggled past a proxy.
final class RequestRules {
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.OPTIONS,
                    HttpMethod.PUT,
                    HttpMethod.DELETE);
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";
    private static final char DELETE = 127;

    private RequestRules() {}

    /// Why the request is refused, or null. Brings an acceptable target into origin form.
    ///
    /// @param secure whether it came through TLS, which a scheme in it has to agree with
    static @Nullable HttpResponseStatus refusal(HttpRequest request, boolean secure) {
        if (request.decoderResult().isFailure()) {
            return broken(request.decoderResult().cause());
        }
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
        }
        HttpHeaders headers = request.headers();
        List<String> coding = all(headers, HttpHeaderNames.TRANSFER_ENCODING);
        if (!coding.isEmpty() && !(coding.size() == 1 && chunked(coding.getFirst()))) {
            return HttpResponseStatus.NOT_IMPLEMENTED;
        }
        spellOut(headers);
        // Netty gives such a request a body of eight bytes that no length announces.
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
                || headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        List<String> expected = all(headers, HttpHeaderNames.EXPECT);
        if (!expected.isEmpty() && !(expected.size() == 1 && awaitsOnly100(expected.getFirst()))) {
            return HttpResponseStatus.EXPECTATION_FAILED;
        }
        // A tunnel to anywhere, and an echo of what was added on the way, cookies included.
        if (request.method().equals(HttpMethod.CONNECT)
                || request.method().equals(HttpMethod.TRACE)) {
            return HttpResponseStatus.METHOD_NOT_ALLOWED;
        }
        return target(request, secure ? HTTPS : HTTP);
    }

    /// All values of a header. Most requests lack most headers, and for those this makes no list.
    static List<String> all(HttpHeaders headers, CharSequence name) {
        return headers.contains(name) ? headers.getAll(name) : List.of();
    }

    /// Whether a request may be sent a second time after the first had no answer.
    static boolean repeatable(HttpRequest request) {
        return IDEMPOTENT.contains(request.method()) && !hasBody(request);
    }

    static boolean hasBody(HttpRequest request) {
        HttpHeaders headers = request.headers();
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || (length != null && !length.equals("0"));
    }

    /// Whether it is a call of gRPC, of whatever encoding.
    static boolean speaksGrpc(HttpRequest request) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.startsWith("application/grpc");
    }

    /// Whether a coding is chunks and nothing more.
    static boolean chunked(String coding) {
        return HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding);
    }

    /// How a body is framed is passed on in the one spelling that everybody reads alike: `Chunked`
    /// is no chunks for some, and `010` eight bytes.
    static void spellOut(HttpHeaders headers) {
        String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding != null && !HttpHeaderValues.CHUNKED.contentEquals(coding)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && length.length() > 1 && length.charAt(0) == '0') {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.parseLong(length));
        }
    }

    private static boolean awaitsOnly100(String expectation) {
        return HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation);
    }

    private static HttpResponseStatus broken(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            case TooLongFrameException _ -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            case null, default -> HttpResponseStatus.BAD_REQUEST;
        };
    }

    private static @Nullable HttpResponseStatus target(HttpRequest request, String scheme) {
        String uri = request.uri();
        HttpHeaders headers = request.headers();
        Iterator<String> hosts = headers.valueStringIterator(HttpHeaderNames.HOST);
        String host = hosts.hasNext() ? hosts.next() : null;
        boolean needsHost = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        if (hosts.hasNext() || (needsHost && host == null)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        if (host != null && !Authority.valid(host)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        if (uri.regionMatches(true, 0, scheme, 0, scheme.length())) {
            // Absolute form: its authority replaces the Host header (RFC 9112 §3.2.2).
            int end = authorityEnd(uri, scheme.length());
            String authority = uri.substring(scheme.length(), end);
            if (!Authority.valid(authority)) {
                return HttpResponseStatus.BAD_REQUEST;
            }
            headers.set(HttpHeaderNames.HOST, authority);
            uri = origin(request.method(), uri.substring(end));
        }
        boolean whole = uri.equals("*") && request.method().equals(HttpMethod.OPTIONS);
        if ((!whole && !uri.startsWith("/")) || !clean(uri)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        if (!uri.equals(request.uri())) {
            request.setUri(uri);
        }
        return null;
    }

    private static int authorityEnd(String uri, int from) {
        int end = from;
        while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /// What follows an authority, as one asks an origin for it (RFC 9112 §3.2.1, §3.2.4).
    private static String origin(HttpMethod method, String rest) {
        if (rest.isEmpty() && method.equals(HttpMethod.OPTIONS)) {
            return "*";
        }
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    /// Whether it is visible ASCII alone, without a fragment. Nothing is corrected: what was meant
    /// could be read in another way behind us (RFC 9112 §3.2).
    private static boolean clean(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= DELETE || c == '#') {
                return false;
            }
        }
        return true;
    }
}
