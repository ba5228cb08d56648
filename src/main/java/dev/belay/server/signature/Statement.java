package dev.belay.server.signature;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/// An in-toto statement: that something is so of an artifact.
///
/// @param digests SHA-256 of what it is about, hexadecimal
/// @param type what sort of thing it says
/// @param builder who built it, as far as it says
/// @param sources what it was built of, as far as it says
record Statement(Set<String> digests, String type, String builder, Set<String> sources) {
    static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    private static final Set<String> TYPES =
            Set.of("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1");

    /// What an envelope carries.
    static Statement of(SigstoreBundle.Envelope envelope) throws Unsigned {
        if (!envelope.type().equals(PAYLOAD_TYPE)) {
            throw new Unsigned(
                    "is of a payload of another type: `%s`"
                            .formatted(SigstoreBundle.brief(envelope.type())),
                    "`%s` is what is read".formatted(PAYLOAD_TYPE));
        }
        Json root = Json.read(text(envelope.payload()));
        if (!root.at("_type").node().isString() || !TYPES.contains(root.text("_type"))) {
            throw new Unsigned("is of something that is no in-toto statement");
        }
        Set<String> digests = new LinkedHashSet<>();
        for (Json subject : root.list("subject")) {
            Json digest = subject.object("digest");
            if (digest.has("sha256")) {
                digests.add(digest.text("sha256"));
            }
        }
        Set<String> sources = new LinkedHashSet<>();
        Json predicate = root.at("predicate");
        Json definition = predicate.at("buildDefinition").at("externalParameters");
        source(definition.at("workflow").at("repository"), sources);
        source(definition.at("source").at("uri"), sources);
        source(definition.at("source"), sources);
        source(definition.at("repository"), sources);
        source(predicate.at("invocation").at("configSource").at("uri"), sources);
        Json later = predicate.at("runDetails").at("builder").at("id");
        Json before = predicate.at("builder").at("id");
        return new Statement(
                digests,
                root.text("predicateType"),
                later.node().asString(before.node().asString("")),
                sources);
    }

    private static void source(Json at, Set<String> sources) throws Unsigned {
        if (at.node().isString()) {
            sources.add(repository(at.text()));
        }
    }

    /// `git+https://github.com/acme/shop@refs/heads/main` and `https://github.com/acme/shop` are
    /// one repository.
    static String repository(String uri) {
        String bare = uri.startsWith("git+") ? uri.substring("git+".length()) : uri;
        int host = bare.indexOf("://");
        int at = host < 0 ? -1 : bare.indexOf('@', bare.indexOf('/', host + 3) + 1);
        String path = at < 0 ? bare : bare.substring(0, at);
        return path.replaceFirst("/+$", "").replaceFirst("\\.git$", "");
    }

    private static String text(byte[] bytes) throws Unsigned {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new Unsigned("is of a payload that is no text");
        }
    }
}
