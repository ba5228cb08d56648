package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.OwnedTest;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Smoke tests by whom to call when they fail: each of these is a step, since a step has one owner.
final class Testers {
    private Testers() {}

    static Map<SmokeTest, Responsible> of(Component component) {
        var testers = new LinkedHashMap<SmokeTest, Responsible>();
        for (OwnedTest owned : component.smoke()) {
            testers.putIfAbsent(owned.test(), Responsible.of(owned.responsible()));
        }
        return testers;
    }

    static List<SmokeTest> tests(Component component) {
        return component.smoke().stream().map(OwnedTest::test).toList();
    }

    /// Tests that follow each other and are of one owner.
    record Group(Responsible who, List<SmokeTest> tests) {}

    static List<Group> groups(List<Outline.Tested> tests) {
        var groups = new ArrayList<Group>();
        for (Outline.Tested tested : tests) {
            OwnedTest test = tested.test().owned();
            add(groups, Responsible.of(test.responsible()), test.test());
        }
        return groups;
    }

    /// In their order, since one may build on another.
    ///
    /// @param otherwise whom to call for a test that nobody is named for
    static List<Group> groups(
            List<SmokeTest> tests, Map<SmokeTest, Responsible> testers, Responsible otherwise) {
        var groups = new ArrayList<Group>();
        for (SmokeTest test : tests) {
            add(groups, testers.getOrDefault(test, otherwise), test);
        }
        return groups;
    }

    /// A step that asks through the gateway, as users come, and whom to call when it fails.
    record Asking(Drafts.Draft draft, Responsible who) {}

    /// The smoke tests of what has traffic, through each of its ports.
    static List<Asking> through(
            String name,
            Deployment what,
            Map<SmokeTest, Responsible> testers,
            Responsible otherwise) {
        return through(name, what, what.smoke(), testers, otherwise);
    }

    /// Some of them.
    static List<Asking> through(
            String name,
            Deployment what,
            List<SmokeTest> tests,
            Map<SmokeTest, Responsible> testers,
            Responsible otherwise) {
        var all = new ArrayList<Asking>();
        for (Traffic line : what.traffic()) {
            if (!line.shares().isEmpty()) {
                for (Group group : groups(tests, testers, otherwise)) {
                    var draft =
                            new Drafts.Draft(
                                    "%s: %s through port %d"
                                            .formatted(name, count(group.tests()), line.port()),
                                    Phase.VERIFY,
                                    new Work.SmokePublic(
                                            line.port(), what.revision(), group.tests()),
                                    Times.smoke(group.tests()),
                                    Times.smokeExpected(group.tests()));
                    all.add(new Asking(draft, group.who()));
                }
            }
        }
        return all;
    }

    /// `1 smoke test`, `2 smoke tests`.
    static String count(List<SmokeTest> tests) {
        return tests.size() + " smoke test" + (tests.size() == 1 ? "" : "s");
    }

    private static void add(List<Group> groups, Responsible who, SmokeTest test) {
        if (groups.isEmpty() || !groups.getLast().who().equals(who)) {
            groups.add(new Group(who, new ArrayList<>()));
        }
        groups.getLast().tests().add(test);
    }
}
