package dev.belay.server.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.Digest;
import dev.belay.release.SignatureRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Signatures as others write them, and as somebody would who means harm.
class SignatureCheckTest {
    private static final byte[] ARCHIVE = "an archive".getBytes(StandardCharsets.UTF_8);
    private static final String HEX = Digest.of(ARCHIVE).hex();
    private static final SignatureRule.Identity CI =
            new SignatureRule.Identity(SmallSigstore.ISSUER, SmallSigstore.SUBJECT, false);

    @TempDir private Path folder;
    private final OwnKey key = OwnKey.ecdsa("secp256r1");
    private final SmallSigstore sigstore = new SmallSigstore();
    private SignatureRule.Provenance provenance = SignatureRule.Provenance.NONE;
    private List<SignatureRule.Identity> identities = List.of(CI);

    @BeforeEach
    void start() throws Exception {
        Files.write(folder.resolve("api.tar"), ARCHIVE);
    }

    private SignatureCheck.Signer check(String file, byte[] root, OwnKey... trusted)
            throws Exception {
        var keys = new TreeMap<String, TrustedKey>();
        var names = new TreeMap<String, String>();
        for (OwnKey one : trusted) {
            TrustedKey known = Pem.key(one.pem().getBytes(StandardCharsets.UTF_8));
            keys.put(known.fingerprint(), known);
            names.put(known.fingerprint(), "keys/release.pub");
        }
        var rule =
                new SignatureRule(
                        "production",
                        names,
                        trusted.length > 0 ? List.of() : identities,
                        "",
                        1,
                        provenance);
        var trust = new Trust(rule, keys, TrustRoot.read(root));
        return new SignatureCheck(Digest.of(ARCHIVE), folder.resolve("api.tar"), trust)
                .require(file);
    }

    private byte[] root() {
        return sigstore.trustedRoot().toString().getBytes(StandardCharsets.UTF_8);
    }

    private void byKey(String file, OwnKey... trusted) throws Exception {
        assertThat(check(file, root(), trusted).words()).isEqualTo("the key `keys/release.pub`");
    }

    private void keyRefused(String file, String why) {
        assertThatThrownBy(() -> check(file, root(), key))
                .isInstanceOf(Unsigned.class)
                .hasMessageContaining(why);
    }

    private static String statement(String digest, String more) {
        return """
        {"_type": "https://in-toto.io/Statement/v1",
         "subject": [{"name": "api.tar", "digest": {"sha256": "%s"}}],
         "predicateType": "https://slsa.dev/provenance/v1",
         "predicate": {"buildDefinition": {"externalParameters": {"workflow": {
             "repository": "https://forge.example/acme/shop"}}},
           "runDetails": {"builder": {"id": "https://forge.example/runner"}}}%s}
        """
                .formatted(digest, more);
    }

    // --- by keys ----------------------------------------------------------------------------

    @Test
    void every_sort_of_key_that_cosign_has_is_taken() throws Exception {
        for (OwnKey one :
                List.of(
                        key,
                        OwnKey.ecdsa("secp384r1"),
                        OwnKey.ecdsa("secp384r1", "SHA256withECDSA"),
                        OwnKey.ed25519(true),
                        OwnKey.ed25519(false),
                        OwnKey.rsa(2048, false),
                        OwnKey.rsa(2048, true))) {
            byKey(one.bundle(ARCHIVE), one);
            byKey(one.bare(ARCHIVE), one);
            String type = "application/vnd.in-toto+json";
            byKey(one.attestation(type, statement(HEX, "")), one);
        }
    }

