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
public record SchemaVerdict(
        List<String> versions,
        String standing,
        boolean plainRevert,
        boolean backIsExact,
        String backup,
        List<String> findings) {
    public SchemaVerdict {
        versions = List.copyOf(versions);
        findings = List.copyOf(findings);
    }

    public boolean isBreaking() {
        return standing.equals("breaking");
    }
}
