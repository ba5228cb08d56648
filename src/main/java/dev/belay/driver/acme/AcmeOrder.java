package dev.belay.driver.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One order, from the account to the certificate (RFC 8555 §7). Blocks; bounded in time.
final class AcmeOrder {
    private static final Duration WITHIN = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);
    private static final Set<String> UNDECIDED = Set.of("pending", "processing");

    private final AcmeConnection connection;
    private final SigningKey account;
    private final ChallengeBoard board;
    private final CertificateWish wish;
    private final long deadline = System.nanoTime() + WITHIN.toNanos();

    AcmeOrder(
            AcmeConnection connection,
            SigningKey account,
            ChallengeBoard board,
            CertificateWish wish) {
        this.connection = connection;
        this.account = account;
        this.board = board;
        this.wish = wish;
    }

    /// Runs to the end.
    IssuedCertificate carryOut() throws AcmeFailure, InterruptedException {
        connection.open();
        signIn();
        AcmeConnection.Answer ordered =
                connection.post(connection.service("newOrder"), identifiers().toString());
        URI order = ordered.location();
        if (order == null) {
            throw new AcmeFailure("the authority took an order and does not say where it is");
        }
        try {
            prove(ordered.json());
            return take(order);
        } finally {
            takeDown();
        }
    }

    /// The same key has the same account, however often it is asked for.
    private void signIn() throws AcmeFailure, InterruptedException {
        ObjectNode wanted = Jws.MAPPER.createObjectNode().put("termsOfServiceAgreed", true);
        if (!wish.contact().isEmpty()) {
            wanted.putArray("contact").add("mailto:" + wish.contact());
        }
        URI address =
                connection.post(connection.service("newAccount"), wanted.toString()).location();
        if (address == null) {
            throw new AcmeFailure("the authority made an account and does not say where it is");
        }
        connection.signIn(address);
    }

    private ObjectNode identifiers() {
        ObjectNode order = Jws.MAPPER.createObjectNode();
        var array = order.putArray("identifiers");
        wish.hosts().forEach(host -> array.addObject().put("type", "dns").put("value", host));
        return order;
    }

    // --- the hosts are ours ---------------------------------------------------------------------

    /// One host to prove, and where the authority is told to look.
    private record Proof(String host, URI authorization, URI challenge, ChallengeAnswer answer) {}

    private void prove(JsonNode order) throws AcmeFailure, InterruptedException {
        List<Proof> proofs = new ArrayList<>();
        for (JsonNode url : order.path("authorizations")) {
            URI authorization = AcmeConnection.url(url.asString(""), URI.create(""));
            JsonNode asked = connection.get(authorization).json();
            switch (asked.path("status").asString("")) {
                case "valid" -> {
                    // It remembers an earlier proof.
                }
                case "pending" -> proofs.add(proof(authorization, asked));
                default -> throw notOurs(asked);
            }
        }
        putUp(proofs.stream().map(Proof::answer).toList());
        for (Proof proof : proofs) {
            connection.post(proof.challenge(), "{}");
        }
        for (Proof proof : proofs) {
            JsonNode decided = decided(proof.authorization(), "the proof for " + proof.host());
            if (!decided.path("status").asString("").equals("valid")) {
                throw notOurs(decided);
            }
        }
    }

    private Proof proof(URI authorization, JsonNode asked) throws AcmeFailure {
        String host = host(asked);
        List<String> offered = new ArrayList<>();
        for (JsonNode challenge : asked.path("challenges")) {
            String type = challenge.path("type").asString("");
            offered.add(type);
            if (type.equals(wish.challenge().word())) {
                String token = challenge.path("token").asString("");
                return new Proof(
                        host,
                        authorization,
                        AcmeConnection.url(challenge, "url"),
                        answer(host, token));
            }
        }
        throw new AcmeFailure(
                "the authority offers %s for %s, and not %s"
                        .formatted(String.join(", ", offered), host, wish.challenge().word()));
    }

    private ChallengeAnswer answer(String host, String token) throws AcmeFailure {
        if (!token.matches("[A-Za-z0-9_-]{1,256}")) {
            throw new AcmeFailure("the authority's token is not one that RFC 8555 allows");
        }
        String text = token + "." + account.thumbprint();
        return switch (wish.challenge()) {
            case HTTP_01 -> new ChallengeAnswer.Http(token, text);
            case TLS_ALPN_01 -> {
                var proof = ChallengeCertificate.of(host, text, Instant.now());
                yield new ChallengeAnswer.Alpn(host, proof.certificate(), proof.key());
            }
        };
    }

    private static String host(JsonNode authorization) {
        return authorization.path("identifier").path("value").asString("");
    }

    private static AcmeFailure notOurs(JsonNode authorization) {
        for (JsonNode challenge : authorization.path("challenges")) {
            String said = AcmeConnection.said(challenge.path("error"));
            if (!said.isEmpty()) {
                return new AcmeFailure(
                        "the authority could not see that %s is ours: %s"
                                .formatted(host(authorization), said));
            }
        }
        return new AcmeFailure(
                "the authority calls the proof for %s `%s`"
                        .formatted(host(authorization), authorization.path("status").asString("")));
    }

    private void putUp(Collection<ChallengeAnswer> answers) throws AcmeFailure {
        try {
            board.show(answers);
        } catch (IOException e) {
            throw new AcmeFailure("the gateway cannot answer the challenge: " + e.getMessage());
        }
    }

    private void takeDown() {
        try {
            board.show(List.of());
        } catch (IOException _) {
            // They are of no use to anybody, and the next order takes them down.
        }
    }

    // --- the certificate ------------------------------------------------------------------------

    private IssuedCertificate take(URI order) throws AcmeFailure, InterruptedException {
        JsonNode ready = decided(order, "the order");
        SigningKey key = SigningKey.generate();
        if (!ready.path("status").asString("").equals("ready")) {
            throw refused(ready);
        }
        String request = Jws.encoded(CertificateRequest.of(key, wish.hosts()));
        connection.post(
                AcmeConnection.url(ready, "finalize"),
                Jws.MAPPER.createObjectNode().put("csr", request).toString());
        JsonNode done = decided(order, "the certificate");
        if (!done.path("status").asString("").equals("valid")) {
            throw refused(done);
        }
        String chain = connection.get(AcmeConnection.url(done, "certificate")).body();
        return checked(chain, key);
    }

    private static AcmeFailure refused(JsonNode order) {
        String said = AcmeConnection.said(order.path("error"));
        return new AcmeFailure(
                "the authority calls the order `%s`%s"
                        .formatted(
                                order.path("status").asString(""),
                                said.isEmpty() ? "" : ": " + said));
    }

    /// What does not fit is found here, and not by a gateway that waits for a pair.
    private IssuedCertificate checked(String chain, SigningKey key) throws AcmeFailure {
        try {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(
                                            chain.getBytes(StandardCharsets.US_ASCII)));
            if (all.iterator().next() instanceof X509Certificate first
                    && key.belongsTo(first.getPublicKey())
                    && IssuedCertificate.hosts(first).containsAll(new HashSet<>(wish.hosts()))) {
                return new IssuedCertificate(chain, key.secretText());
            }
            throw new AcmeFailure("the authority's certificate is not for what was ordered");
        } catch (GeneralSecurityException | NoSuchElementException e) {
            throw new AcmeFailure("the authority's certificate cannot be read: " + e.getMessage());
        }
    }

    /// Asks until the authority has made up its mind, no more often than it likes.
    private JsonNode decided(URI url, String what) throws AcmeFailure, InterruptedException {
        while (true) {
            AcmeConnection.Answer answer = connection.get(url);
            JsonNode json = answer.json();
            if (!UNDECIDED.contains(json.path("status").asString(""))) {
                return json;
            }
            Duration pause = pause(answer.retryAfter());
            if (System.nanoTime() + pause.toNanos() - deadline > 0) {
                throw new AcmeFailure(
                        "the authority did not decide on %s within %d minutes"
                                .formatted(what, WITHIN.toMinutes()));
            }
            Thread.sleep(pause);
        }
    }

    private static Duration pause(@Nullable Duration wished) {
        if (wished == null || wished.compareTo(PAUSE) < 0) {
            return PAUSE;
        }
        return wished.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : wished;
    }
}
