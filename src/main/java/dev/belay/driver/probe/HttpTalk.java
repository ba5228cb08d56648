package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// One HTTP/1.1 request and its answer on a wire that is already connected. Follows nothing, keeps
/// nothing, and stops reading a body where the caller has seen enough.
final class HttpTalk {
    private static final int HEAD_MAX = 64 * 1024;

    private HttpTalk() {}

    /// @param target path and query as they go on the wire
    record Request(
            String method, String target, String host, Map<String, String> headers, String body) {
        Request {
            headers = Map.copyOf(headers);
        }

        static Request get(String target, String host, Map<String, String> headers) {
            return new Request("GET", target, host, headers, "");
        }
    }

    /// @param headers names in any case; of a repeated header the values joined by commas
    /// @param body at most as much of it as was asked for
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    static Answer ask(Wire wire, Request request, int bodyMax) throws IOException, ProbeFailure {
        wire.write(bytes(wire, request));
        int status = status(wire);
        Map<String, String> headers = headers(wire);
        while (status >= 100 && status < 200 && status != 101) {
            status = status(wire);
            headers = headers(wire);
        }
        boolean none = request.method.equals("HEAD") || status == 204 || status == 304;
        String body = none ? "" : body(wire, headers, bodyMax);
        return new Answer(status, headers, body);
    }

    private static byte[] bytes(Wire wire, Request request) throws IOException, ProbeFailure {
        var head = new StringBuilder();
        line(wire, head, request.method + " " + request.target + " HTTP/1.1");
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Host", request.host);
        headers.put("User-Agent", "belay-probe");
        headers.put("Accept", "*/*");
        headers.putAll(request.headers);
        headers.put("Connection", "close");
        byte[] body = request.body.getBytes(UTF_8);
        if (body.length > 0 || !request.method.equals("GET")) {
            headers.put("Content-Length", Integer.toString(body.length));
        }
        for (var header : headers.entrySet()) {
            line(wire, head, header.getKey() + ": " + header.getValue());
        }
        head.append("\r\n");
        var bytes = new ByteArrayOutputStream();
        bytes.write(head.toString().getBytes(UTF_8));
        bytes.write(body);
        return bytes.toByteArray();
    }

    /// A captured value or a path with a line break would otherwise write headers of its own.
    private static void line(Wire wire, StringBuilder head, String text) throws ProbeFailure {
        if (text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            throw wire.failure("a header or path holds a control character", "");
        }
        head.append(text).append("\r\n");
    }

    private static int status(Wire wire) throws IOException, ProbeFailure {
        String line = wire.readLine();
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw wire.failure("the answer is not HTTP", "see whether the port is the right one");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(Wire wire) throws IOException, ProbeFailure {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        int size = 0;
        for (String line = wire.readLine(); !line.isEmpty(); line = wire.readLine()) {
            size += line.length();
            int colon = line.indexOf(':');
            if (colon < 1 || size > HEAD_MAX) {
                throw wire.failure("the answer is not HTTP: its headers are malformed", "");
            }
            headers.merge(
                    line.substring(0, colon),
                    line.substring(colon + 1).strip(),
                    (first, second) -> first + ", " + second);
        }
        return headers;
    }

    private static String body(Wire wire, Map<String, String> headers, int max)
            throws IOException, ProbeFailure {
        var body = new ByteArrayOutputStream();
        String coding = headers.getOrDefault("Transfer-Encoding", "").toLowerCase(Locale.ROOT);
        if (coding.endsWith("chunked")) {
            chunks(wire, body, max);
            return body.toString(UTF_8);
        }
        String length = headers.getOrDefault("Content-Length", "");
        long left = length.matches("[0-9]{1,18}") ? Long.parseLong(length) : Long.MAX_VALUE;
        while (left-- > 0 && body.size() < max) {
            int next = length.isEmpty() ? wire.readOrEnd() : wire.read();
            if (next < 0) {
                break;
            }
            body.write(next);
        }
        return body.toString(UTF_8);
    }

    private static void chunks(Wire wire, ByteArrayOutputStream body, int max)
            throws IOException, ProbeFailure {
        while (true) {
            String size = wire.readLine().split(";", 2)[0];
            if (!size.strip().matches("[0-9a-fA-F]{1,15}")) {
                throw wire.failure("the answer is not HTTP: its chunks are malformed", "");
            }
            long left = Long.parseLong(size.strip(), 16);
            if (left == 0) {
                return;
            }
            for (; left > 0; left--) {
                body.write(wire.read());
                if (body.size() >= max) {
                    return;
                }
            }
            wire.readLine();
        }
    }
}
