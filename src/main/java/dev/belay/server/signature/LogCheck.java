package dev.belay.server.signature;

import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.Proofs;
import dev.belay.journal.tree.SignedNote;
import dev.belay.journal.tree.TreeHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Whether a pinned transparency log has an entry, and since when.
final class LogCheck {
    private static final int KEY_ID_BYTES = 4;

    private final List<TrustRoot.Log> logs;

    LogCheck(List<TrustRoot.Log> logs) {
        this.logs = List.copyOf(logs);
    }

    /// The time that the log vouches for; empty where it vouches for none.
    ///
    /// @throws Unsigned when no pinned log has the entry, or what it has is not this
    Optional<Instant> require(LogEntry entry) throws IOException, Unsigned {
        if (entry.proof() == null && entry.promise().length == 0) {
            throw new Unsigned("has a log entry with neither a proof nor a promise");
        }
        String id = HexFormat.of().formatHex(entry.log());
        List<TrustRoot.Log> named = logs.stream().filter(log -> log.id().equals(id)).toList();
        if (named.isEmpty()) {
            throw new Unsigned("has an entry of a log that is not in the trust root");
        }
        Unsigned last = null;
        for (TrustRoot.Log log : named) {
            try {
                return require(entry, log);
            } catch (Unsigned e) {
                last = e;
            }
        }
        throw last == null ? new Unsigned("has no log entry") : last;
    }

    private static Optional<Instant> require(LogEntry entry, TrustRoot.Log log)
            throws IOException, Unsigned {
        LogEntry.Inclusion proof = entry.proof();
        if (proof != null) {
            included(entry, proof, log);
        }
        if (entry.promise().length == 0) {
            return Optional.empty();
        }
        // What is signed has its keys in this order, and no white space.
        String promised =
                "{\"body\":\"%s\",\"integratedTime\":%d,\"logID\":\"%s\",\"logIndex\":%d}"
                        .formatted(
                                Base64Text.encode(entry.body()),
                                entry.time(),
                                HexFormat.of().formatHex(entry.log()),
                                entry.index());
        if (!log.key().signed(promised.getBytes(StandardCharsets.UTF_8), entry.promise())) {
            throw new Unsigned("has a log entry whose promise the log did not sign");
        }
        Instant time = Instant.ofEpochSecond(entry.time());
        if (!log.valid().has(time)) {
            throw new Unsigned("has an entry of a log that was not trusted at " + time);
        }
        return Optional.of(time);
    }

    private static void included(LogEntry entry, LogEntry.Inclusion proof, TrustRoot.Log log)
            throws IOException, Unsigned {
        Head head = head(proof.checkpoint(), log);
        boolean same = head.size == proof.size() && Arrays.equals(head.root, proof.root());
        if (!same || proof.root().length != TreeHash.BYTES) {
            throw new Unsigned("has a proof of inclusion for another tree than the log signed");
        }
        var hash = new TreeHash();
        var tree = new Proofs.Head(proof.size(), TreeHash.hex(proof.root()));
        if (!Proofs.included(proof.index(), hash.leaf(entry.body()), tree, proof.hashes(), hash)) {
            throw new Unsigned("has a log entry that its proof does not lead to");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    private record Head(long size, byte[] root) {}

    /// Of a checkpoint that the log signed. Witnesses may have signed it, too: they are not asked.
    private static Head head(String checkpoint, TrustRoot.Log log) throws IOException, Unsigned {
        SignedNote note;
        try {
            note = SignedNote.parse(checkpoint);
        } catch (NotANote _) {
            throw new Unsigned("has a checkpoint that is none");
        }
        List<String> lines = note.text().lines().toList();
        if (lines.size() < 3 || lines.getFirst().isBlank()) {
            throw new Unsigned("has a checkpoint without a name, a size and a root");
        }
        String size = lines.get(1);
        if (!size.matches("0|[1-9][0-9]{0,17}")) {
            throw new Unsigned("has a checkpoint without a name, a size and a root");
        }
        byte[] root = Base64Text.decode(lines.get(2), "checkpoint");
        byte[] text = note.text().getBytes(StandardCharsets.UTF_8);
        for (SignedNote.Signature one : note.signatures()) {
            byte[] all = Base64.getDecoder().decode(one.base64());
            boolean ours =
                    log.id().startsWith(HexFormat.of().formatHex(all, 0, KEY_ID_BYTES))
                            && (log.name().isEmpty() || log.name().equals(one.name()));
            byte[] signature = Arrays.copyOfRange(all, KEY_ID_BYTES, all.length);
            if (ours && log.key().signed(text, signature)) {
                return new Head(Long.parseLong(size), root);
            }
        }
        throw new Unsigned("has a checkpoint that the log did not sign");
    }
}
