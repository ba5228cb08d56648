package dev.belay.server.evidence;

import dev.belay.gate.report.Stated;
import dev.belay.release.Digest;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One piece of evidence, bound to one artifact for good.
///
/// @param id by which people name it, `ev-3f9c1a2b7d10`
/// @param artifact digest of what it is evidence of
/// @param component whose artifact that is, as far as is known; may be empty
/// @param environment where it was won; empty when that was not said
/// @param kind what it is evidence of
/// @param name which of that kind; may be empty
/// @param at when it was won, in milliseconds since the epoch
/// @param added when it was added, and by whom
/// @param files as they came
/// @param stated what counts of them, where their form is not known
/// @param format of the files
/// @param figures as they were read; the files say so again
/// @param own `passed`, `failed` or `silent`
/// @param words for people
/// @param withdrawn by whom and why it no longer counts; null while it does
public record StoredEvidence(
        String id,
        String artifact,
        String component,
        String environment,
        String kind,
        String name,
        long at,
        long added,
        String by,
        List<Kept> files,
        Stated stated,
        String format,
        String tool,
        String version,
        SortedMap<String, Double> figures,
        String own,
        String words,
        @Nullable Withdrawal withdrawn) {
    private static final int ID_DIGITS = 12;

    public StoredEvidence {
        files = List.copyOf(files);
        figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    }

    /// One file.
    ///
    /// @param name as its owner calls it; says nothing of where it lies
    public record Kept(String digest, String name) {}

    /// That it no longer counts.
    public record Withdrawal(String by, String why, long at) {}

    /// The same files, for the same artifact, as the same kind, from the same place: the same id.
    static String id(
            Digest artifact,
            String environment,
            String kind,
            String name,
            List<Kept> files,
            Stated stated,
            long run) {
        var what = new StringBuilder(artifact.text());
        for (String one :
                List.of(
                        environment,
                        kind,
                        name,
                        stated.kind(),
                        stated.passesWhen(),
                        stated.figures().toString(),
                        Long.toString(run))) {
            what.append('\n').append(one);
        }
        files.stream().map(Kept::digest).sorted().forEach(one -> what.append('\n').append(one));
        return "ev-" + Digest.of(what.toString()).hex().substring(0, ID_DIGITS);
    }

    /// The same, no longer counting.
    StoredEvidence withdrawn(Withdrawal withdrawal) {
        return new StoredEvidence(
                id,
                artifact,
                component,
                environment,
                kind,
                name,
                at,
                added,
                by,
                files,
                stated,
                format,
                tool,
                version,
                figures,
                own,
                words,
                withdrawal);
    }

    /// A sentence about why it no longer counts; empty while it does.
    public String lost() {
        return withdrawn == null
                ? ""
                : "`%s` (`%s`) was withdrawn by %s: %s"
                        .formatted(id, kind, withdrawn.by(), withdrawn.why());
    }
}
