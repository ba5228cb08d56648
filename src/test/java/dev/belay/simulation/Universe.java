package dev.belay.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;

/// Time, chance and the queue of what happens next. Everything in a simulated run goes through
/// here, in the order of (time, sequence), on one thread: the same draws give the same run.
final class Universe {
    private record Event(long at, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private static final double RARE = 0.25;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Fault, Double> rates = new EnumMap<>(Fault.class);
    private final Draws draws;
    private final long faultsUntil;
    private long now = 1_000_000;
    private long number;
    private long happened;

    /// @param faultsUntil milliseconds after the start; later nothing goes wrong any more, so that
    ///   everything must come to an end
    Universe(Draws draws, long faultsUntil) {
        this.draws = draws;
        this.faultsUntil = now + faultsUntil;
        for (Fault fault : Fault.values()) {
            double rate = faultsUntil == 0 || draws.below(3) == 0 ? 0 : rareRate();
            rates.put(fault, fault.fatal() ? rate / 8 : rate);
        }
    }

    /// Small numbers are more likely than large ones.
    private double rareRate() {
        return draws.fraction() * draws.fraction() * RARE;
    }

    void never(Fault fault) {
        rates.put(fault, 0.0);
    }

    long now() {
        return now;
    }

    Draws draws() {
        return draws;
    }

    int below(int bound) {
        return draws.below(bound);
    }

    boolean hit(Fault fault) {
        double rate = rates.getOrDefault(fault, 0.0);
        return rate > 0 && now < faultsUntil && draws.chance(rate);
    }

    /// From then on nothing goes wrong any more.
    long calmAt() {
        return faultsUntil;
    }

    boolean calm() {
        return now >= faultsUntil;
    }

    void at(long when, Runnable what) {
        events.add(new Event(Math.max(when, now), number, what));
        number++;
    }

    void in(long millis, Runnable what) {
        at(now + millis, what);
    }

    /// Lets the next thing happen.
    ///
    /// @return false when nothing is left to happen
    boolean step() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.at();
        happened++;
        event.what().run();
        return true;
    }

    long happened() {
        return happened;
    }
}
