package dev.belay.server.api;

import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON in and out. What comes in is bounded in size, depth and length before anybody looks at it.
final class Wire {
    static final int BODY_BYTES_MAX = 256 * 1024;
    private static final int DEPTH_MAX = 16;
    private static final int TEXT_MAX = 64 * 1024;
    private static final int NUMBER_DIGITS_MAX = 20;

    private static final String BODY = "belay.body";

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxStringLength(TEXT_MAX)
                                                    .maxNumberLength(NUMBER_DIGITS_MAX)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Wire() {}

    /// Reads the request's body, and reports everything that is wrong with it at once.
    static <T> T read(Context ctx, Function<Fields, T> reader) {
        return read(json(ctx), reader);
    }

    /// The request's body as it is, for whoever else reads it. It is read from the network once:
    /// who may do what it says is asked of the very same text.
    static JsonNode json(Context ctx) {
        JsonNode read = ctx.attribute(BODY);
        if (read == null) {
            read = parse(bytes(ctx));
            ctx.attribute(BODY, read);
        }
        return read;
    }

    static <T> T read(JsonNode node, Function<Fields, T> reader) {
        if (!node.isObject()) {
            throw new Denied(notJson("it is no JSON object"));
        }
        var fields = new Fields(node);
        T value = reader.apply(fields);
        fields.check();
        return value;
    }

    static void answer(Context ctx, Object value) {
        ctx.contentType("application/json; charset=utf-8").result(text(value));
    }

    static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    /// An empty body is an empty object: not every request has something to say.
    private static JsonNode parse(byte[] body) {
        if (body.length == 0) {
            return JSON.createObjectNode();
        }
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null
                            ? ""
                            : " at line "
                                    + e.getLocation().getLineNr()
                                    + ", column "
                                    + e.getLocation().getColumnNr();
            throw new Denied(notJson("it cannot be read" + where));
        }
    }

    private static No notJson(String what) {
        return No.problem(
                "request/not-json",
                "the request's body",
                what,
                "send one JSON object, at most " + DEPTH_MAX + " levels deep");
    }

    /// What comes is counted, and a length that is announced is believed when it is too much.
    private static byte[] bytes(Context ctx) {
        if (ctx.req().getContentLengthLong() > BODY_BYTES_MAX) {
            throw tooLarge();
        }
        try (InputStream in = ctx.req().getInputStream()) {
            byte[] body = in.readNBytes(BODY_BYTES_MAX + 1);
            if (body.length > BODY_BYTES_MAX) {
                throw tooLarge();
            }
            return body;
        } catch (IOException _) {
            throw new Rejected(HttpStatus.BAD_REQUEST, "the request's body broke off", "");
        }
    }

    private static Rejected tooLarge() {
        return new Rejected(
                HttpStatus.CONTENT_TOO_LARGE,
                "the request's body is too large",
                "at most " + BODY_BYTES_MAX + " bytes are taken");
    }
}
