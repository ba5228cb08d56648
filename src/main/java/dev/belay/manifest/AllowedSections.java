package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DATE;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.RULE;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.list;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.time.LocalDate;
import java.util.List;

/// What is let be though it looks like a secret.
final class AllowedSections {
    private static final int ALLOWED_MAX = 200;

    private static final Key<String> PATH_KEY =
            Key.of(
                            "path",
                            PATH,
                            "Pattern of paths below the manifest's folder, or within an artifact:"
                                    + " `*` is within a name, `**` any number of folders.")
                    .asRequired();
    private static final Key<String> RULE_KEY =
            Key.of(
                            "rule",
                            RULE,
                            "Name of the rule, as the finding has it; `*` is every rule but"
                                    + " `declared-secret`.")
                    .asRequired();
    private static final Key<String> REASON =
            Key.of("reason", TEXT, "Why it is no secret, or may be there.").asRequired();
    private static final Key<LocalDate> UNTIL =
            Key.of("until", DATE, "Last day on which it counts (UTC); left out, for ever.");

    private static final Fields<AllowedSecret> ALLOWED_FIELDS =
            Fields.of(
                    "allowed-secret",
                    "A place where what looks like a secret is let be.",
                    "{path: \"tests/keys/**\", rule: private-key, reason: made for the tests,"
                            + " until: 2027-01-31}",
                    List.of(PATH_KEY, RULE_KEY, REASON, UNTIL),
                    List.of(),
                    AllowedSections::allowed);

    static final Key<List<AllowedSecret>> ALLOWED =
            Key.of(
                            "allowed-secrets",
                            list(ALLOWED_FIELDS, 0, ALLOWED_MAX),
                            "Places where what looks like a secret is let be by `check`, `scan` and"
                                    + " builds. One line is allowed by a comment, too:"
                                    + " `belay:allow-secret REASON`.")
                    .fallback("[]");

    private AllowedSections() {}

    private static AllowedSecret allowed(Row row) {
        return new AllowedSecret(
                row.get(PATH_KEY),
                row.get(RULE_KEY),
                row.get(REASON),
                row.find(UNTIL).orElse(null),
                new NodeSource(row.map()));
    }
}
