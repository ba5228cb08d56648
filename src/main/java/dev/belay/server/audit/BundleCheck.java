package dev.belay.server.audit;

import dev.belay.journal.AuditReport.Finding;
import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.Vouched;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.Proofs;
import dev.belay.journal.tree.TreeHash;
import dev.belay.release.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Verifies a bundle of evidence without anything else but a key: each entry's proof leads to the
/// root that was signed; the release's own entries are all there, from the first to its end; the
/// plan is the one that was agreed to. Nothing of it is written anywhere.
final class BundleCheck {
    private static final int LINE_MAX = 64 << 20;
    private static final int PROOF_MAX = 64;
    private static final long ENTRIES_MAX = 2_000_000;
    private static final int FINDINGS_MAX = 20;
    private static final int DEPTH_MAX = 64;

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxStringLength(LINE_MAX)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .build();

    private final TreeHash hash = new TreeHash();
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<NoteKey> given;
    private final List<Vouched> witnessed;
    private final BundledRelease release = new BundledRelease();
    private Proofs.Head head = new Proofs.Head(0, "");
    private String id = "";
    private @Nullable NoteKey own;
    private @Nullable Vouched checkpoint;
    private String signedBy = "";
    private long entries;
    private long lastSeq;
    private boolean ended;

    private BundleCheck(List<NoteKey> given, List<Vouched> witnessed) {
        this.given = given;
        this.witnessed = witnessed;
    }

    /// Verifies one.
    ///
    /// @param keys who may have signed; when empty, the bundle's own key is believed, and that is
    ///   remarked
    /// @throws IOException when it is no such bundle, or cannot be read, with a sentence
    static BundleReport verify(InputStream in, List<NoteKey> keys, List<Vouched> witnessed)
            throws IOException {
        return new BundleCheck(keys, witnessed).run(in);
    }

