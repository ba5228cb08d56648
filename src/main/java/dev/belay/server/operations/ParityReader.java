package dev.belay.server.operations;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Promotes;
import dev.belay.plan.Inventory;
import dev.belay.plan.Parity;
import dev.belay.plan.Parity.Difference;
import dev.belay.plan.Parity.Direction;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Compares two environments: what the manifest says of them, what they run, and which of their
/// variables are set. No value is shown.
public final class ParityReader {
    private final Platform platform;
    private final InventoryReader inventory;
    private final Values values;

    public ParityReader(Platform platform, InventoryReader inventory, Values values) {
        this.platform = platform;
        this.inventory = inventory;
        this.values = values;
    }

    /// What the manifest and the world say.
    ///
    /// @param with the other one; empty for that from which the environment promotes
    /// @throws Denied when there is no such environment, or none is named and it promotes from
    ///   nowhere
    public ParityView of(EnvironmentView view, String with) {
        Promotes promotes = view.gates().promotes();
        String other = with.isEmpty() ? promotes.from() : with;
        if (other.isEmpty()) {
            throw Denied.refusal(
                    "`%s` promotes from nowhere".formatted(view.environment()),
                    "name the environment to compare it with: `--with …`");
        }
        EnvironmentView below = platform.lately(other).view();
        List<Difference> declared = Parity.of(view, below);
        var refused =
                other.equals(promotes.from())
                        ? new HashSet<>(Parity.beyond(declared, promotes))
                        : Set.<Difference>of();
        var all = new ArrayList<>(declared);
        all.addAll(running(view, below));
        all.addAll(set(view, below));
        return new ParityView(
                view.environment(),
                other,
                all.stream()
                        .sorted(
                                Comparator.comparing(Difference::direction)
                                        .thenComparing(Difference::what))
                        .map(one ->
                                new ParityView.Line(
                                        one.what(),
                                        one.here(),
                                        one.there(),
                                        one.direction().name().toLowerCase(Locale.ROOT),
                                        refused.contains(one)))
                        .toList());
    }

    /// That an environment that promotes is no looser than where it promotes from, and differs in
    /// nothing else than it lists.
    ///
    /// @throws Denied otherwise
    void require(EnvironmentView view) {
        if (view.gates().promotedFrom().isEmpty()) {
            return;
        }
        List<Problem> problems =
                problems(view, platform.lately(view.gates().promotedFrom()).view());
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(problems));
        }
    }

    /// In what the manifest lets an environment differ from the one below where it may not.
    public static List<Problem> problems(EnvironmentView view, EnvironmentView below) {
        return Parity.beyond(Parity.of(view, below), view.gates().promotes()).stream()
                .map(one -> {
                    boolean looser = one.direction() == Direction.LOOSER;
                    return new Problem(
                            looser ? "parity/looser" : "parity/undeclared",
                            new Place.Named(
                                    "`%s` of `%s`".formatted(one.what(), view.environment())),
                            "%s here, %s in `%s`, from which it promotes"
                                    .formatted(one.here(), one.there(), below.environment()),
                            (looser ? "no environment asks for less than the one below it; " : "")
                                    + "make them alike, or list it: `promotes: {from: %s, differs: [%s]}`"
                                            .formatted(below.environment(), one.what()));
                })
                .toList();
    }

    private List<Difference> running(EnvironmentView view, EnvironmentView below) {
        var differences = new ArrayList<Difference>();
        for (String name : view.components().keySet()) {
            String here = runs(view, name);
            String there = runs(below, name);
            if (!here.equals(there)) {
                differences.add(new Difference(name + ".version", here, there, Direction.OTHER));
            }
        }
        return differences;
    }

    private String runs(EnvironmentView view, String name) {
        return inventory.history(Scope.component(view.environment(), name)).stream()
                .findFirst()
                .map(Inventory.Past::deployment)
                .filter(deployment -> !deployment.isEnded())
                .map(deployment -> deployment.revision().artifact().brief())
                .orElse("nothing");
    }

    private List<Difference> set(EnvironmentView view, EnvironmentView below) {
        Map<String, String> here = values.all(view);
        Map<String, String> there = values.all(below);
        var secrets = new TreeSet<String>();
        var names = new TreeSet<String>();
        for (EnvironmentView one : List.of(view, below)) {
            for (Component component : one.components().values()) {
                names.addAll(component.variables().required());
                secrets.addAll(component.variables().secrets());
            }
        }
        names.addAll(secrets);
        var differences = new ArrayList<Difference>();
        for (String name : names) {
            String mine = here.getOrDefault(name, "");
            String theirs = there.getOrDefault(name, "");
            if (mine.isEmpty() != theirs.isEmpty()) {
                differences.add(
                        new Difference(
                                "value." + name,
                                mine.isEmpty() ? "not set" : "set",
                                theirs.isEmpty() ? "not set" : "set",
                                Direction.OTHER));
            } else if (!mine.isEmpty() && secrets.contains(name) && mine.equals(theirs)) {
                differences.add(
                        new Difference(
                                "value." + name,
                                "the same secret",
                                "the same secret",
                                Direction.LOOSER));
            }
        }
        return differences;
    }
}
