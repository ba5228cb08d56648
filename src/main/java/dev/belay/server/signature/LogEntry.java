package dev.belay.server.signature;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An entry of a transparency log, as a bundle brings it along.
///
/// @param index in the whole log
/// @param log the key id of the log
/// @param time when it was entered, in seconds since the epoch; worth nothing without the promise
/// @param promise signed entry timestamp; empty where there is none
/// @param body what was entered
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record LogEntry(
        long index,
        byte[] log,
        String kind,
        String version,
        long time,
        byte[] promise,
        @Nullable Inclusion proof,
        byte[] body) {
    private static final int HASHES_MAX = 64;

    /// That it is in the log's tree.
    ///
    /// @param index in the tree, which may be a part of the log
    /// @param checkpoint the signed head of the tree
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Inclusion(long index, long size, byte[] root, List<byte[]> hashes, String checkpoint) {}

    static LogEntry read(Json entry) throws Unsigned {
        Json kind = entry.object("kindVersion");
        return new LogEntry(
                entry.count("logIndex"),
                entry.object("logId").bytes("keyId"),
                kind.text("kind"),
                kind.text("version"),
                entry.count("integratedTime"),
                entry.has("inclusionPromise")
                        ? entry.object("inclusionPromise").bytes("signedEntryTimestamp")
                        : new byte[0],
                entry.has("inclusionProof") ? proof(entry.object("inclusionProof")) : null,
                entry.bytes("canonicalizedBody"));
    }

    private static Inclusion proof(Json proof) throws Unsigned {
        var hashes = new ArrayList<byte[]>();
        List<Json> written = proof.list("hashes");
        if (written.size() > HASHES_MAX) {
            throw new Unsigned("has a proof of inclusion that is longer than any");
        }
        for (Json hash : written) {
            hashes.add(Base64Text.decode(hash.text(), hash.path()));
        }
        return new Inclusion(
                proof.count("logIndex"),
                proof.count("treeSize"),
                proof.bytes("rootHash"),
                hashes,
                proof.object("checkpoint").text("envelope"));
    }
}
