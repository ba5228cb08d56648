package dev.belay.gateway;

import dev.belay.gateway.tls.Certificate;
import dev.belay.gateway.tls.ClientHello;
import dev.belay.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a certificate authority that comes to look must find, on every port and before any route:
/// whoever can put it there has the host. Set by whoever orders certificates, for as long as an
/// order takes; handed to a successor, and not kept over a restart.
final class Challenges {
    private static final String PATH = "/.well-known/acme-challenge/";
    private static final int COUNT_MAX = 1_000;
    private static final String TOKEN = "[A-Za-z0-9_-]{1,256}";
    private static final String TEXT = "[A-Za-z0-9_.-]{1,1024}";
    private static final String HOST = "[a-z0-9.-]{1,253}";

    /// @param written as it was taken, keys included: for a successor alone
    private record Shown(
            Map<String, String> texts, Map<String, Certificate> proofs, String written) {
        static final Shown NOTHING = new Shown(Map.of(), Map.of(), "{}");
    }

    private volatile Shown shown = Shown.NOTHING;
    private boolean frozen;

    /// The body for a request of an authority (RFC 8555 §8.3); null where it is anything else.
    @Nullable String text(String target) {
        Map<String, String> now = shown.texts();
        return now.isEmpty() || !target.startsWith(PATH)
                ? null
                : now.get(target.substring(PATH.length()));
    }

    /// The certificate for an authority's handshake (RFC 8737 §3), which names one host and one
    /// protocol; null where it is anything else.
    @Nullable Certificate proof(ClientHello hello) {
        Map<String, Certificate> now = shown.proofs();
        return now.isEmpty() || !hello.protocols().equals(List.of(Certificate.PROOF_PROTOCOL))
                ? null
                : now.get(hello.serverName());
    }

    /// Takes these in the place of all before, or none of them.
    ///
    /// @return what is wrong with them; empty when a successor was told all, and nothing more is
    ///   taken
    synchronized Optional<List<Problem>> replace(JsonNode json) {
        if (frozen) {
            return Optional.empty();
        }
        var problems = new ArrayList<Problem>();
        Map<String, String> texts = texts(json.path("http"), problems);
        if (texts.size() + json.path("alpn").size() > COUNT_MAX) {
            problems.add(malformed("there are over " + COUNT_MAX + " of them"));
            return Optional.of(problems);
        }
        Map<String, Certificate> proofs = proofs(json.path("alpn"), problems);
        if (problems.isEmpty()) {
            Shown before = shown;
            shown = new Shown(Map.copyOf(texts), Map.copyOf(proofs), json.toString());
            before.proofs().values().forEach(Certificate::release);
        } else {
            proofs.values().forEach(Certificate::release);
        }
        return Optional.of(problems);
    }

    private static Map<String, String> texts(JsonNode http, List<Problem> problems) {
        var texts = new HashMap<String, String>();
        for (var one : http.properties()) {
            String text = one.getValue().asString("");
            if (one.getKey().matches(TOKEN) && text.matches(TEXT)) {
                texts.put(one.getKey(), text);
            } else {
                problems.add(malformed("a token or its text is not what RFC 8555 allows"));
            }
        }
        return texts;
    }

    private static Map<String, Certificate> proofs(JsonNode alpn, List<Problem> problems) {
        var proofs = new HashMap<String, Certificate>();
        for (var one : alpn.properties()) {
            String host = one.getKey();
            String certificate = one.getValue().path("certificate").asString("");
            String key = one.getValue().path("key").asString("");
            try {
                if (host.matches(HOST)) {
                    proofs.put(host, Certificate.proof(host, certificate, key));
                } else {
                    problems.add(malformed("a host's name is not one in small letters"));
                }
            } catch (IllegalArgumentException e) {
                problems.add(malformed("the proof for `" + host + "`: " + e.getMessage()));
            }
        }
        return proofs;
    }

    private static Problem malformed(String why) {
        return RouteJson.malformed("challenge", why);
    }

    /// All of them, for a successor.
    String written() {
        return shown.written();
    }

    /// Takes nothing more, until [#thaw].
    synchronized void freeze() {
        frozen = true;
    }

    synchronized void thaw() {
        frozen = false;
    }
}
