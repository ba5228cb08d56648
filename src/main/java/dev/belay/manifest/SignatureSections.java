package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.whole;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.release.SignatureRule;
import java.util.List;

/// Whose signatures a gate asks for.
final class SignatureSections {
    private static final int SIGNERS_MAX = 20;

    private static final Key<List<String>> KEYS =
            Key.of(
                            "keys",
                            list(PATH, 0, SIGNERS_MAX),
                            "Files with a public key each, as PEM: ECDSA on P-256 or P-384, Ed25519, or"
                                    + " RSA of at least 2048 bits.")
                    .fallback("[]");
    private static final Key<String> ISSUER =
            Key.of("issuer", TEXT, "Who knows whoever signs, exactly as the certificate has it.")
                    .asRequired();
    private static final Key<String> SUBJECT =
            Key.of("subject", TEXT, "Whoever signs, exactly as the certificate has it.");
    private static final Key<String> PATTERN =
            Key.of(
                    "subject-pattern",
                    TEXT,
                    "The same with `*` for anything without `/` and `@`, and `**` for anything.");
    private static final Key<List<SignatureRule.Identity>> IDENTITIES =
            Key.of(
                            "identities",
                            list(
                                    Fields.of(
                                            "identity",
                                            "Somebody who signs without a key of his own.",
                                            "{issuer: \"https://token.actions.githubusercontent.com\","
                                                    + " subject-pattern:"
                                                    + " \"https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/*\"}",
                                            List.of(ISSUER, SUBJECT, PATTERN),
                                            List.of(),
                                            SignatureSections::identity),
                                    0,
                                    SIGNERS_MAX),
                            "Who signs without keys of their own, by a certificate.")
                    .fallback("[]");
    private static final Key<List<String>> ROOT =
            Key.of(
                            "trust-root",
                            list(PATH, 0, SIGNERS_MAX),
                            "Files that identities lead back to: a `trusted_root.json`, or PEM files with"
                                    + " the certificates of the authority and with the log's key.")
                    .fallback("[]");
    private static final Key<String> NEED =
            Key.of("need", words("any", "all"), "Whether one of them must have signed, or each.")
                    .fallback("any");
    private static final Key<Integer> QUORUM =
            Key.of(
                    "quorum",
                    whole(1, SIGNERS_MAX, "a number from 1 to " + SIGNERS_MAX),
                    "How many different ones of them must have signed, in place of `need`.");
    private static final Key<String> TYPE =
            Key.of("type", TEXT, "Type of the predicate, `https://slsa.dev/provenance/v1`.");
    private static final Key<String> BUILDER =
            Key.of("builder", TEXT, "Id of whoever built the artifact, exactly.");
    private static final Key<String> REPOSITORY =
            Key.of("source", TEXT, "Repository that it was built of, as a URL.");
    private static final Key<SignatureRule.Provenance> PROVENANCE =
            Key.of(
                    "provenance",
                    Fields.of(
                            "provenance",
                            "What a signed in-toto statement must say.",
                            "{type: \"https://slsa.dev/provenance/v1\", source:"
                                    + " \"https://github.com/acme/shop\"}",
                            List.of(TYPE, BUILDER, REPOSITORY),
                            List.of(),
                            row ->
                                    new SignatureRule.Provenance(
                                            row.find(TYPE).orElse(""),
                                            row.find(BUILDER).orElse(""),
                                            row.find(REPOSITORY).orElse(""))),
                    "Only statements that say this count.");
    private static final Key<List<String>> FOR =
            Key.of("for", list(NAME), "Components or groups that it is asked of; all by default.")
                    .fallback("[]");

    static final Key<SignatureDemand> SIGNATURES =
            Key.of(
                    "signatures",
                    Fields.of(
                            "signatures",
                            "Who must have signed an artifact before a release brings it.",
                            "{keys: [keys/release.pub]}",
                            List.of(KEYS, IDENTITIES, ROOT, NEED, QUORUM, PROVENANCE, FOR),
                            List.of(),
                            SignatureSections::demand),
                    "Signatures that an artifact must have.");

    private SignatureSections() {}

    private static SignatureRule.Identity identity(Row row) {
        return new SignatureRule.Identity(
                row.get(ISSUER),
                row.find(PATTERN).or(() -> row.find(SUBJECT)).orElse(""),
                row.find(PATTERN).isPresent());
    }

    private static SignatureDemand demand(Row row) {
        return new SignatureDemand(
                row.get(KEYS),
                row.get(IDENTITIES),
                row.get(ROOT),
                row.find(QUORUM).orElse(row.get(NEED).equals("all") ? SignatureRule.ALL : 1),
                row.find(PROVENANCE).orElse(SignatureRule.Provenance.NONE),
                row.get(FOR));
    }

    /// What no single key can say.
    static void check(Node.Mapping gates, Complaints complaints) {
        Node written = gates.get("signatures");
        if (!(written instanceof Node.Mapping own)) {
            return;
        }
        int signers = size(own, "keys") + size(own, "identities");
        if (signers == 0) {
            complaints.add(
                    Code.WRONG_VALUE,
                    own.mark(),
                    "signatures: names nobody who could have signed",
                    "write `keys: [keys/release.pub]`, or `identities: [{issuer: …, subject: …}]`");
        }
        if (size(own, "identities") > 0 && size(own, "trust-root") == 0) {
            complaints.add(
                    Code.WRONG_VALUE,
                    own.mark(),
                    "signatures: identities lead back to nothing without a `trust-root`",
                    "`cosign trusted-root create --with-default-services` writes a"
                            + " `trusted_root.json`; put it beside the manifest");
        }
        for (Node.Scalar quorum : Texts.of(own.get("quorum"))) {
            boolean number = quorum.text().matches("[0-9]{1,2}");
            if (number && Integer.parseInt(quorum.text()) > signers) {
                complaints.add(
                        Code.WRONG_VALUE,
                        quorum.mark(),
                        "signatures: asks for more signers than it names",
                        "there are " + signers);
            }
            if (own.get("need") != null) {
                complaints.add(
                        Code.WRONG_VALUE,
                        quorum.mark(),
                        "signatures: `need` and `quorum` say two things",
                        "write one of them");
            }
        }
        if (own.get("identities") instanceof Node.Sequence all) {
            all.items().forEach(one -> checkIdentity(one, complaints));
        }
    }

    private static void checkIdentity(Node written, Complaints complaints) {
        if (written instanceof Node.Mapping one
                && (one.get("subject") == null) == (one.get("subject-pattern") == null)) {
            complaints.add(
                    Code.WRONG_VALUE,
                    one.mark(),
                    "identity: must have one of `subject` and `subject-pattern`",
                    "");
        }
    }

    private static int size(Node.Mapping own, String key) {
        return own.get(key) instanceof Node.Sequence all ? all.items().size() : 0;
    }
}
