package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DATE;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.choice;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.one;

import dev.belay.manifest.LintRules.Level;
import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How strict `belay lint` is, and what it lets be.
final class LintSections {
    private static final int ALLOWED_MAX = 200;
    private static final int NAMES_MAX = 20;

    private static final Key<LintRule> RULE_KEY =
            Key.of("rule", choice(LintRule.class, Set.of()), "The rule that finds it.")
                    .asRequired();
    private static final Key<String> PATH_KEY =
            Key.of(
                    "path",
                    PATH,
                    "Pattern of the files that it finds it in: `*` is within a name, `**` any number"
                            + " of folders.");
    private static final Key<List<String>> OF =
            Key.of(
                    "of",
                    either(one(NAME), list(NAME, 1, NAMES_MAX)),
                    "The component or datastore that it is about, or several that it is all about.");
    private static final Key<String> REASON =
            Key.of("reason", TEXT, "Why it is meant to be so.").asRequired();
    private static final Key<LocalDate> UNTIL =
            Key.of("until", DATE, "Last day on which it counts (UTC); left out, for ever.");

    private static final Fields<LintAllowance> ALLOWANCE =
            Fields.of(
                    "lint-allowance",
                    "Something that a rule finds and that is meant to be so.",
                    "{rule: shared-database, of: orders-db, reason: reports read it until they have"
                            + " their own, until: 2027-01-31}",
                    List.of(RULE_KEY, PATH_KEY, OF, REASON, UNTIL),
                    List.of("path", "of"),
                    LintSections::allowance);

    private static final Key<Level> DATABASES =
            level(
                    LintRule.SHARED_DATABASE,
                    "Components that use, migrate or query one database, which is not declared as"
                            + " theirs together.",
                    "error");
    private static final Key<Level> IMPORTS =
            level(
                    LintRule.CROSS_SERVICE_IMPORT,
                    "Files of a component that import another one's.",
                    "error");
    private static final Key<Level> SDK =
            level(
                    LintRule.FRONTEND_BYPASSES_SDK,
                    "Frontends with an `sdk` that ask a service without it.",
                    "error");
    private static final Key<Level> ORDER =
            level(
                    LintRule.ORDER_ASSUMPTION,
                    "What works only when something else stands already, and nobody says so.",
                    "warning");
    private static final Key<List<LintAllowance>> ALLOW =
            Key.of("allow", list(ALLOWANCE, 0, ALLOWED_MAX), "What is meant to be so.")
                    .fallback("[]");

    private static final Fields<LintRules> LINT_FIELDS =
            Fields.of(
                    "lint",
                    "How strict `belay lint` is. Where it is written, `belay check` looks, too.",
                    "{order-assumption: off, allow: [{rule: cross-service-import, path:"
                            + " \"services/*/generated/**\", reason: made of the contracts}]}",
                    List.of(DATABASES, IMPORTS, SDK, ORDER, ALLOW),
                    List.of(),
                    LintSections::rules);

    static final Key<LintRules> LINT =
            Key.of(
                    "lint",
                    LINT_FIELDS,
                    "How strict `belay lint` is about how services hang together.");

    private LintSections() {}

    /// What counts where nobody says anything.
    static LintRules usual() {
        return new LintRules(
                false,
                Map.of(
                        LintRule.SHARED_DATABASE, Level.ERROR,
                        LintRule.CROSS_SERVICE_IMPORT, Level.ERROR,
                        LintRule.FRONTEND_BYPASSES_SDK, Level.ERROR,
                        LintRule.ORDER_ASSUMPTION, Level.WARNING),
                List.of());
    }

    private static Key<Level> level(LintRule rule, String meaning, String usual) {
        return Key.of(rule.word(), choice(Level.class, Set.of()), meaning).fallback(usual);
    }

    private static LintRules rules(Row row) {
        return new LintRules(
                true,
                Map.of(
                        LintRule.SHARED_DATABASE, row.get(DATABASES),
                        LintRule.CROSS_SERVICE_IMPORT, row.get(IMPORTS),
                        LintRule.FRONTEND_BYPASSES_SDK, row.get(SDK),
                        LintRule.ORDER_ASSUMPTION, row.get(ORDER)),
                row.get(ALLOW));
    }

    private static LintAllowance allowance(Row row) {
        return new LintAllowance(
                row.get(RULE_KEY),
                row.find(PATH_KEY).orElse(""),
                row.find(OF).orElse(List.of()),
                row.get(REASON),
                row.find(UNTIL).orElse(null),
                new NodeSource(row.map()));
    }
}
