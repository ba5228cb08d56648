package dev.belay.server.operations;

import dev.belay.driver.Target;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says which artifacts must stay: those of what runs, of everything that a rollback may lead to,
/// of releases that wait or are under way, and of the newest ones that have ended.
///
/// It takes every digest that stands in a plan or a deployment, and so cannot miss one that a later
/// form of either holds elsewhere. What cannot be read is an exception, never a shorter answer.
public final class NeededArtifacts {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int PAGE = 100;

    /// A deploy lists that many beside its own goal, which may be one of them.
    private static final int SOAKED = Plan.Target.MAX + 1;

    private final Journal journal;
    private final Target target;

    public NeededArtifacts(Journal journal, Target target) {
        this.journal = journal;
        this.target = target;
    }

    /// All of them at this moment.
    ///
    /// @param newest so many releases of each environment keep what their plans name
    public Set<Digest> read(int newest) throws IOException {
        Set<Digest> needed = new HashSet<>(target.artifactsInUse());
        Set<String> environments = new HashSet<>(target.environments());
        long before = Long.MAX_VALUE;
        List<ReleaseRow> page = journal.list("", ReleaseState.unended(), before, PAGE);
        while (!page.isEmpty()) {
            for (ReleaseRow row : page) {
                environments.add(row.environment());
                addAll(row.plan(), needed);
            }
            page = journal.list("", ReleaseState.unended(), page.getLast().ordinal(), PAGE);
        }
        for (ReleaseRow row : journal.list("", Set.of(), before, PAGE)) {
            environments.add(row.environment());
        }
        for (String environment : environments) {
            journal.list(environment, Set.of(), before, newest)
                    .forEach(row -> addAll(row.plan(), needed));
            for (Scope scope : journal.scopes(environment)) {
                addHistory(scope, needed);
            }
        }
        return needed;
    }

    /// What it runs, and the last that soaked, each revision once.
    private void addHistory(Scope scope, Set<Digest> needed) {
        var soaked = new HashSet<String>();
        boolean runs = true;
        for (Journal.Past past : journal.history(scope, InventoryReader.HISTORY_MAX)) {
            boolean target = past.soaked() && soaked.size() < SOAKED && soaked.add(past.revision());
            if (runs || target) {
                addAll(past.deployment(), needed);
            }
            runs = false;
        }
    }

    private static void addAll(String text, Set<Digest> needed) {
        for (Matcher found = DIGEST.matcher(text); found.find(); ) {
            needed.add(new Digest(found.group()));
        }
    }
}
