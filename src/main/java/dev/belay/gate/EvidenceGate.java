package dev.belay.gate;

import dev.belay.gate.EvidenceVerdict.Status;
import dev.belay.gate.report.Case;
import dev.belay.gate.report.Reading;
import dev.belay.judge.Pairs;
import dev.belay.judge.Scores;
import dev.belay.problem.Nearest;
import dev.belay.release.EvidenceRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Holds rules against evidence. The newest of each suite and environment counts, and with it every
/// older one that failed in something which was not tried again since: nobody passes by running
/// less.
public final class EvidenceGate {
    /// How often a comparison may be wrong, either way.
    private static final double ERROR = 0.05;

    /// Of the cases of what runs now, so many must have been tried on what comes.
    private static final double PAIRED_AT_LEAST = 0.9;

    /// The kind of evidence of a way back that was tried; named by the artifact that it led to.
    public static final String WAY_BACK = "rollback";

    private final EvidenceRule rule;
    private final long now;
    private final List<String> sentences = new ArrayList<>();
    private final Set<String> relied = new LinkedHashSet<>();
    private Status worst = Status.PASS;

    private EvidenceGate(EvidenceRule rule, long now) {
        this.rule = rule;
        this.now = now;
    }

    /// Judges one rule.
    ///
    /// @param all what there is of the artifact, of every kind
    /// @param running what runs now; null when nothing runs, or the same artifact
    /// @param now milliseconds since the epoch
    public static EvidenceVerdict judge(
            EvidenceRule rule, List<EvidenceRecord> all, @Nullable Running running, long now) {
        return new EvidenceGate(rule, now).judge(all, running);
    }

    /// What runs in the environment that is to get something else.
    ///
    /// @param artifact short, as people read it
    /// @param evidence what there is of it
    public record Running(String artifact, List<EvidenceRecord> evidence) {
        public Running {
            evidence = List.copyOf(evidence);
        }
    }

    private EvidenceVerdict judge(List<EvidenceRecord> all, @Nullable Running running) {
        List<EvidenceRecord> standing = standing(wanted(all));
        if (rule.kind().equals(WAY_BACK)) {
            if (running == null) {
                say(Status.PASS, "nothing else runs there that it could go back to");
                return new EvidenceVerdict(
                        rule, worst, String.join("; ", sentences), List.copyOf(relied));
            }
            standing = wayBack(standing, running);
        } else if (standing.isEmpty()) {
            missing(all);
        }
        for (EvidenceRecord record : standing) {
            relied.add(record.id());
            alone(record);
            if (rule.compares()) {
                compare(record, running);
            }
        }
        return new EvidenceVerdict(rule, worst, String.join("; ", sentences), List.copyOf(relied));
    }

    /// A way back leads somewhere: only one to what runs now counts.
    private List<EvidenceRecord> wayBack(List<EvidenceRecord> standing, Running running) {
        List<EvidenceRecord> there =
                standing.stream().filter(one -> one.name().equals(running.artifact())).toList();
        if (there.isEmpty()) {
            String elsewhere =
                    standing.stream()
                            .map(EvidenceRecord::name)
                            .filter(name -> !name.isEmpty())
                            .sorted()
                            .distinct()
                            .map(name -> "`" + name + "`")
                            .collect(Collectors.joining(", "));
            say(
                    Status.MISSING,
                    "the way back to `%s`, which runs now, was not tried%s%s"
                            .formatted(
                                    running.artifact(),
                                    rule.from().isEmpty() ? "" : " in `" + rule.from() + "`",
                                    elsewhere.isEmpty() ? "" : "; that to " + elsewhere + " was"));
        }
        return there;
    }

    private void say(Status status, String sentence) {
        worst = status.compareTo(worst) > 0 ? status : worst;
        sentences.add(sentence);
    }

    // --- which of it counts -----------------------------------------------------------------

    private List<EvidenceRecord> wanted(List<EvidenceRecord> all) {
        return all.stream()
                .filter(one -> one.kind().equals(rule.kind()))
                .filter(one -> rule.name().isEmpty() || one.name().equals(rule.name()))
                .filter(one -> rule.from().isEmpty() || one.environment().equals(rule.from()))
                .toList();
    }

