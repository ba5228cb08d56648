package dev.belay.gateway;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A message as the strictest of readers takes it: no line without CR and LF, no second length, no
/// second meaning. What the gateway lets out must be one of these.
///
/// @param fields lines `Name: value`, in order
/// @param body without its framing
record RawMessage(String start, List<String> fields, String body, List<String> trailers) {
    private static final Set<String> OF_THE_GATEWAY =
            Set.of(
                    "forwarded",
                    "x-forwarded-for",
                    "x-forwarded-proto",
                    "x-forwarded-host",
                    "x-belay-revision");

    static RawMessage of(String text) {
        return of(text, false);
    }

    /// @param headless whether it answers a HEAD
    static RawMessage of(String text, boolean headless) {
        try {
            var in = new ByteArrayInputStream(bytes(text));
            RawMessage message = read(in, headless);
            if (in.available() > 0) {
                throw new ProtocolException(in.available() + " bytes follow the message");
            }
            return message;
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static RawMessage read(InputStream in, boolean headless) throws IOException {
        String start = line(in);
        List<String> fields = fields(in);
        boolean answer = start.startsWith("HTTP/");
        List<String> lengths = values(fields, "content-length");
        List<String> codings = values(fields, "transfer-encoding");
        if (lengths.size() + codings.size() > 1) {
            throw new ProtocolException("more than one framing: " + fields);
        }
        if (headless || (answer && start.matches("(?s)HTTP/1.1 (1..|204|304).*"))) {
            return new RawMessage(start, fields, "", List.of());
        }
        if (!lengths.isEmpty()) {
            if (!lengths.getFirst().matches("[0-9]{1,9}")) {
                throw new ProtocolException("not a length: " + lengths);
            }
            int length = Integer.parseInt(lengths.getFirst());
            return new RawMessage(start, fields, exactly(in, length), List.of());
        }
        if (!codings.isEmpty()) {
            if (!codings.getFirst().equals("chunked")) {
                throw new ProtocolException("a foreign coding: " + codings);
            }
            String body = chunks(in);
            return new RawMessage(start, fields, body, fields(in));
        }
        return new RawMessage(start, fields, answer ? text(in.readAllBytes()) : "", List.of());
    }

    /// Without what the gateway adds and `other` does not speak of.
    RawMessage likeIn(RawMessage other) {
        List<String> kept =
                fields.stream()
                        .filter(field ->
                                !OF_THE_GATEWAY.contains(name(field))
                                        || !values(other.fields, name(field)).isEmpty())
                        .toList();
        return new RawMessage(start, kept, body, trailers);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> fields(InputStream in) throws IOException {
        var fields = new ArrayList<String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (!line.matches("(?s)[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*")) {
                throw new ProtocolException("not a field: " + line);
            }
            fields.add(line);
        }
        return fields;
    }

    static List<String> values(List<String> fields, String name) {
        return fields.stream()
                .filter(field -> name(field).equals(name))
                .map(field -> field.substring(name.length() + 1).strip())
                .toList();
    }

    static String name(String field) {
        return field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
    }

    private static String chunks(InputStream in) throws IOException {
        var body = new StringBuilder();
        while (true) {
            String size = line(in);
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw new ProtocolException("not a size: " + size);
            }
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                return body.toString();
            }
            body.append(exactly(in, length));
            if (!line(in).isEmpty()) {
                throw new ProtocolException("a chunk does not end");
            }
        }
    }

    private static String exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return text(bytes);
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            if (next == '\r' && in.read() == '\n') {
                return line.toString();
            }
            if (next == '\r' || next == '\n' || next == 0) {
                throw new ProtocolException("a bare CR, LF or NUL after: " + line);
            }
            line.append((char) next);
        }
    }
}
