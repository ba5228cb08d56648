package dev.belay.driver.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What was felt under a load, in sentences.
final class LoadWords {
    private static final int BRIEF = 100;

    private LoadWords() {}

    /// What a load shows that no rule does, as sentences of a verdict.
    static List<String> findings(LoadReport load) {
        var findings = new ArrayList<String>();
        if (!load.blocked().isEmpty()) {
            findings.add(
                    "under the load of the release before, the migration did not get through: "
                            + load.blocked()
                            + (load.inTheWay().isEmpty()
                                    ? ""
                                    : "; most in the way was: " + brief(load.inTheWay()))
                            + "; instead: migrate when that is not said, or make it shorter");
        }
        for (LoadReport.Failed one : load.failures()) {
            findings.add(
                    "%s that went through before the migration failed with %s: %s: %s"
                            .formatted(
                                    one.times() == 1 ? "a statement" : one.times() + " statements",
                                    one.state(),
                                    brief(one.statement()),
                                    one.message()));
        }
        return findings;
    }

    /// The line that matters most.
    static String inShort(LoadReport load) {
        if (!load.known()) {
            return "nothing was replayed: " + load.unknown();
        }
        if (!load.blocked().isEmpty()) {
            return "under load it did not get its locks";
        }
        return load.waited() == 0
                ? "under load nobody waited for it"
                : "under load " + wait(load.felt().getFirst());
    }

    private static String wait(LoadReport.Felt one) {
        return "%s of `%s` waited up to %s for %s"
                .formatted(one.access(), one.relation(), time(one.waited()), one.behind());
    }

    /// For people, the longest wait first.
    static List<String> lines(LoadReport load) {
        if (!load.known()) {
            return List.of("nothing was replayed while it migrated: " + load.unknown());
        }
        var lines = new ArrayList<String>();
        load.felt().stream()
                .filter(one -> one.waited() > 0)
                .forEach(one ->
                        lines.add(
                                "under load: %s; the longest took %s, before it %s%s"
                                        .formatted(
                                                wait(one),
                                                time(one.longest()),
                                                time(one.before()),
                                                ratio(one))));
        if (load.waited() == 0 && load.blocked().isEmpty()) {
            lines.add("under load: nobody waited for it");
        }
        if (load.steppedBack() > 0 && load.blocked().isEmpty()) {
            lines.add(
                    "under load: it let others pass %d times before it got its locks%s"
                            .formatted(
                                    load.steppedBack(),
                                    load.inTheWay().isEmpty()
                                            ? ""
                                            : "; most in the way was: " + brief(load.inTheWay())));
        }
        lines.add(
                String.format(
                        Locale.ROOT,
                        "the load: %d statements of the release before%s; %.0f a second by %d sessions"
                                + " (in earnest %s), while it migrated for %s",
                        load.statements(),
                        load.leftOut() > 0
                                ? " (" + load.leftOut() + " more could not be said)"
                                : "",
                        load.perSecond(),
                        load.sessions(),
                        load.living() > 0
                                ? String.format(Locale.ROOT, "%.1f on the average", load.living())
                                : "not known",
                        time(load.took())));
        lines.add(
                "measured on the machine of the control plane, each statement a transaction and what"
                        + " is said most in memory: who waits in earnest may wait longer");
        return lines;
    }

    private static String ratio(LoadReport.Felt one) {
        return one.before() > 0 && one.longest() >= 2 * one.before()
                ? String.format(Locale.ROOT, " (%d×)", one.longest() / one.before())
                : "";
    }

    static String time(long millis) {
        return millis < 1_000
                ? millis + " ms"
                : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }

    private static String brief(String statement) {
        String line = statement.strip().replaceAll("\\s+", " ");
        return "`" + (line.length() > BRIEF ? line.substring(0, BRIEF) + "…" : line) + "`";
    }
}
