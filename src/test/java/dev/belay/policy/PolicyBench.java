package dev.belay.policy;

import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Plan;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How long all packs take to say what they make of a large release: one whose components are
/// alike, and one in which each differs from every other in whatever rules look at. Run by
/// `bench/policy`.
final class PolicyBench {
    private static final int ROUNDS = 60;
    private static final int PARTS = 4;
    private static final double MILLION = 1e6;

    private PolicyBench() {}

    public static void main(String[] arguments) throws IOException {
        int components = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
        for (boolean alike : List.of(true, false)) {
            Path folder = Files.createTempDirectory("policy-bench");
            Clinic clinic = new Clinic(folder).large(components, alike);
            EnvironmentView view = clinic.view();
            System.out.println(alike ? "components that are alike" : "components that all differ");
            long before = System.nanoTime();
            long busy = processorTime();
            int wrong = Rulings.misspelt(view.policies()).size();
            int rules = view.policies().all().size();
            say("reading %d rules (%d wrong)".formatted(rules, wrong), before, busy);
            clinic.plan(
                    view,
                    (plan, verdicts) -> {
                        rounds(view, plan, Map.copyOf(verdicts));
                        return Optional.empty();
                    });
        }
    }

    private static void rounds(
            EnvironmentView view, Plan plan, Map<String, SchemaVerdict> verdicts) {
        var clock = new long[ROUNDS];
        var processor = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            long busy = processorTime();
            Work.Policed policed =
                    Rulings.of(view, plan, verdicts, new Asking("anna", List.of())).orElseThrow();
            clock[round] = System.nanoTime() - start;
            processor[round] = processorTime() - busy;
            if (round == 0) {
                long broken =
                        policed.rules().stream()
                                .filter(rule -> !rule.verdict().equals("holds"))
                                .count();
                say(
                        "the first answer: %d components, %d rules, %d broken, %d KiB of facts"
                                .formatted(
                                        plan.desired().size(),
                                        policed.rules().size(),
                                        broken,
                                        policed.facts().length() / 1024),
                        start,
                        busy);
            }
        }
        for (int from = 1; from < ROUNDS; from += ROUNDS / PARTS) {
            int to = Math.min(ROUNDS, from + ROUNDS / PARTS);
            System.out.printf(
                    Locale.ROOT,
                    "%8.1f ms  %8.1f ms of processor  median of answers %d to %d%n",
                    median(clock, from, to),
                    median(processor, from, to),
                    from + 1,
                    to);
        }
    }

    private static double median(long[] times, int from, int to) {
        return Arrays.stream(times, from, to).sorted().skip((to - from) / 2).findFirst().orElse(0)
                / MILLION;
    }

    /// Of the one thread that works: others come and go on a busy machine.
    private static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String what, long since, long busy) {
        System.out.printf(
                Locale.ROOT,
                "%8.1f ms  %8.1f ms of processor  %s%n",
                (System.nanoTime() - since) / MILLION,
                (processorTime() - busy) / MILLION,
                what);
    }
}
