package dev.belay.release;

import java.util.List;

/// What carrying migrations out on a copy of the data showed, before they are planned.
///
/// @param versions of the migrations, in their order
/// @param standing `compatible`, `dangerous` or `breaking`
/// @param plainRevert whether the release before runs on the new schema as it did on the old one
/// @param backIsExact whether the way back brought catalogue and rows back as they were; false
///   where there is none
/// @param backup the name of the backup that the copy was made of
/// @param findings a sentence each, the worst first
/// @param together where more sets than one were carried out on one copy, all of them in their
///   order, as [#label] has it: the verdict is theirs together, and says nothing of one alone
public record SchemaVerdict(
        List<String> versions,
        String standing,
        boolean plainRevert,
        boolean backIsExact,
        String backup,
        List<String> findings,
        List<String> together) {
    public SchemaVerdict {
        versions = List.copyOf(versions);
        findings = List.copyOf(findings);
        together = List.copyOf(together);
    }

    /// One of a set that was carried out alone.
    public SchemaVerdict(
            List<String> versions,
            String standing,
            boolean plainRevert,
            boolean backIsExact,
            String backup,
            List<String> findings) {
        this(versions, standing, plainRevert, backIsExact, backup, findings, List.of());
    }

    /// `shop/api 7, 8`.
    public static String label(String set, List<String> versions) {
        return set + " " + String.join(", ", versions);
    }

    public boolean isBreaking() {
        return standing.equals("breaking");
    }
}
