package dev.belay.bench.canary;

import dev.belay.judge.Calibration;
import dev.belay.judge.Measure;
import dev.belay.judge.Rule;
import dev.belay.judge.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// `CanaryBench [NULLS [ALTERNATIVES [SEED [SCENARIOS]]]]`: how often each judge rolls back what is
/// not worse, in a day, and how soon what is. All judges of a run see the same traffic. The seed
/// repeats it. Scenarios are given by a pattern of their names; with one that begins with `ours:`
/// only our own judge is asked.
final class CanaryBench {
    private static final double ENOUGH = Math.log(100);
    private static final String ALONE = "ours:";

    private final int nulls;
    private final int alternatives;
    private final long seed;

    private final Pattern scenarios;
    private final boolean alone;

    private CanaryBench(int nulls, int alternatives, long seed, String scenarios) {
        this.nulls = nulls;
        this.alternatives = alternatives;
        this.seed = seed;
        alone = scenarios.startsWith(ALONE);
        this.scenarios = Pattern.compile(alone ? scenarios.substring(ALONE.length()) : scenarios);
    }

    public static void main(String[] args) {
        int nulls = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int alternatives = args.length > 1 ? Integer.parseInt(args[1]) : nulls;
        long seed = args.length > 2 ? Long.parseLong(args[2]) : 20_261_130;
        System.out.printf(
                Locale.ROOT,
                "%d rollouts of each null, %d of each alternative, seed %d%n",
                nulls,
                alternatives,
                seed);
        String scenarios = args.length > 3 ? args[3] : ".*";
        var bench = new CanaryBench(nulls, alternatives, seed, scenarios);
        long begin = System.nanoTime();
        bench.falseRollbacks();
        bench.detections();
        bench.times();
        if (bench.scenarios.matcher("P").matches()) {
            bench.promotions();
            bench.splits();
            new UpdateCost().print();
        }
        System.out.printf(Locale.ROOT, "%.0f s%n", (System.nanoTime() - begin) / 1e9);
    }

    /// Judges of one rollout, by their names.
    private Map<String, Subject> errorJudges(Scenario scenario, long run) {
        Rule strict = Ours.errors(Ours.STRICT, run);
        Rule usual = Ours.errors(Ours.USUAL, run);
        Map<String, Calibration> known =
                Ours.calibrated(strict, scenario.world(), Scenario.DAY, ~run);
        var all = new LinkedHashMap<String, Subject>();
        all.put("ours 1.0", new Ours(strict, known));
        all.put("ours 1.25", new Ours(usual, known));
        if (alone) {
            return all;
        }
        all.put("Lindon-Malek", new LindonMalek());
        all.put("z, peeking", new Peeking());
        all.put("Kayenta 1 h", Kayenta.errors(60));
        all.put("Kayenta 10 min", Kayenta.errors(10));
        all.put("Flagger", Thresholds.flagger());
        all.put("F. tuned", Thresholds.flaggerTuned(scenario.usual()));
        all.put("Argo", Thresholds.argo());
        all.put("A. tuned", Thresholds.argoTuned(scenario.usual()));
        return all;
    }

    private Map<String, Subject> timeJudges(Scenario scenario, long run) {
        World world = scenario.world();
        Rule strict = Ours.everything(Ours.STRICT, Ours.latency(world, 0, run + 1), run);
        Rule usual = Ours.everything(Ours.USUAL, Ours.latency(world, 2, run + 1), run);
        Map<String, Calibration> known = Ours.calibrated(usual, world, Scenario.DAY, ~run);
        var all = new LinkedHashMap<String, Subject>();
        all.put("ours 0 %", new Ours(strict, known));
        all.put("ours 5 %", new Ours(usual, known));
        if (alone) {
            return all;
        }
        all.put("KS band", Slowness.bands());
        all.put("Kayenta 10 min p99", Slowness.kayenta(10));
        all.put("Flagger p99", Slowness.flagger());
        return all;
    }

