package dev.belay.driver;

import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// A router of which only the table matters: what it says is what the test said.
public final class ToldRouter implements Router {
    private volatile Optional<Observed> line = Optional.empty();
    private volatile Optional<Map<String, Answered>> answered = Optional.empty();
    private volatile boolean reachable = true;
    private volatile boolean longLivedObey;
    private final List<String> toldToEnd = new CopyOnWriteArrayList<>();

    /// What it says from now on.
    ///
    /// @param inFlight how much is in flight at each member
    public void says(
            Map<String, Integer> weights, Map<String, List<String>> members, int inFlight) {
        Map<String, Integer> at = new HashMap<>();
        members.values().forEach(ids -> ids.forEach(id -> at.put(id, inFlight)));
        says(weights, members, at);
    }

    /// The same, with what is in flight by instance.
    ///
    /// @param at how much is in flight, by the id of the instance
    public void says(
            Map<String, Integer> weights,
            Map<String, List<String>> members,
            Map<String, Integer> at) {
        Map<String, Integer> flying = new HashMap<>();
        int all = at.values().stream().mapToInt(n -> n).sum();
        weights.keySet().forEach(revision -> flying.put(revision, all));
        members.keySet().forEach(revision -> flying.put(revision, all));
        line = Optional.of(new Observed(1, 3000, weights, members, flying, at));
    }

    /// What each revision has answered from now on.
    public void counts(Map<String, Answered> by) {
        answered = Optional.of(Map.copyOf(by));
    }

    @Override
    public Optional<Map<String, Answered>> answered(Scope scope) {
        if (!reachable) {
            throw new UncheckedIOException(new IOException("nobody can ask it"));
        }
        return answered;
    }

    /// What is in flight never ends by itself, but does when it is told to.
    public void holdsLongLived() {
        longLivedObey = true;
    }

    /// From now on nobody can ask it.
    public void isDown() {
        reachable = false;
    }

    /// The instances that were told to end what runs long at them.
    public List<String> toldToEnd() {
        return List.copyOf(toldToEnd);
    }

    @Override
    public Answer route(Work.Route work, Order order) {
        throw new AssertionError("nothing is routed here");
    }

    @Override
    public Finding probe(Work.Route work, Order order) {
        throw new AssertionError("nothing is routed here");
    }

    @Override
    public void closeLongLived(Scope scope, String revision, List<String> instances) {
        toldToEnd.addAll(instances);
        if (longLivedObey) {
            line.ifPresent(said -> {
                Map<String, Integer> left = new HashMap<>(said.inFlightAt());
                left.keySet().removeAll(instances);
                says(said.weights(), said.members(), left);
            });
        }
    }

    @Override
    public boolean listens(int port) {
        return false;
    }

    @Override
    public Optional<Observed> observe(Scope scope) {
        if (!reachable) {
            throw new UncheckedIOException(new IOException("connection refused"));
        }
        return line;
    }
}
