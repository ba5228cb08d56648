package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Reading;
import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Maintenance;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which part of a platform is wanted, as it was asked for.
///
/// @param only components or groups; empty is all
/// @param skip phases, components or groups to leave out
/// @param remove components to end, which the manifest no longer has; then nothing else is done,
///   but what `only` names
/// @param by who asked
/// @param why the reason given
/// @param oneWay whether it is agreed to that nobody may be able to go back
/// @param contract whether contract steps that waited are asked for
/// @param until the last day, in UTC, on which what is excepted may stay so; null where nothing is
/// @param maintenance that users are kept out meanwhile; null where they are not
public record Selection(
        List<String> only,
        List<String> skip,
        List<String> remove,
        String by,
        String why,
        boolean oneWay,
        boolean contract,
        @Nullable LocalDate until,
        @Nullable Maintenance maintenance) {
    /// Before the name of a rule that somebody goes past.
    public static final String POLICY = "policy:";

    public static final Selection ALL = new Selection(List.of(), List.of(), List.of(), "", "");

    public Selection {
        only = List.copyOf(only);
        skip = List.copyOf(skip);
        remove = List.copyOf(remove);
    }

    public Selection(
            List<String> only, List<String> skip, List<String> remove, String by, String why) {
        this(only, skip, remove, by, why, false, false, null, null);
    }

    /// A selection with every name resolved.
    ///
    /// @param components in the order of the manifest
    /// @param schemas datastores whose schema all share and that are asked for
    /// @param left those that are not to be migrated
    /// @param without the phases to leave out
    public record Chosen(
            Set<String> components, Set<String> schemas, Set<String> left, Set<Phase> without) {
        public Chosen {
            components = Collections.unmodifiableSet(new LinkedHashSet<>(components));
            schemas = Set.copyOf(schemas);
            left = Set.copyOf(left);
            without = without.isEmpty() ? Set.of() : EnumSet.copyOf(without);
        }

        boolean left(String datastore) {
            return left.contains(datastore);
        }

        /// Datastores whose schema a plan of these components has to know.
        public Set<String> schemasToRead(EnvironmentView view) {
            var names = new LinkedHashSet<String>();
            for (String name : view.sharedSchemas()) {
                boolean used =
                        view.usersOf(name).stream()
                                .anyMatch(user -> components.contains(user.name()));
                if (used || schemas.contains(name)) {
                    names.add(name);
                }
            }
            return names;
        }
    }

    /// Whether something of it is an exception from what the environment asks for.
    public boolean excepts(EnvironmentView view) {
        return oneWay || skip.stream().anyMatch(name -> excepts(view, name));
    }

    private static boolean excepts(EnvironmentView view, String name) {
        return name.startsWith(POLICY) || phase(view, name).filter(Phase::safeguards).isPresent();
    }

    /// The same, with a last day for what is excepted.
    public Selection until(LocalDate day) {
        return new Selection(only, skip, remove, by, why, oneWay, contract, day, maintenance);
    }

    /// The same, with users kept out.
    public Selection during(Maintenance other) {
        return new Selection(only, skip, remove, by, why, oneWay, contract, until, other);
    }

    /// Resolves the names; all that are not known are reported together.
    public Reading<Chosen> in(EnvironmentView view) {
        return in(view, "--only");
    }

    /// Resolves the names; complaints show the wanted ones behind these words, as they were typed.
    public Reading<Chosen> in(EnvironmentView view, String onlyFlag) {
        var problems = new ArrayList<Problem>();
        var components = new LinkedHashSet<String>();
        only.forEach(name -> members(view, name, onlyFlag, List.of(), problems, components));
        if (only.isEmpty() && remove.isEmpty()) {
            components.addAll(view.components().keySet());
            components.addAll(view.sharedSchemas());
        }
        var without = EnumSet.noneOf(Phase.class);
        var left = new LinkedHashSet<String>();
        for (String name : skip) {
            Optional<Phase> phase = phase(view, name);
            if (name.startsWith(POLICY)) {
                SkippedPolicy.check(view, name, problems);
            } else if (phase.isPresent()) {
                without.add(phase.get());
            } else {
                members(view, name, "--skip", phases(), problems, left);
            }
        }
        if (without.contains(Phase.TRAFFIC)) {
            problems.add(trafficSkipped());
        }
        if (without.contains(Phase.POLICY)) {
            problems.add(SkippedPolicy.all());
        }
        components.removeAll(left);
        view.components().values().stream()
                .filter(component -> skips(without, component.kind()))
                .forEach(component -> components.remove(component.name()));
        if (!problems.isEmpty()) {
            return new Reading.Refused<>(problems);
        }
        var ordered = new LinkedHashSet<>(view.components().keySet());
        ordered.retainAll(components);
        var schemas = new LinkedHashSet<>(view.sharedSchemas());
        schemas.retainAll(components);
        left.retainAll(view.sharedSchemas());
        return new Reading.Read<>(new Chosen(ordered, schemas, left, without));
    }

    /// What was left out on request, for the record.
    List<Plan.Skip> skips(EnvironmentView view) {
        var skips = new ArrayList<Plan.Skip>();
        var wanted = new ArrayList<>(only);
        wanted.addAll(remove);
        if (!wanted.isEmpty()) {
            skips.add(new Plan.Skip("all but " + String.join(", ", wanted), by, why));
        }
        for (String name : skip) {
            skips.add(new Plan.Skip(name, by, why, excepts(view, name) ? until : null));
        }
        return skips;
    }

    /// That it was agreed to a release without a way back; null when nobody did.
    Plan.@Nullable Skip acceptance() {
        return oneWay ? new Plan.Skip(Plan.Skip.WAY_BACK, by, why, until) : null;
    }

    /// That contract steps were asked for; null when nobody did.
    Plan.@Nullable Skip contraction() {
        return contract ? new Plan.Skip(Plan.Skip.CONTRACT, by, why) : null;
    }

    /// A component or group of that name hides the phase.
    private static Optional<Phase> phase(EnvironmentView view, String name) {
        if (isThere(view, name) || view.groups().containsKey(name)) {
            return Optional.empty();
        }
        for (Phase phase : Phase.values()) {
            String plural = phase.name().toLowerCase(Locale.ROOT);
            if (name.equals(plural) || plural.equals(name + "s")) {
                return Optional.of(phase);
            }
        }
        return Optional.empty();
    }

    /// A datastore counts where its schema belongs to all who use it.
    private static boolean isThere(EnvironmentView view, String name) {
        return view.components().containsKey(name) || view.sharedSchemas().contains(name);
    }

    private static List<String> phases() {
        return List.of(Phase.values()).stream()
                .map(phase -> phase.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static void members(
            EnvironmentView view,
            String name,
            String flag,
            List<String> alsoKnown,
            List<Problem> problems,
            Set<String> into) {
        if (isThere(view, name)) {
            into.add(name);
        } else if (view.groups().containsKey(name)) {
            into.addAll(view.groups().getOrDefault(name, List.of()));
        } else {
            var known = new TreeSet<>(alsoKnown);
            known.addAll(view.components().keySet());
            known.addAll(view.sharedSchemas());
            known.addAll(view.groups().keySet());
            problems.add(
                    new Problem(
                            "plan/unknown-name",
                            new Place.Named("`" + flag + " " + name + "`"),
                            "`%s` is no component or group%s of `%s`"
                                    .formatted(
                                            name,
                                            alsoKnown.isEmpty() ? "" : ", nor a phase,",
                                            view.platform()),
                            Nearest.hint(name, known)));
        }
    }

    private static Problem trafficSkipped() {
        return new Problem(
                "plan/traffic-cannot-be-skipped",
                new Place.Named("`--skip traffic`"),
                "a release whose traffic never moves would stop the old revision under its users",
                "leave out whole components instead");
    }

    private static boolean skips(Set<Phase> without, Component.Kind kind) {
        return switch (kind) {
            case Component.Service _, Component.Worker _ -> without.contains(Phase.SERVICES);
            case Component.Frontend _ -> without.contains(Phase.FRONTENDS);
            case Component.Job _ -> without.contains(Phase.MIGRATE);
            case Component.Contract _ -> false;
        };
    }
}
