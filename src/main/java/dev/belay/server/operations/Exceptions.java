package dev.belay.server.operations;

import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Phase;
import dev.belay.plan.Plan;
import dev.belay.plan.Selection;
import dev.belay.release.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/// Exceptions from what an environment asks for: each has a name, a reason and a last day, and is
/// shown as long as it holds. No such day is further away than a month, so that none becomes the
/// rule.
public final class Exceptions {
    private static final int USUAL_DAYS = 7;
    private static final int MOST_DAYS = 30;

    private final Journal journal;
    private final Function<ReleaseRow, Plan> plans;
    private final InstantSource clock;

    public Exceptions(Journal journal, Function<ReleaseRow, Plan> plans, InstantSource clock) {
        this.journal = journal;
        this.plans = plans;
        this.clock = clock;
    }

    /// Gives what is asked for a last day.
    ///
    /// @param until as it was asked for, or empty for a week
    /// @throws Denied when that is no such day, or nothing is excepted
    static Selection dated(Selection selection, EnvironmentView view, String until) {
        return dated(selection, view, until, LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC));
    }

    static Selection dated(
            Selection selection, EnvironmentView view, String until, LocalDate today) {
        if (!selection.excepts(view)) {
            if (!until.isEmpty()) {
                throw wrong(until, "nothing is excepted from what `%s` asks for", view);
            }
            return selection;
        }
        if (until.isEmpty()) {
            return selection.until(today.plusDays(USUAL_DAYS));
        }
        try {
            LocalDate day = LocalDate.parse(until);
            if (!day.isBefore(today) && !day.isAfter(today.plusDays(MOST_DAYS))) {
                return selection.until(day);
            }
        } catch (DateTimeParseException e) {
            throw wrong(until, "it is no day, as `" + today.plusDays(USUAL_DAYS) + "`", view);
        }
        throw wrong(
                until,
                "an exception lasts %d days at most, until %s"
                        .formatted(MOST_DAYS, today.plusDays(MOST_DAYS)),
                view);
    }

    private static Denied wrong(String until, String message, EnvironmentView view) {
        return new Denied(
                No.problem(
                        "request/until",
                        "`--until " + until + "`",
                        message.replace("%s", view.environment()),
                        "leave it out for " + USUAL_DAYS + " days"));
    }

    /// Those under which an environment runs what it runs. One that is over is shown only where
    /// what it excepted is still so: what was built past its promotion.
    public List<Notice> notices(EnvironmentView view) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Map<String, Set<String>> by = new LinkedHashMap<>();
        scopes(view)
                .forEach(scope ->
                        journal.history(scope, 1).stream()
                                .filter(past -> !past.deployment().isEmpty())
                                .forEach(past ->
                                        by.computeIfAbsent(past.release(), _ -> new TreeSet<>())
                                                .add(scope.name())));
        var notices = new ArrayList<Notice>();
        by.forEach((release, names) ->
                journal.find(release)
                        .ifPresent(row ->
                                plans.apply(row).skipped().stream()
                                        .filter(skip -> skip.until() != null)
                                        .map(skip -> notice(skip, row.id(), names, today))
                                        .forEach(notices::addAll)));
        return notices;
    }

    private static Stream<Scope> scopes(EnvironmentView view) {
        return Stream.concat(
                view.components().keySet().stream()
                        .map(name -> Scope.component(view.environment(), name)),
                view.sharedSchemas().stream()
                        .map(name -> Scope.datastore(view.environment(), name)));
    }

    static List<Notice> notice(Plan.Skip skip, String release, Set<String> names, LocalDate today) {
        boolean over = skip.until() != null && skip.until().isBefore(today);
        boolean stays = skip.what().equals(Phase.PROMOTION.name().toLowerCase(Locale.ROOT));
        if (over && !stays) {
            return List.of();
        }
        return List.of(
                new Notice(
                        "exception",
                        "%s runs by %s without `%s`, asked by %s, %s %s: %s%s"
                                .formatted(
                                        String.join(", ", names),
                                        release,
                                        skip.what(),
                                        skip.by(),
                                        over ? "which was over on" : "until",
                                        skip.until(),
                                        skip.why().isEmpty() ? "no reason given" : skip.why(),
                                        over ? "; promote what has it" : ""),
                        over));
    }
}
