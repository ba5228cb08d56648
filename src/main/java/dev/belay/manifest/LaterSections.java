package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.util.List;

/// Sections that are checked and kept, so that a manifest can be written once, but that this
/// version cannot enforce. An environment that has one is refused, never run as though it had not.
final class LaterSections {
    static final Key<String> BACKUP_GATE =
            Key.of(
                    "backup",
                    words("verified"),
                    "`verified`: nothing is migrated without a backup that was restored, and without"
                            + " a rehearsal on it.");

    static final Key<String> WAY_BACK_GATE =
            Key.of(
                    "way-back",
                    words("required", "optional"),
                    "`required`: a release that nobody can go back from is refused, unless it is"
                            + " accepted by `--accept-no-way-back`; so it is where `backup` is"
                            + " `verified`, too, without this.");

    static final Key<String> MIGRATED_IN_GATE =
            Key.of(
                    "migrated-in",
                    NAME,
                    "Environment in which the very same migrations must have been released, and soaked,"
                            + " first.");

    static final Fields<Row> GATES =
            section(
                    "gates",
                    "What must be so before a release may go on.",
                    "{checklist: [release notes prepared], approvals: {any: [cto, vp]}}",
                    SecretGateSections.SECRETS,
                    EvidenceSections.EVIDENCE,
                    SignatureSections.SIGNATURES,
                    ConsentSections.CHECKLIST,
                    ConsentSections.APPROVALS,
                    WindowSections.WINDOW,
                    ContractSections.GATE,
                    BACKUP_GATE,
                    WAY_BACK_GATE,
                    MIGRATED_IN_GATE);

    private LaterSections() {}

    private static Fields<Row> section(String name, String about, String example, Key<?>... keys) {
        return Fields.of(name, about, example, List.of(keys), List.of(), row -> row);
    }
}