    private static List<EvidenceRecord> standing(List<EvidenceRecord> wanted) {
        List<EvidenceRecord> newest =
                wanted.stream()
                        .sorted(
                                Comparator.comparingLong(EvidenceRecord::at)
                                        .thenComparingLong(EvidenceRecord::added)
                                        .thenComparing(EvidenceRecord::id)
                                        .reversed())
                        .toList();
        Map<String, List<EvidenceRecord>> series = new LinkedHashMap<>();
        for (EvidenceRecord record : newest) {
            String key = record.name() + "\n" + record.environment();
            List<EvidenceRecord> newer = series.computeIfAbsent(key, _ -> new ArrayList<>());
            boolean open = record.failed() && newer.stream().noneMatch(one -> one.covers(record));
            if (newer.isEmpty() || open) {
                newer.add(record);
            }
        }
        return series.values().stream().flatMap(List::stream).toList();
    }

    private void missing(List<EvidenceRecord> all) {
        Set<String> elsewhere = new LinkedHashSet<>();
        Set<String> kinds = new LinkedHashSet<>();
        for (EvidenceRecord one : all) {
            kinds.add(one.kind());
            if (one.kind().equals(rule.kind())) {
                elsewhere.add(
                        one.environment().isEmpty()
                                ? "nowhere in particular"
                                : "`" + one.environment() + "`");
            }
        }
        String which = rule.name().isEmpty() ? "" : " named `" + rule.name() + "`";
        String from = rule.from().isEmpty() ? "" : " from `" + rule.from() + "`";
        String but =
                !elsewhere.isEmpty()
                        ? "; there is some from " + String.join(", ", elsewhere)
                        : kinds.isEmpty() ? "" : "; there is of " + String.join(", ", kinds);
        say(
                Status.MISSING,
                "there is no evidence `%s`%s%s%s".formatted(rule.kind(), which, from, but));
    }

    // --- by itself --------------------------------------------------------------------------

    private void alone(EvidenceRecord record) {
        Reading reading = record.reading();
        String said = "`%s` (%s)".formatted(rule.kind(), record.words());
        int before = sentences.size();
        if (rule.own() && reading.own() != Reading.Own.PASSED) {
            say(
                    Status.FAIL,
                    reading.own() == Reading.Own.FAILED
                            ? "%s did not pass: %s".formatted(said, reading.words())
                            : "%s has no verdict of its own, only figures (%s): the gate has to say `min` or `max`"
                                    .formatted(said, reading.words()));
        }
        figures(said, reading, rule.atLeast(), true);
        figures(said, reading, rule.atMost(), false);
        Duration age = Duration.ofMillis(now - record.at());
        if (!rule.youngerThan().isZero() && age.compareTo(rule.youngerThan()) > 0) {
            say(Status.STALE, "%s is older than %s".formatted(said, duration(rule.youngerThan())));
        }
        if (sentences.size() == before) {
            say(Status.PASS, "%s: %s".formatted(said, reading.words()));
        }
    }

    private void figures(
            String said, Reading reading, SortedMap<String, Double> limits, boolean least) {
        limits.forEach((name, limit) -> {
            Double value = reading.figures().get(name);
            if (value == null) {
                String hint = Nearest.hint(name, reading.figures().keySet());
                say(
                        Status.FAIL,
                        "%s has no figure `%s`%s"
                                .formatted(said, name, hint.isEmpty() ? "" : "; " + hint));
            } else if (least ? value < limit : value > limit) {
                say(
                        Status.FAIL,
                        "%s: `%s` is %s, and must be at %s %s"
                                .formatted(
                                        said,
                                        name,
                                        Reading.number(value),
                                        least ? "least" : "most",
                                        Reading.number(limit)));
            }
        });
    }

    private static String duration(Duration time) {
        return time.toHours() % 24 == 0 && time.toHours() > 0
                ? time.toDays() + " d"
                : time.toMinutes() % 60 == 0 && time.toMinutes() > 0
                        ? time.toHours() + " h"
                        : time.toMinutes() > 0
                                ? time.toMinutes() + " min"
                                : time.toSeconds() + " s";
    }

    // --- against what runs now --------------------------------------------------------------

