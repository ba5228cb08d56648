package dev.belay.bench.canary;

import dev.belay.bench.canary.World.Bursts;
import dev.belay.bench.canary.World.Times;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/// A world and what is true in it.
///
/// @param ticks that a rollout lasts
/// @param onset tick from which on the canary is worse, or [#NEVER]
/// @param usual share of failures that an operator knows, who sets thresholds
record Scenario(String id, String what, World world, int ticks, int onset, double usual) {
    static final int NEVER = -1;
    static final int HOUR = 360;
    static final int DAY = 24 * HOUR;
    private static final Bursts SMALL = new Bursts(0.3, 5, 0);
    private static final Bursts LARGE = new Bursts(0.5, 20, 0);

    private static Bursts sticky(double seconds) {
        return new Bursts(0, 1, seconds / 10);
    }

    private static World even(double perArm, IntToDoubleFunction base, IntToDoubleFunction canary) {
        return even(perArm, base, canary, Bursts.NONE);
    }

    private static World even(
            double perArm, IntToDoubleFunction base, IntToDoubleFunction canary, Bursts bursts) {
        return new World(_ -> 2 * perArm, _ -> .5, base, canary, bursts, Times.NONE, x -> x);
    }

    private static World weighted(double all, double weight, double base, double canary) {
        return new World(
                _ -> all, _ -> weight, _ -> base, _ -> canary, Bursts.NONE, Times.NONE, x -> x);
    }

    private static Scenario fine(String id, String what, double usual, World world) {
        return new Scenario(id, what, world, DAY, NEVER, usual);
    }

    private static Scenario same(String id, String what, double perArm, double p, Bursts bursts) {
        return fine(id, what, p, even(perArm, _ -> p, _ -> p, bursts));
    }

    private static Scenario worse(
            String id, String what, double perArm, double p, double q, Bursts bursts, int ticks) {
        return new Scenario(id, what, even(perArm, _ -> p, _ -> q, bursts), ticks, 0, p);
    }

    private static double sine(int t, double hours) {
        return Math.sin(2 * Math.PI * t / (hours * HOUR));
    }

    /// A tenth to the tenfold over a day.
    private static double day(int t) {
        return 0.00949 * Math.pow(10, 0.5 * sine(t, 24));
    }

    private static double ramp(int t) {
        return new double[] {.01, .05, .25, .5}[Math.min(3, t / (6 * HOUR))];
    }

    private static World ramped(double ratio) {
        IntToDoubleFunction base = t -> 0.01 * (1 + 0.8 * sine(t, 4));
        return new World(
                _ -> 20,
                Scenario::ramp,
                base,
                t -> ratio * base.applyAsDouble(t),
                Bursts.NONE,
                Times.NONE,
                x -> x);
    }

    /// Nothing that is worse than is tolerated.
    static List<Scenario> nulls() {
        IntToDoubleFunction outage = t -> t % (6 * HOUR) / 18 == 60 ? 0.3 : 0.01;
        var busy =
                new World(
                        t -> 20 * (1 + 0.7 * sine(t, 24)),
                        _ -> .5,
                        Scenario::day,
                        Scenario::day,
                        Bursts.NONE,
                        Times.NONE,
                        x -> x);
        return List.of(
                same("N1", "1 %, 10/s an arm", 10, .01, Bursts.NONE),
                same("N2", "0.1 %, 50/s", 50, .001, Bursts.NONE),
                fine("N3", "0.3 to 3 % over a day", .01, busy),
                fine("N4", "4 shared outages", .01, even(10, outage, outage)),
                same("N5a", "clusters, variance 3.4 times", 10, .01, SMALL),
                same("N5b", "clusters, 20 times", 10, .01, LARGE),
                fine("N7", "ramp 1 to 50 %, ratio 1", .01, ramped(1)),
                same("N8", "1 %, 0.1/s", .1, .01, Bursts.NONE),
                fine("N9", "weight 1 % of 100/s", .01, weighted(100, .01, .01, .01)),
                same("N11a", "bad spells of 30 s", 10, .01, sticky(30)),
                same("N11b", "bad spells of 60 s", 10, .01, sticky(60)),
                same("N11c", "bad spells of 300 s", 10, .01, sticky(300)));
    }