    /// Runs all rollouts of a scenario, each before all judges.
    private Map<String, Outcome> run(
            Scenario scenario, int runs, LongFunction<Map<String, Subject>> judges) {
        var outcomes = new LinkedHashMap<String, Outcome>();
        judges.apply(0).keySet().forEach(name -> outcomes.put(name, new Outcome()));
        IntStream.range(0, runs)
                .parallel()
                .forEach(i -> {
                    long run = seed + 1_000_003L * i + 7_919L * scenario.id().hashCode();
                    rollout(scenario, run, judges.apply(run), outcomes);
                });
        return outcomes;
    }

    private static void rollout(
            Scenario scenario,
            long run,
            Map<String, Subject> judges,
            Map<String, Outcome> outcomes) {
        World.Run world = scenario.world().new Run(run);
        var open = new LinkedHashMap<>(judges);
        double requests = 0;
        double harm = 0;
        for (int t = 0; t < scenario.ticks() && !open.isEmpty(); t++) {
            Tick tick = world.next();
            boolean since = t >= scenario.onset();
            if (since) {
                requests += tick.canary().all();
                double excess =
                        scenario.world().canary().applyAsDouble(t)
                                - scenario.world().baseline().applyAsDouble(t);
                harm += tick.canary().all() * Math.max(0, excess);
            }
            double seen = requests;
            double harmed = harm;
            double ticks = t - Math.max(0, scenario.onset()) + 1;
            open.entrySet()
                    .removeIf(one -> {
                        boolean rolledBack = one.getValue().add(tick);
                        if (rolledBack) {
                            outcome(outcomes, one.getKey()).add(true, !since, seen, ticks, harmed);
                        }
                        return rolledBack;
                    });
        }
        open.keySet().forEach(name -> outcome(outcomes, name).add(false, false, 0, 0, 0));
    }

    private static Outcome outcome(Map<String, Outcome> outcomes, String name) {
        return outcomes.getOrDefault(name, new Outcome());
    }

    private void falseRollbacks() {
        System.out.println("\nRolled back although not worse, in 24 h, % (95 % upper bound):");
        var all = new ArrayList<>(Scenario.nulls());
        all.addAll(Scenario.tolerated());
        boolean first = true;
        for (Scenario scenario : asked(all)) {
            var outcomes = run(scenario, nulls, run -> errorJudges(scenario, run));
            first = header(first, outcomes);
            System.out.printf("%-4s %-32s", scenario.id(), scenario.what());
            outcomes.values().forEach(one -> System.out.printf(" %15s", one.falseRate()));
            System.out.println();
        }
    }

    private List<Scenario> asked(List<Scenario> all) {
        return all.stream().filter(one -> scenarios.matcher(one.id()).matches()).toList();
    }

    private static boolean header(boolean first, Map<String, Outcome> outcomes) {
        if (first) {
            System.out.printf("%-4s %-32s", "", "");
            outcomes.keySet().forEach(name -> System.out.printf(" %15s", name));
            System.out.println();
        }
        return false;
    }

    private void detections() {
        System.out.println(
                "\nRolled back because worse: the canary's requests since then, median/90 %"
                        + " (median time, mean requests lost):");
        for (Scenario scenario : asked(Scenario.bad())) {
            var outcomes = run(scenario, alternatives, run -> errorJudges(scenario, run));
            print(scenario, outcomes);
            double oracle = oracle(scenario, 1);
            if (oracle > 0) {
                System.out.printf(
                        Locale.ROOT,
                        "       %-16s %.0f at 1.0, %.0f at 1.25; ours %.2f and %.2f times%n",
                        "oracle",
                        oracle,
                        oracle(scenario, 1.25),
                        outcome(outcomes, "ours 1.0").medianRequests() / oracle,
                        outcome(outcomes, "ours 1.25").medianRequests() / oracle(scenario, 1.25));
            }
        }
    }

