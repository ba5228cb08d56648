package dev.belay.server.evidence;

import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditSearch;
import dev.belay.journal.AuditTree;
import dev.belay.release.Digest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which evidence there has to be, by the audit log: a record that somebody deleted from the disk
/// might have said no.
public final class EvidenceLedger {
    static final String ADDED = "evidence-added";
    static final String WITHDRAWN = "evidence-withdrawn";

    private static final int PAGE = 500;

    private final AuditLog log;
    private final AuditTree tree;
    private final Map<String, Set<String>> byArtifact = new HashMap<>();
    private final Set<String> withdrawn = new HashSet<>();
    private long readTo;

    /// Of one audit log.
    public EvidenceLedger(AuditLog log, AuditTree tree) {
        this.log = log;
        this.tree = tree;
    }

    /// Those of an artifact that were added and never withdrawn, by their ids.
    synchronized Set<String> of(Digest artifact) {
        long end = tree.head().size();
        read(ADDED, end);
        read(WITHDRAWN, end);
        readTo = end;
        var ids = new TreeSet<>(byArtifact.getOrDefault(artifact.text(), Set.of()));
        ids.removeAll(withdrawn);
        return ids;
    }

    /// From where it was read to before; what is not new is not looked at again.
    private void read(String action, long end) {
        long after = readTo;
        List<AuditLog.Leaf> page;
        do {
            var range = new AuditSearch.Range(after, end + 1, 0, 0, false, PAGE);
            page = log.search(new AuditSearch("", "", action, "", "", range));
            for (AuditLog.Leaf leaf : page) {
                after = leaf.seq();
                take(action, JsonMapper.shared().readTree(leaf.body()));
            }
        } while (page.size() == PAGE);
    }

    private void take(String action, JsonNode body) {
        JsonNode of = body.path("of");
        String id = of.path("id").asString("");
        if (action.equals(WITHDRAWN)) {
            withdrawn.add(id);
        } else {
            byArtifact
                    .computeIfAbsent(of.path("artifact").asString(""), _ -> new HashSet<>())
                    .add(id);
        }
    }
}
