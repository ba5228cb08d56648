package dev.belay.gate;

import dev.belay.release.ConsentRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether people have said what an environment asks them for. Pure: who somebody is and what he
/// may is looked up before.
public final class ConsentGate {
    private ConsentGate() {}

    /// What somebody said.
    public sealed interface Said {
        String person();

        /// He consents.
        ///
        /// @param names that of the person and of the roles that he has now; empty when he may not
        ///   consent any more
        /// @param at milliseconds since the epoch
        record Approval(String person, Set<String> names, long at) implements Said {
            public Approval {
                names = Set.copyOf(names);
            }
        }

        /// He confirms a point of the checklist.
        record Check(String person, String point) implements Said {}

        record Objection(String person, String reason) implements Said {}
    }

    /// What came of it.
    ///
    /// @param objected by whom and why, or empty
    /// @param lacking what is still to be said, a sentence each
    /// @param given what was said and counts, a sentence each
    public record Finding(String objected, List<String> lacking, List<String> given) {
        public Finding {
            lacking = List.copyOf(lacking);
            given = List.copyOf(given);
        }

        public boolean isMet() {
            return objected.isEmpty() && lacking.isEmpty();
        }
    }

    /// Looks at all that was said of one release.
    ///
    /// @param submitter the person who submitted it, whose consent does not count
    /// @param now by the clock that the times are of
    public static Finding judge(ConsentRule rule, String submitter, List<Said> said, long now) {
        var lacking = new ArrayList<String>();
        var given = new ArrayList<String>();
        var objections = new ArrayList<String>();
        for (Said one : said) {
            if (one instanceof Said.Objection(String person, String reason)) {
                objections.add(person + " objects" + (reason.isEmpty() ? "" : ": " + reason));
            }
        }
        points(rule, said, lacking, given);
        if (rule.wantsApprovals()) {
            approvals(rule, counting(rule, submitter, said, now), lacking, given);
        }
        return new Finding(objections.isEmpty() ? "" : objections.getFirst(), lacking, given);
    }

    private static void points(
            ConsentRule rule, List<Said> said, List<String> lacking, List<String> given) {
        Map<String, String> by = new LinkedHashMap<>();
        for (Said one : said) {
            if (one instanceof Said.Check(String person, String point)) {
                by.putIfAbsent(point, person);
            }
        }
        for (String point : rule.checklist()) {
            String person = by.get(point);
            if (person == null) {
                lacking.add("`" + point + "` is to be checked off");
            } else {
                given.add("`" + point + "` by " + person);
            }
        }
    }

    /// A person counts once, by what was said last.
    private static Map<String, Set<String>> counting(
            ConsentRule rule, String submitter, List<Said> said, long now) {
        Map<String, Set<String>> counting = new LinkedHashMap<>();
        for (Said one : said) {
            if (one instanceof Said.Approval(String person, Set<String> names, long at)) {
                Duration age = Duration.ofMillis(Math.max(0, now - at));
                boolean counts =
                        !person.equals(submitter)
                                && !names.isEmpty()
                                && age.compareTo(rule.valid()) < 0;
                if (counts) {
                    counting.put(person, names);
                }
            }
        }
        return counting;
    }

    private static void approvals(
            ConsentRule rule,
            Map<String, Set<String>> counting,
            List<String> lacking,
            List<String> given) {
        if (rule.each()) {
            eachOf(rule.of(), counting, lacking, given);
            return;
        }
        List<String> people =
                counting.entrySet().stream()
                        .filter(one ->
                                rule.of().isEmpty()
                                        || rule.of().stream().anyMatch(one.getValue()::contains))
                        .map(Map.Entry::getKey)
                        .toList();
        people.forEach(person -> given.add("approved by " + person));
        int more = rule.quorum() - people.size();
        if (more > 0) {
            lacking.add(
                    people.isEmpty()
                            ? "approval by %s is missing".formatted(rule.approvers())
                            : "approval by %d more of %s is missing"
                                    .formatted(
                                            more,
                                            rule.of().isEmpty()
                                                    ? "those who may"
                                                    : String.join(", ", rule.of())));
        }
    }

    /// Different people for different names: a matching, found by trying to move those placed
    /// before (Kuhn's algorithm); there are few of either.
    private static void eachOf(
            List<String> names,
            Map<String, Set<String>> counting,
            List<String> lacking,
            List<String> given) {
        Map<String, String> personOf = new LinkedHashMap<>();
        for (String name : names) {
            if (!place(name, counting, personOf, new ArrayList<>())) {
                lacking.add("approval by " + name + " is missing");
            }
        }
        personOf.forEach((name, person) -> given.add("approved by " + person + " for " + name));
    }

    private static boolean place(
            String name,
            Map<String, Set<String>> counting,
            Map<String, String> personOf,
            List<String> tried) {
        for (Map.Entry<String, Set<String>> one : counting.entrySet()) {
            String person = one.getKey();
            if (!one.getValue().contains(name) || tried.contains(person)) {
                continue;
            }
            tried.add(person);
            String other = null;
            for (Map.Entry<String, String> placed : personOf.entrySet()) {
                if (placed.getValue().equals(person)) {
                    other = placed.getKey();
                }
            }
            if (other == null || place(other, counting, personOf, tried)) {
                personOf.put(name, person);
                return true;
            }
        }
        return false;
    }
}