    private static void print(Scenario scenario, Map<String, Outcome> outcomes) {
        System.out.printf("%-5s %s%n", scenario.id(), scenario.what());
        outcomes.forEach(
                (name, one) -> System.out.printf("       %-18s %s%n", name, one.detection()));
    }

    /// Requests of the canary that Wald's test needs, which knows both shares; 0 where they change.
    private static double oracle(Scenario scenario, double tolerated) {
        World world = scenario.world();
        double p = world.baseline().applyAsDouble(0);
        double q = world.canary().applyAsDouble(0);
        boolean steady = q > p && q == world.canary().applyAsDouble(scenario.ticks() - 1);
        if (!steady || !world.bursts().equals(World.Bursts.NONE)) {
            return 0;
        }
        double share = world.share().applyAsDouble(0);
        double others = (1 - share) / share;
        double null0 = tolerated / (tolerated + others);
        double truth = q / (q + p * others);
        double gain =
                truth * Math.log(truth / null0) + (1 - truth) * Math.log((1 - truth) / (1 - null0));
        return ENOUGH / ((q + p * others) * gain);
    }

    private void times() {
        int ticks = 6 * Scenario.HOUR;
        int runs = Math.max(2, nulls / 5);
        System.out.printf(
                "%nTimes, 50/s an arm; everything that the gateway counts is judged together.%n"
                        + "Rolled back although not worse, in 6 h, of %d, %%:%n",
                runs);
        boolean first = true;
        for (Scenario scenario : asked(Scenario.timedNulls(ticks))) {
            var outcomes = run(scenario, runs, run -> timeJudges(scenario, run));
            first = header(first, outcomes);
            System.out.printf("%-4s %-32s", scenario.id(), scenario.what());
            outcomes.values().forEach(one -> System.out.printf(" %15s", one.falseRate()));
            System.out.println();
        }
        for (Scenario scenario : asked(Scenario.timedBad())) {
            print(scenario, run(scenario, alternatives, run -> timeJudges(scenario, run)));
        }
    }

    /// How soon what is not worse passes, and whether what is materially worse does.
    private void promotions() {
        System.out.println("\nPassed, ours, 100/s, weight 10 %, 1 %, within an hour:");
        var relative = new Measure.Errors(1.25, 0, 1.5, 0, true);
        var either = new Measure.Errors(1.25, 0, 1.5, 0.005, true);
        for (double ratio : new double[] {1, 1.5}) {
            for (Measure.Errors measure : List.of(relative, either)) {
                Scenario scenario = Scenario.promotion(ratio);
                var passed = new Outcome();
                IntStream.range(0, alternatives)
                        .parallel()
                        .forEach(i -> passed.add(scenario, measure, seed + i));
                System.out.printf(
                        "%-12s proven below 1.5 times%-20s %s%n",
                        scenario.what(),
                        measure.fineFloor() > 0 ? " or +0.5 points" : "",
                        passed.passes());
            }
        }
    }

    /// What becomes of canaries that are silent, or get another share than their weight.
    private void splits() {
        System.out.println("\nOurs, a tenth of 100/s, one hour:");
        for (double share : new double[] {0, 0.07, 0.1}) {
            Scenario scenario = Scenario.split(share);
            Rule rule = Ours.arrivals(seed);
            Map<String, Calibration> known =
                    Ours.calibrated(rule, scenario.world(), Scenario.DAY, ~seed);
            var ours = new Ours(rule, known);
            World.Run world = scenario.world().new Run(seed);
            Verdict verdict = ours.verdict();
            int broken = 0;
            int t = 0;
            while (t < Scenario.HOUR && verdict.outcome() != Verdict.Outcome.FAIL) {
                ours.add(world.next());
                verdict = ours.verdict();
                t++;
                broken = broken == 0 && verdict.findings().getLast().named() ? t : broken;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-22s %s after %d s%s%n",
                    scenario.what(),
                    verdict.outcome(),
                    t * 10,
                    broken > 0 ? ", split known to be broken after " + broken * 10 + " s" : "");
        }
    }
}