    private BundleReport run(InputStream in) throws IOException {
        var lines = new BoundedLines(new BufferedInputStream(in, 1 << 16), LINE_MAX);
        String first = lines.next();
        if (first == null || !head(parse(first, 1))) {
            throw new IOException("it is no bundle of evidence that this Belay knows");
        }
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (ended) {
                found(Kind.INSERTED, 0, "something follows its end, at line " + lines.number());
                break;
            }
            if (entries > ENTRIES_MAX) {
                throw new IOException("it has more than " + ENTRIES_MAX + " entries");
            }
            line(parse(line, lines.number()), lines.number());
        }
        if (!ended) {
            found(
                    Kind.CUT_OFF,
                    0,
                    "its end is gone: it has " + lines.number() + " lines and no last");
        }
        signed();
        release.end(findings, remarks);
        compare();
        return report();
    }

    private BundleReport report() {
        return new BundleReport(
                id,
                release.environment(),
                release.planDigest(),
                release.submittedBy(),
                release.submittedAt(),
                release.state(),
                release.lines(),
                entries - release.lines(),
                head.size(),
                signedBy,
                findings.subList(0, Math.min(FINDINGS_MAX, findings.size())),
                remarks);
    }

    private static JsonNode parse(String line, long number) throws IOException {
        try {
            return JSON.readTree(line);
        } catch (JacksonException _) {
            if (number == 1) {
                throw new IOException("it is no bundle of evidence");
            }
            return JSON.createObjectNode();
        }
    }

    private boolean head(JsonNode line) {
        boolean ours =
                line.path("type").asString("").equals(EvidenceBundle.TYPE)
                        && line.path("v").asInt(0) == EvidenceBundle.VERSION;
        if (!ours) {
            return false;
        }
        id = line.path("release").asString("");
        release.named(id);
        String root = line.path("root").asString("");
        if (!isHash(root) || line.path("size").asLong(0) < 1) {
            return false;
        }
        head = new Proofs.Head(line.path("size").asLong(0), root);
        try {
            own = NoteKey.parse(line.path("key").asString(""));
        } catch (NotANote e) {
            found(Kind.FORGED, 0, "the key in it is none: " + e.getMessage());
        }
        return true;
    }

    private static boolean isHash(String text) {
        return text.matches("[0-9a-f]{64}");
    }

    private void line(JsonNode line, long number) {
        switch (line.path("type").asString("")) {
            case "plan" -> release.plan(Digest.of(line.path("text").asString("")).text());
            case "entry" -> entry(line);
            case "checkpoint" -> checkpoint(line);
            case "end" -> {
                ended = true;
                if (line.path("entries").asLong(-1) != entries) {
                    found(
                            Kind.REMOVED,
                            0,
                            "it ends after %d entries, and says that it had %d"
                                    .formatted(entries, line.path("entries").asLong(-1)));
                }
            }
            default -> found(Kind.CHANGED, 0, "line " + number + " is none of a bundle");
        }
    }

    private void entry(JsonNode line) {
        entries++;
        long seq = line.path("seq").asLong(-1);
        String body = line.path("body").asString("");
        if (seq <= lastSeq) {
            found(
                    Kind.REORDERED,
                    seq,
                    "entry %d stands after entry %d, or twice".formatted(seq, lastSeq));
        }
        lastSeq = Math.max(seq, lastSeq);
        var proof = new ArrayList<byte[]>();
        boolean whole = line.path("proof").isArray() && line.path("proof").size() <= PROOF_MAX;
        for (JsonNode one : line.path("proof")) {
            if (whole && isHash(one.asString(""))) {
                proof.add(TreeHash.bytes(one.asString("")));
            } else {
                whole = false;
                break;
            }
        }
        byte[] leaf = hash.leaf(body.getBytes(StandardCharsets.UTF_8));
        if (!whole || !Proofs.included(seq - 1, leaf, head, proof, hash)) {
            found(
                    Kind.CHANGED,
                    seq,
                    "entry %d is not in the log that was signed: it, its place or its proof was changed"
                            .formatted(seq));
            return;
        }
        try {
            release.entry(seq, JSON.readTree(body), findings);
        } catch (JacksonException _) {
            remarks.add("entry %d was logged as it is, and is no JSON".formatted(seq));
        }
    }

    private void checkpoint(JsonNode line) {
        try {
            checkpoint = Vouched.parse("the bundle", line.path("note").asString(""));
        } catch (NotANote e) {
            found(Kind.FORGED, 0, "its checkpoint is none: " + e.getMessage());
        }
    }

    private void signed() {
        Vouched one = checkpoint;
        if (one == null) {
            found(Kind.FORGED, 0, "nothing in it is signed");
            return;
        }
        if (one.checkpoint().size() != head.size()
                || !one.checkpoint().root().equals(head.root())) {
            found(Kind.FORGED, 0, "its proofs lead to another tree than the one that was signed");
        }
        List<NoteKey> keys = given;
        if (given.isEmpty() && own != null) {
            keys = List.of(own);
            remarks.add(
                    "the key is the bundle's own: whether it is your control plane's, only `--key` can say");
        }
        List<NoteKey> signers = keys.stream().filter(one::signed).toList();
        if (signers.isEmpty()) {
            found(
                    Kind.FORGED,
                    0,
                    "its checkpoint of %d entries is signed by `%s`, and not by the key that was given"
                            .formatted(one.checkpoint().size(), one.checkpoint().origin()));
        } else {
            signedBy = signers.getFirst().written();
        }
    }

    /// A witness's checkpoint of the very same size has to be the same; of others a bundle knows
    /// nothing.
    private void compare() {
        boolean compared = false;
        for (Vouched one : witnessed) {
            boolean same = one.checkpoint().size() == head.size();
            compared |= same;
            if (same && !one.checkpoint().root().equals(head.root())) {
                found(
                        Kind.FORKED,
                        0,
                        "%s was shown another log of %d entries".formatted(one.by(), head.size()));
            }
        }
        if (!witnessed.isEmpty() && !compared) {
            remarks.add(
                    "the witness kept no checkpoint of %d entries; `belay audit proof --from SIZE --to %d --json`, verified with the witness, shows whether its own fit"
                            .formatted(head.size(), head.size()));
        }
    }

    private void found(Kind kind, long entry, String what) {
        findings.add(new Finding(kind, entry, what));
    }
}
