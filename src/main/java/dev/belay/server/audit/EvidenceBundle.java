package dev.belay.server.audit;

import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditSearch;
import dev.belay.journal.AuditTree;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.tree.NoteKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.json.JsonMapper;

/// Everything about one release that an auditor needs, in one file of JSON lines: the plan, each
/// entry of the audit log that the release wrote or that is about it, with its proof, the
/// checkpoint that the proofs lead to, and the key.
///
/// ```
/// {"type": "belay-evidence", "v": 1, "release", "key", "size", "root", "exportedAt"}
/// {"type": "plan", "text"}
/// {"type": "entry", "seq", "body", "proof": [hash, …]}      one for each
/// {"type": "checkpoint", "note"}
/// {"type": "end", "entries"}
/// ```
///
/// Lines, and not an archive: there is nothing in it to unpack, and it is verified while it is
/// read.
public final class EvidenceBundle {
    static final String TYPE = "belay-evidence";
    static final int VERSION = 1;

    private static final int PAGE = 200;

    private final AuditLog log;
    private final AuditTree tree;
    private final AuditTree.Kept checkpoint;
    private final OutputStream out;
    private final BooleanSupplier goesOn;
    private long entries;

    private EvidenceBundle(
            AuditLog log,
            AuditTree tree,
            AuditTree.Kept checkpoint,
            OutputStream out,
            BooleanSupplier goesOn) {
        this.log = log;
        this.tree = tree;
        this.checkpoint = checkpoint;
        this.out = out;
        this.goesOn = goesOn;
    }

    /// Where it comes from.
    ///
    /// @param checkpoint that vouches for all of it
    record Source(AuditLog log, AuditTree tree, AuditTree.Kept checkpoint, NoteKey key) {}

    /// Writes it.
    ///
    /// @param goesOn whether whoever asked may still be told; else it breaks off without its end
    static void write(
            ReleaseRow release, Source from, long now, OutputStream out, BooleanSupplier goesOn)
            throws IOException {
        new EvidenceBundle(from.log(), from.tree(), from.checkpoint(), out, goesOn)
                .write(release, from.key(), now);
    }

    private void write(ReleaseRow release, NoteKey key, long now) throws IOException {
        var head = line(TYPE);
        head.put("v", VERSION);
        head.put("release", release.id());
        head.put("key", key.written());
        head.put("size", checkpoint.size());
        head.put("root", checkpoint.root());
        head.put("exportedAt", now);
        put(head);
        var plan = line("plan");
        plan.put("text", release.plan());
        put(plan);
        entries(release.id());
        var note = line("checkpoint");
        note.put("note", checkpoint.note());
        put(note);
        var end = line("end");
        end.put("entries", entries);
        put(end);
    }

    private void entries(String release) throws IOException {
        long after = 0;
        List<AuditLog.Leaf> page;
        do {
            if (!goesOn.getAsBoolean()) {
                throw new IOException("whoever asked for it may not be told any more");
            }
            var range = new AuditSearch.Range(after, checkpoint.size() + 1, 0, 0, false, PAGE);
            page = log.search(new AuditSearch(release, "", "", "", "", range));
            for (AuditLog.Leaf leaf : page) {
                var entry = line("entry");
                entry.put("seq", leaf.seq());
                entry.put("body", leaf.body());
                entry.put("proof", tree.inclusion(leaf.seq(), checkpoint.size()));
                put(entry);
                entries++;
                after = leaf.seq();
            }
        } while (page.size() == PAGE);
    }

    private static Map<String, Object> line(String type) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("type", type);
        return line;
    }

    private void put(Map<String, Object> line) throws IOException {
        out.write(JsonMapper.shared().writeValueAsString(line).getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }
}