    private void compare(EvidenceRecord record, @Nullable Running running) {
        String said = "`%s` (%s)".formatted(rule.kind(), record.words());
        if (running == null) {
            say(Status.PASS, "nothing else runs there that it could be worse than");
            return;
        }
        EvidenceRecord other =
                standing(wanted(running.evidence())).stream()
                        .filter(one -> one.name().equals(record.name()))
                        .findFirst()
                        .orElse(null);
        if (other == null) {
            say(
                    Status.MISSING,
                    "there is no evidence `%s` of what runs now to compare with"
                            .formatted(rule.kind()));
            return;
        }
        relied.add(other.id());
        Map<String, Case> before = tried(other.reading());
        Map<String, Case> after = tried(record.reading());
        int broken = 0;
        int mended = 0;
        int items = 0;
        boolean graded = false;
        var differences = new ArrayList<Double>();
        for (Map.Entry<String, Case> one : before.entrySet()) {
            Case then = after.get(one.getKey());
            if (then != null) {
                items++;
                broken += worse(one.getValue(), then) ? 1 : 0;
                mended += worse(then, one.getValue()) ? 1 : 0;
                graded |= one.getValue().isGraded() || then.isGraded();
                differences.add(then.score() - one.getValue().score());
            }
        }
        if (items < before.size() * PAIRED_AT_LEAST) {
            say(
                    Status.INCONCLUSIVE,
                    "%s: of the %d cases of what runs now only %d were tried"
                            .formatted(said, before.size(), items));
            return;
        }
        var pairs = new Pairs(items, broken, mended);
        // A grade says more than whether it was enough, unless that alone tells.
        if (graded && pairs.outcome(rule.margin(), ERROR) != Pairs.Outcome.WORSE) {
            double[] all = differences.stream().mapToDouble(Double::doubleValue).toArray();
            say(said, other, new Scores(all));
        } else {
            say(said, other, pairs);
        }
    }

    private static boolean worse(Case before, Case after) {
        return before.outcome() == Case.Outcome.PASSED && after.outcome() == Case.Outcome.FAILED;
    }

    /// In the order of their ids: how they went is no part of it.
    private static SortedMap<String, Case> tried(Reading reading) {
        SortedMap<String, Case> tried = new TreeMap<>();
        for (Case one : reading.cases()) {
            if (one.outcome() != Case.Outcome.SKIPPED) {
                tried.put(one.id(), one);
            }
        }
        return tried;
    }

    private void say(String said, EvidenceRecord other, Scores scores) {
        String counts =
                "%d graded cases against %s, on the mean %s"
                        .formatted(
                                scores.items(),
                                other.id(),
                                scores.drop() > 0
                                        ? percent(scores.drop()) + " down"
                                        : percent(-scores.drop()) + " up");
        double most = scores.dropAtMost(ERROR);
        switch (scores.outcome(rule.margin(), ERROR)) {
            case NOT_WORSE -> say(Status.PASS, counts + ", at most " + percent(most) + " down");
            case WORSE ->
                    say(
                            Status.FAIL,
                            "%s is worse than what runs now: %s; by chance that happens in %s at most"
                                    .formatted(said, counts, percent(scores.chance())));
            case INCONCLUSIVE ->
                    say(
                            Status.INCONCLUSIVE,
                            "%s may be up to %s worse than what runs now, and %s are allowed: %s"
                                    .formatted(
                                            said, percent(most), percent(rule.margin()), counts));
            case NO_DATA ->
                    say(
                            Status.INCONCLUSIVE,
                            said + " has no cases that what runs now was tried on, too");
        }
    }

    private void say(String said, EvidenceRecord other, Pairs pairs) {
        String counts =
                "%d cases against %s: %d got worse, %d better"
                        .formatted(pairs.items(), other.id(), pairs.broken(), pairs.mended());
        switch (pairs.outcome(rule.margin(), ERROR)) {
            case NOT_WORSE ->
                    say(
                            Status.PASS,
                            counts + ", at most " + percent(pairs.dropAtMost(ERROR)) + " down");
            case WORSE ->
                    say(
                            Status.FAIL,
                            "%s is worse than what runs now: %s; by chance that happens in %s"
                                    .formatted(said, counts, percent(pairs.chance())));
            case INCONCLUSIVE ->
                    say(
                            Status.INCONCLUSIVE,
                            ("%s may be up to %s worse than what runs now, and %s are allowed: %s;"
                                            + " it takes at least %d cases to tell")
                                    .formatted(
                                            said,
                                            percent(pairs.dropAtMost(ERROR)),
                                            percent(rule.margin()),
                                            counts,
                                            Pairs.fewest(rule.margin(), ERROR)));
            case NO_DATA ->
                    say(
                            Status.INCONCLUSIVE,
                            said + " has no cases that what runs now was tried on, too");
        }
    }

    private static String percent(double share) {
        double percent = share * 100;
        return percent > 0 && percent < 0.01 ? "less than 0.01 %" : Reading.number(percent) + " %";
    }
}