    @Test
    void weak_and_strange_keys_are_refused() {
        for (OwnKey one :
                List.of(OwnKey.rsa(1024, false), OwnKey.ecdsa("secp521r1", "SHA512withECDSA"))) {
            assertThatThrownBy(() -> check(one.bundle(ARCHIVE), root(), one))
                    .isInstanceOf(Unsigned.class)
                    .hasMessageMatching("has an RSA key of 1024 bits.*|.*of a sort that is not.*");
        }
        String two = key.pem() + OwnKey.ecdsa("secp256r1").pem();
        for (String file : List.of(two, "", "x", key.pem().replace("PUBLIC", "PRIVATE"))) {
            assertThatThrownBy(() -> Pem.key(file.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(Unsigned.class);
        }
    }

    @Test
    void what_another_key_signed_or_another_content_is_refused() {
        OwnKey other = OwnKey.ecdsa("secp256r1");
        keyRefused(other.bundle(ARCHIVE), "fits none of the keys");
        keyRefused(other.bare(ARCHIVE), "fits none of the keys");
        byte[] content = "something else".getBytes(StandardCharsets.UTF_8);
        keyRefused(key.bundle(content), "is of another artifact than");
        String digest = OwnKey.base64(OwnKey.sha256(ARCHIVE));
        String said = OwnKey.base64(OwnKey.sha256(content));
        keyRefused(key.bundle(content).replace(said, digest), "fits none of the keys");
        keyRefused(
                key.bundle(ARCHIVE).replace("SHA2_256", "MD5"),
                "algorithm that is not known: `MD5`");
        String type = "application/vnd.in-toto+json";
        keyRefused(
                key.attestation(type, statement(Digest.of("x").hex(), "")),
                "is of another artifact than");
        keyRefused(key.attestation("text/plain", statement(HEX, "")), "payload of another type");
        keyRefused(key.attestation(type, "{\"subject\": []}"), "no in-toto statement");
        String signed = key.attestation(type, statement(HEX, ""));
        keyRefused(
                signed.replace(
                        OwnKey.base64(statement(HEX, "").getBytes(StandardCharsets.UTF_8)),
                        OwnKey.base64(statement(HEX, " ").getBytes(StandardCharsets.UTF_8))),
                "fits none of the keys");
    }

    @Test
    void what_has_two_readings_or_none_is_refused() {
        String bundle = key.bundle(ARCHIVE);
        String signature = bundle.replaceAll("(?s).*\"signature\": \"([^\"]*)\".*", "$1");
        keyRefused("{\"a\":".repeat(5_000), "cannot be read as JSON");
        keyRefused(bundle + "{}", "cannot be read as JSON");
        keyRefused(
                bundle.replace(
                        "\"verificationMaterial\"",
                        "\"mediaType\": \"x\", \"verificationMaterial\""),
                "cannot be read as JSON");
        keyRefused(bundle.replace(".v0.3+json", ".v0.4+json"), "version that is not known");
        // A signature in DER is of 70 to 72 bytes, so that its base64 ends with padding or does
        // not.
        boolean padded = signature.endsWith("=");
        String unpadded = padded ? signature.replace("=", "") : signature + "=";
        keyRefused(bundle.replace(signature, unpadded), "no plain base64");
        keyRefused(bundle.replace(signature, signature + "\\n"), "no plain base64");
        keyRefused(
                bundle.replace(signature, signature.replace('+', '-').replace('/', '_') + "-"),
                "no plain base64");
        keyRefused(bundle.replace(signature, ""), "an empty signature");
        keyRefused(bundle.replace("messageSignature", "dsseEnvelope"), "has 0 entries");
        keyRefused(
                bundle.replace(
                        "\"messageSignature\"",
                        "\"dsseEnvelope\": {\"payloadType\": \"x\"}, \"messageSignature\""),
                "has both");
        keyRefused(bundle.replace("\"publicKey\"", "\"key\""), "must have one of `publicKey`");
        keyRefused("A".repeat(5_000_000), "");
        keyRefused("{\"a\": \"" + "A".repeat(5_000_000) + "\"}", "larger than any bundle");
    }

    @Test
    void a_flipped_bit_anywhere_in_a_signature_is_noticed() throws Exception {
        byte[] signature = key.sign(ARCHIVE);
        byKey(OwnKey.base64(signature), key);
        for (int bit = 0; bit < signature.length * 8; bit += 5) {
            byte[] other = signature.clone();
            other[bit / 8] ^= (byte) (1 << (bit % 8));
            keyRefused(OwnKey.base64(other), "fits none of the keys");
        }
    }

    @Test
    void provenance_is_what_the_statement_says() throws Exception {
        String type = "application/vnd.in-toto+json";
        String bundle = key.attestation(type, statement(HEX, ""));
        String slsa = "https://slsa.dev/provenance/v1";
        String builder = "https://forge.example/runner";
        for (String source :
                List.of(
                        "https://forge.example/acme/shop",
                        "git+https://forge.example/acme/shop.git@refs/tags/v1")) {
            provenance = new SignatureRule.Provenance(slsa, builder, source);
            byKey(bundle, key);
        }
        provenance = new SignatureRule.Provenance("https://slsa.dev/provenance/v0.2", "", "");
        keyRefused(bundle, "says `https://slsa.dev/provenance/v1`, and");
        provenance = new SignatureRule.Provenance("", "https://forge.example", "");
        keyRefused(bundle, "says that it was built by `https://forge.example/runner`");
        provenance = new SignatureRule.Provenance("", "", "https://forge.example/acme/shop2");
        keyRefused(bundle, "says that it was built of [`https://forge.example/acme/shop`]");
        keyRefused(key.bundle(ARCHIVE), "says nothing of where the artifact comes from");
        keyRefused(key.bare(ARCHIVE), "says nothing of where the artifact comes from");
    }

    // --- by identities ----------------------------------------------------------------------

    private SignatureCheck.Signer keyless(ObjectNode bundle) throws Exception {
        return check(bundle.toString(), root());
    }

    private void refused(ObjectNode bundle, String why) {
        assertThatThrownBy(() -> keyless(bundle))
                .isInstanceOf(Unsigned.class)
                .hasMessageContaining(why);
    }

    private ObjectNode signed(Consumer<SmallSigstore.Wish> wish) {
        var wanted = new SmallSigstore.Wish();
        wish.accept(wanted);
        return sigstore.signed(ARCHIVE, wanted);
    }

    private static ObjectNode entry(ObjectNode bundle) {
        return (ObjectNode) bundle.path("verificationMaterial").path("tlogEntries").path(0);
    }

    @Test
    void whoever_the_authority_knows_is_taken_by_a_promise_or_a_timestamp() throws Exception {
        assertThat(keyless(signed(_ -> {})).words())
                .isEqualTo("`%s`, known to `%s`".formatted(CI.subject(), CI.issuer()));
        keyless(signed(wish -> wish.stamped = true));
        keyless(
                signed(wish -> {
                    wish.promised = false;
                    wish.stamped = true;
                    wish.later = true;
                }));
        SignatureCheck.Signer stated =
                keyless(sigstore.attested(statement(HEX, ""), new SmallSigstore.Wish()));
        assertThat(stated.says()).isEqualTo("https://slsa.dev/provenance/v1");
        String pem = sigstore.authorityPem() + sigstore.log.pem();
        check(signed(_ -> {}).toString(), pem.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void issuer_and_subject_are_compared_exactly_or_by_a_pattern() throws Exception {
        refused(signed(wish -> wish.issuer = SmallSigstore.ISSUER + "/"), "who is not trusted");
        refused(signed(wish -> wish.subject = SmallSigstore.SUBJECT + "0"), "who is not trusted");
        identities =
                List.of(
                        new SignatureRule.Identity(
                                SmallSigstore.ISSUER,
                                "https://forge.example/acme/*/.ci/release.yml@refs/tags/**",
                                true));
        keyless(signed(_ -> {}));
        for (String subject :
                List.of(
                        "https://forge.example/acme/x/y/.ci/release.yml@refs/tags/v1",
                        "https://forge.example/acme/shop/.ci/release.yml@refs/heads/main",
                        "https://forge.exampleXacme/shop/.ci/release.yml@refs/tags/v1")) {
            refused(signed(wish -> wish.subject = subject), "who is not trusted");
        }
        identities = List.of();
        refused(signed(_ -> {}), "is by an identity, and only keys are trusted");
    }

    @Test
    void a_certificate_must_be_of_the_authority_for_signing_and_of_that_time() {
        refused(signed(wish -> wish.use = "1.3.6.1.5.5.7.3.1"), "something else than signing");
        refused(
                signed(wish -> wish.from = SmallSigstore.NOON.minusSeconds(3_600)),
                "when its certificate was not valid");
        refused(signed(wish -> wish.promised = false), "has no time that anybody vouches for");
        refused(signed(wish -> wish.shown = false), "no pinned log of certificates shows");
        ObjectNode foreign = new SmallSigstore().signed(ARCHIVE, new SmallSigstore.Wish());
        refused(foreign, "a log that is not in the trust root");
        String others = new SmallSigstore().authorityPem() + sigstore.log.pem();
        assertThatThrownBy(() ->
                        check(signed(_ -> {}).toString(), others.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("no authority of the trust root gave out");
        ObjectNode late = sigstore.trustedRoot();
        ((ObjectNode) late.path("certificateAuthorities").path(0).path("validFor"))
                .put("end", "2026-02-01T00:00:00Z");
        assertThatThrownBy(() ->
                        check(
                                signed(_ -> {}).toString(),
                                late.toString().getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("none that was trusted then");
    }

    @Test
    void the_log_must_have_this_very_signature() {
        ObjectNode one = signed(_ -> {});
        ObjectNode other = signed(_ -> {});
        ObjectNode swapped = one.deepCopy();
        ((ObjectNode) swapped.path("verificationMaterial"))
                .set("tlogEntries", other.path("verificationMaterial").path("tlogEntries"));
        refused(swapped, "has a log entry of another signature");
        ObjectNode none = one.deepCopy();
        ((ObjectNode) none.path("verificationMaterial")).putArray("tlogEntries");
        refused(none, "is in no transparency log");

        changed(one, entry -> entry.put("integratedTime", "1780315300"), "the log did not sign");
        changed(one, entry -> entry.put("logIndex", "7"), "the log did not sign");
        changed(one, entry -> entry.put("logIndex", "-1"), "no whole number of at least 0");
        changed(one, entry -> entry.remove("inclusionProof"), "without a proof of inclusion");
        changed(
                one,
                entry -> ((ObjectNode) entry.path("kindVersion")).put("version", "0.0.9"),
                "of another kind than it says");
        changed(one, proof(node -> node.put("logIndex", "0")), "its proof does not lead to");
        changed(one, proof(node -> node.put("treeSize", "4")), "another tree than the log signed");
        changed(one, proof(node -> node.putArray("hashes")), "its proof does not lead to");
        changed(
                one,
                proof(node -> {
                    ObjectNode head = (ObjectNode) node.path("checkpoint");
                    String note = head.path("envelope").asString();
                    head.put("envelope", note.replaceFirst("\n[0-9]+\n", "\n9\n"));
                }),
                "has a checkpoint that the log did not sign");
    }

    private static Consumer<ObjectNode> proof(Consumer<ObjectNode> change) {
        return entry -> change.accept((ObjectNode) entry.path("inclusionProof"));
    }

    private void changed(ObjectNode bundle, Consumer<ObjectNode> change, String why) {
        ObjectNode other = bundle.deepCopy();
        change.accept(entry(other));
        refused(other, why);
    }

    @Test
    void a_timestamp_must_be_of_this_signature_and_of_a_pinned_authority() {
        ObjectNode mine = signed(wish -> wish.stamped = true);
        ObjectNode foreign = mine.deepCopy();
        byte[] signature =
                java.util.Base64.getDecoder()
                        .decode(mine.path("messageSignature").path("signature").asString());
        stamped(foreign, new SmallSigstore().stamp(signature, SmallSigstore.NOON));
        refused(foreign, "by nobody whom the trust root names");
        stamped(foreign, sigstore.stamp(ARCHIVE, SmallSigstore.NOON));
        refused(foreign, "has a timestamp of another signature");
        stamped(foreign, sigstore.stamp(signature, SmallSigstore.NOON.plusSeconds(3_600)));
        refused(foreign, "when its certificate was not valid");
        byte[] cut = sigstore.stamp(signature, SmallSigstore.NOON);
        stamped(foreign, java.util.Arrays.copyOf(cut, cut.length - 1));
        refused(foreign, "damaged, or not DER");
    }

    private static void stamped(ObjectNode bundle, byte[] stamp) {
        ((ObjectNode)
                        bundle.path("verificationMaterial")
                                .path("timestampVerificationData")
                                .path("rfc3161Timestamps")
                                .path(0))
                .put("signedTimestamp", OwnKey.base64(stamp));
    }

    @Test
    void an_older_chain_may_bring_others_along_but_no_root() {
        ObjectNode bundle = signed(_ -> {});
        bundle.put("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.2");
        ObjectNode material = (ObjectNode) bundle.path("verificationMaterial");
        String leaf = material.path("certificate").path("rawBytes").asString();
        material.remove("certificate");
        material.set(
                "x509CertificateChain",
                SmallSigstore.object("{\"certificates\": [{\"rawBytes\": \"" + leaf + "\"}]}"));
        assertThat(catchMessage(bundle)).isEmpty();
        bundle.put("mediaType", "application/vnd.dev.sigstore.bundle.v0.3+json");
        refused(bundle, "which version 0.3 must not have");
        bundle.put("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.2");
        material.set("x509CertificateChain", SmallSigstore.object("{\"certificates\": []}"));
        refused(bundle, "a chain without a certificate");
        String own =
                sigstore.trustedRoot()
                        .path("certificateAuthorities")
                        .path(0)
                        .path("certChain")
                        .path("certificates")
                        .path(1)
                        .path("rawBytes")
                        .asString();
        material.set(
                "x509CertificateChain",
                SmallSigstore.object(
                        "{\"certificates\": [{\"rawBytes\": \"%s\"}, {\"rawBytes\": \"%s\"}]}"
                                .formatted(leaf, own)));
        refused(bundle, "brings a root certificate along");
    }

    private String catchMessage(ObjectNode bundle) {
        try {
            keyless(bundle);
            return "";
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        }
    }
}
