package dev.belay.journal;

import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.tree.Frontier;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.TreeHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The checkpoints that a log has to agree with, by the size that each is of.
final class VouchedSizes {
    private final List<NoteKey> keys;
    private final NavigableMap<Long, List<Vouched>> bySize = new TreeMap<>();
    private final Set<Vouched> unsigned = new HashSet<>();
    private int count;
    private long nextSize = Long.MAX_VALUE;
    private long lastGood;

    VouchedSizes(List<NoteKey> keys) {
        this.keys = List.copyOf(keys);
    }

    void add(Vouched one) {
        List<Vouched> same =
                bySize.computeIfAbsent(one.checkpoint().size(), _ -> new ArrayList<>());
        // Of a witness that kept the very same note only the note counts.
        if (same.stream()
                .noneMatch(
                        other -> other.note().equals(one.note()) && other.by().equals(one.by()))) {
            same.add(one);
            count++;
        }
        nextSize = bySize.firstKey();
    }

    int count() {
        return count;
    }

    /// Signatures take longest, and say nothing of each other.
    void signatures(Findings findings) {
        List<Vouched> all = bySize.values().stream().flatMap(List::stream).toList();
        unsigned.addAll(
                all.parallelStream().filter(one -> keys.stream().noneMatch(one::signed)).toList());
        all.stream()
                .filter(unsigned::contains)
                .forEach(one ->
                        findings.add(
                                Kind.FORGED,
                                one.checkpoint().size(),
                                "the checkpoint of %d entries that %s keeps is not signed by `%s`"
                                        .formatted(one.checkpoint().size(), one.by(), names())));
    }

    private String names() {
        return keys.stream().map(NoteKey::name).distinct().collect(Collectors.joining("` or `"));
    }

    /// The log has one entry more.
    void grown(Frontier frontier, Findings findings) {
        if (frontier.size() < nextSize) {
            return;
        }
        String root = TreeHash.hex(frontier.root());
        long size = frontier.size();
        long good = lastGood;
        for (Vouched one : bySize.getOrDefault(size, List.of())) {
            if (unsigned.contains(one)) {
                continue;
            }
            if (one.checkpoint().root().equals(root)) {
                lastGood = size;
            } else if (findings.untouched()) {
                Kind kind = one.by().equals(Vouched.BY_JOURNAL) ? Kind.CHANGED : Kind.FORKED;
                findings.add(
                        kind,
                        good + 1,
                        "the first %d entries are not those that were signed; %s keeps that checkpoint. What differs is among entries %d to %d"
                                .formatted(size, one.by(), good + 1, size));
            }
        }
        Long following = bySize.higherKey(size);
        nextSize = following == null ? Long.MAX_VALUE : following;
    }

    /// The log has ended; what was signed beyond is gone.
    void end(long size, Findings findings) {
        for (Vouched one :
                bySize.tailMap(size, false).values().stream().flatMap(List::stream).toList()) {
            if (!unsigned.contains(one)) {
                findings.add(
                        Kind.CUT_OFF,
                        size + 1,
                        "the log ends with entry %d, and %s keeps a checkpoint of %d entries"
                                .formatted(size, one.by(), one.checkpoint().size()));
                return;
            }
        }
    }

    long signedUpTo() {
        return lastGood;
    }
}
