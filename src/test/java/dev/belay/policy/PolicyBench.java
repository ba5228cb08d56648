package dev.belay.policy;

import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// How long all packs take to say what they make of a large release. Run by `bench/policy`.
final class PolicyBench {
    private static final int ROUNDS = 15;
    private static final double MILLION = 1e6;

    private PolicyBench() {}

    public static void main(String[] arguments) throws IOException {
        int components = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
        Path folder = Files.createTempDirectory("policy-bench");
        EnvironmentView view = new Clinic(folder).large(components).view();
        long before = System.nanoTime();
        int wrong = Rulings.misspelt(view.policies()).size();
        say("reading %d rules (%d wrong)".formatted(view.policies().all().size(), wrong), before);
        new Clinic(folder)
                .plan(
                        view,
                        (plan, verdicts) -> {
                            for (int round = 1; round <= ROUNDS; round++) {
                                long start = System.nanoTime();
                                Work.Policed policed =
                                        Rulings.of(
                                                        view,
                                                        plan,
                                                        Map.copyOf(verdicts),
                                                        new Asking("anna", java.util.List.of()))
                                                .orElseThrow();
                                long broken =
                                        policed.rules().stream()
                                                .filter(rule -> !rule.verdict().equals("holds"))
                                                .count();
                                say(
                                        "round %d: %d components, %d rules, %d broken, %d KiB of facts"
                                                .formatted(
                                                        round,
                                                        plan.desired().size(),
                                                        policed.rules().size(),
                                                        broken,
                                                        policed.facts().length() / 1024),
                                        start);
                            }
                            return java.util.Optional.empty();
                        });
    }

    private static void say(String what, long since) {
        System.out.printf(
                Locale.ROOT, "%8.1f ms  %s%n", (System.nanoTime() - since) / MILLION, what);
    }
}
