package dev.belay.server.audit;

import dev.belay.journal.AuditReport.Finding;
import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.Vouched;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.Proofs;
import dev.belay.journal.tree.TreeHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Verifies what `belay audit proof --json` prints: that an entry is in the log that was signed, or
/// that this log began as the one that a witness was told of.
final class ProofCheck {
    private static final long BYTES_MAX = 4 << 20;
    private static final int PROOF_MAX = 128;

    private final JsonNode proof;
    private final List<NoteKey> keys;
    private final List<Vouched> witnessed;
    private final TreeHash hash = new TreeHash();
    private final List<Finding> findings = new ArrayList<>();

    private ProofCheck(JsonNode proof, List<NoteKey> keys, List<Vouched> witnessed) {
        this.proof = proof;
        this.keys = keys;
        this.witnessed = witnessed;
    }

    /// Verifies the file if it is a proof; empty when it is something else.
    ///
    /// @throws IOException with a sentence when something is missing that it takes
    static Optional<ProofReport> verify(Path file, List<NoteKey> keys, List<Vouched> witnessed)
            throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            return Optional.empty();
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(file));
            boolean is = json.path("proof").isArray() && json.path("checkpoint").isString();
            return is ? Optional.of(new ProofCheck(json, keys, witnessed).run()) : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private ProofReport run() throws IOException {
        if (keys.isEmpty()) {
            throw new IOException("a proof has no key in it: give it with `--key`");
        }
        Vouched checkpoint;
        try {
            checkpoint = Vouched.parse("the proof", proof.path("checkpoint").asString(""));
        } catch (NotANote e) {
            throw new IOException(
                    "the checkpoint in it is none: "
                            + e.getMessage()
                            + "; of a size that nobody signed there is only a proof",
                    e);
        }
        String key =
                keys.stream()
                        .filter(checkpoint::signed)
                        .map(NoteKey::written)
                        .findFirst()
                        .orElse("");
        if (key.isEmpty()) {
            found(Kind.FORGED, "its checkpoint is not signed by the key that was given");
        }
        Proofs.Head head = checkpoint.checkpoint().head();
        long seq = proof.path("seq").asLong(0);
        long from = proof.path("from").asLong(0);
        if (seq > 0) {
            byte[] leaf =
                    hash.leaf(proof.path("body").asString("").getBytes(StandardCharsets.UTF_8));
            if (!Proofs.included(seq - 1, leaf, head, hashes(), hash)) {
                found(Kind.CHANGED, "entry " + seq + " is not in the log that was signed");
            }
        } else {
            compare(from, head);
        }
        return new ProofReport(seq, from, head.size(), key, findings);
    }

    private void compare(long from, Proofs.Head head) throws IOException {
        List<Vouched> earlier =
                witnessed.stream().filter(one -> one.checkpoint().size() == from).toList();
        if (earlier.isEmpty()) {
            throw new IOException(
                    "it leads from a log of "
                            + from
                            + " entries: give what a witness kept of that size with `--witness`");
        }
        for (Vouched one : earlier) {
            if (keys.stream().noneMatch(one::signed)) {
                found(Kind.FORGED, one.by() + " keeps a checkpoint that nobody signed who may");
            } else if (!Proofs.consistent(one.checkpoint().head(), head, hashes(), hash)) {
                found(
                        Kind.FORKED,
                        "the log of %d entries did not begin as the %d that %s was told of"
                                .formatted(head.size(), from, one.by()));
            }
        }
    }

    private List<byte[]> hashes() {
        var hashes = new ArrayList<byte[]>();
        for (JsonNode one : proof.path("proof")) {
            String hex = one.asString("");
            // One that is none stands for itself: no proof has it.
            hashes.add(hex.matches("[0-9a-f]{64}") ? TreeHash.bytes(hex) : new byte[0]);
            if (hashes.size() > PROOF_MAX) {
                return List.of(new byte[0]);
            }
        }
        return hashes;
    }

    private void found(Kind kind, String what) {
        findings.add(new Finding(kind, proof.path("seq").asLong(0), what));
    }
}
