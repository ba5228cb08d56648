package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.OwnedTest;
import dev.belay.manifest.PlatformTest;
import dev.belay.release.SmokeTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

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

    static SequencedMap<Responsible, List<SmokeTest>> groups(List<PlatformTest> tests) {
        SequencedMap<Responsible, List<SmokeTest>> groups = new LinkedHashMap<>();
        for (PlatformTest test : tests) {
            Responsible who = Responsible.of(test.owned().responsible());
            groups.computeIfAbsent(who, _ -> new ArrayList<>()).add(test.owned().test());
        }
        return groups;
    }

    /// In the order of the first test of each.
    ///
    /// @param otherwise whom to call for a test that nobody is named for
    static SequencedMap<Responsible, List<SmokeTest>> groups(
            List<SmokeTest> tests, Map<SmokeTest, Responsible> testers, Responsible otherwise) {
        SequencedMap<Responsible, List<SmokeTest>> groups = new LinkedHashMap<>();
        for (SmokeTest test : tests) {
            groups.computeIfAbsent(testers.getOrDefault(test, otherwise), _ -> new ArrayList<>())
                    .add(test);
        }
        return groups;
    }
}