    /// Worse, but not more than is tolerated by default.
    static List<Scenario> tolerated() {
        return List.of(
                fine("N7r", "ramp, exactly 1.25 times", .01, ramped(1.25)),
                new Scenario(
                        "N10",
                        "1 to 1.05 %, 500/s, 6 h",
                        even(500, _ -> .01, _ -> .0105),
                        6 * HOUR,
                        NEVER,
                        .01));
    }

    static List<Scenario> bad() {
        IntToDoubleFunction leak = t -> .01 + .01 * t / HOUR;
        IntToDoubleFunction late = t -> t < 6 * HOUR ? .01 : .03;
        return List.of(
                worse("D1", "0.1 to 0.2 %, 50/s", 50, .001, .002, Bursts.NONE, 6 * HOUR),
                worse("D2", "1 to 3 %, 10/s", 10, .01, .03, Bursts.NONE, 6 * HOUR),
                worse("D3", "5 to 50 %, 10/s", 10, .05, .5, Bursts.NONE, 2 * HOUR),
                new Scenario("D4", "+1 point an hour", even(10, _ -> .01, leak), 6 * HOUR, 0, .01),
                new Scenario(
                        "D4b",
                        "1 to 3 % after 6 h",
                        even(10, _ -> .01, late),
                        12 * HOUR,
                        6 * HOUR,
                        .01),
                worse("D5", "1 to 10 %, 0.1/s", .1, .01, .1, Bursts.NONE, 12 * HOUR),
                new Scenario(
                        "D6",
                        "weight 1 % of 5000/s, 0.1 to 0.2 %",
                        weighted(5_000, .01, .001, .002),
                        2 * HOUR,
                        0,
                        .001),
                new Scenario(
                        "D9",
                        "weight 1 % of 100/s, 1 to 3 %",
                        weighted(100, .01, .01, .03),
                        6 * HOUR,
                        0,
                        .01),
                worse("D7a", "D2 in clusters, 3.4 times", 10, .01, .03, SMALL, 6 * HOUR),
                worse("D7b", "D2 in clusters, 20 times", 10, .01, .03, LARGE, 6 * HOUR),
                worse("D7c", "D2, bad spells of 60 s", 10, .01, .03, sticky(60), 12 * HOUR),
                worse("D7d", "D2, bad spells of 300 s", 10, .01, .03, sticky(300), DAY));
    }

    private static Scenario timed(String id, String what, Times times, int ticks, int onset) {
        var world = new World(_ -> 100, _ -> .5, _ -> .001, _ -> .001, Bursts.NONE, times, x -> x);
        return new Scenario(id, what, world, ticks, onset, .001);
    }

    static List<Scenario> timedNulls(int ticks) {
        IntToDoubleFunction drift = t -> 1 + 0.3 * sine(t, 24);
        return List.of(
                timed("L0", "the same", new Times(_ -> 1, 1, 1, false), ticks, NEVER),
                timed("L4", "±30 % over a day", new Times(drift, 1, 1, false), ticks, NEVER),
                timed("L4p", "the same, Pareto tails", new Times(drift, 1, 1, true), ticks, NEVER),
                timed("L5", "+3 %", new Times(_ -> 1, 1.03, 1, false), ticks, NEVER));
    }

    static List<Scenario> timedBad() {
        return List.of(
                timed("L1", "all +5 %", new Times(_ -> 1, 1.05, 1, false), HOUR, 0),
                timed("L2", "slowest 2 % +20 %", new Times(_ -> 1, 1.2, .02, false), 2 * HOUR, 0),
                timed("L3", "Pareto tail +50 %", new Times(_ -> 1, 1.5, 1, true), 2 * HOUR, 0));
    }

    /// Ten to ninety requests a second.
    static Scenario promotion(double ratio) {
        return new Scenario(
                "P", "ratio " + ratio, weighted(100, .1, .01, .01 * ratio), HOUR, NEVER, .01);
    }

    /// A canary that gets another share than its weight.
    static Scenario split(double share) {
        var world =
                new World(
                        _ -> 100, _ -> .1, _ -> .01, _ -> .01, Bursts.NONE, Times.NONE, _ -> share);
        return new Scenario("S", "a share of " + share, world, HOUR, NEVER, .01);
    }
}
