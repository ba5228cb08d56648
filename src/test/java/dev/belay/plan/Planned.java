package dev.belay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.release.Digest;
import dev.belay.release.Maintenance;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Plans in the words of a test: `plan(platform).as("v2").on(running).gives(…)`. Revisions are
/// shown by the version they were built as, `api@v2`, not by their digest.
final class Planned {
    private static final String MANIFEST = "sha256:manifest";

    private final Platform platform;
    private final TreeMap<String, String> versions = new TreeMap<>();
    private final TreeMap<String, SchemaVerdict> verdicts = new TreeMap<>();
    private final TreeMap<String, String> foreseen = new TreeMap<>();
    private final Set<Digest> below = new HashSet<>();
    private final SortedMap<String, PlanRequest.Shown> evidence = new TreeMap<>();
    private PolicyJudge policies = PolicyJudge.NONE;
    private Selection selection = Selection.ALL;

    private Planned(Platform platform) {
        this.platform = platform;
    }

    static Planned plan(Platform platform) {
        return new Planned(platform).as("v1");
    }

    /// Every component is built as that version.
    Planned as(String version) {
        platform.parts().forEach(part -> versions.put(part.name, version));
        return this;
    }

    Planned with(String component, String version) {
        versions.put(component, version);
        return this;
    }

    /// Its migrations were tried on a copy of the data.
    Planned rehearsed(String component, SchemaVerdict verdict) {
        verdicts.put(component, verdict);
        return this;
    }

    /// Its tool was asked what it would do.
    Planned foreseen(String component, String printed) {
        foreseen.put(component, printed);
        return this;
    }

    /// It ended well in the environment that the gates name. What a component's artifact has shown.
    Planned shown(String component, PlanRequest.Shown shown) {
        evidence.put(component, shown);
        return this;
    }

    /// Somebody judges what is planned.
    Planned judged(PolicyJudge judge) {
        policies = judge;
        return this;
    }

    Planned below(Digest digest) {
        below.add(digest);
        return this;
    }

    Planned unbuilt(String component) {
        versions.remove(component);
        return this;
    }

    Planned only(String... names) {
        selection =
                new Selection(
                        List.of(names), selection.skip(), selection.remove(), "anna", "to test it");
        return this;
    }

    Planned remove(String... names) {
        selection =
                new Selection(
                        selection.only(), selection.skip(), List.of(names), "anna", "to test it");
        return this;
    }

    Planned skip(String... names) {
        selection =
                new Selection(
                        selection.only(), List.of(names), selection.remove(), "anna", "to test it");
        return this;
    }

    /// The last day of what is excepted.
    Planned until(LocalDate day) {
        selection = selection.until(day);
        return this;
    }

    /// Somebody agreed to a release without a way back.
    Planned accepting(String why) {
        selection =
                new Selection(
                        selection.only(),
                        selection.skip(),
                        selection.remove(),
                        "anna",
                        why,
                        true,
                        false,
                        null,
                        null);
        return this;
    }

    /// Users are kept out meanwhile.
    Planned maintaining(String text, Duration lasting) {
        selection = selection.during(new Maintenance(text, lasting));
        return this;
    }

    /// Somebody asks for contract steps that waited.
    Planned contracting(String why) {
        selection =
                new Selection(
                        selection.only(),
                        selection.skip(),
                        selection.remove(),
                        "anna",
                        why,
                        false,
                        true,
                        null,
                        null);
        return this;
    }

    PlanRequest request(Inventory inventory) {
        Map<String, PlanRequest.Source> built = new LinkedHashMap<>();
        versions.forEach((name, version) ->
                built.put(
                        name,
                        new PlanRequest.Source(
                                Digest.of(version),
                                version,
                                platform.schema(name),
                                verdicts.get(name))));
        var schemas = new TreeMap<String, PlanRequest.Schema>();
        platform.shared()
                .forEach((name, migrations) ->
                        schemas.put(name, new PlanRequest.Schema(migrations, verdicts.get(name))));
        return new PlanRequest(
                platform.view(),
                new TreeMap<>(built),
                schemas,
                foreseen,
                below,
                evidence,
                new TreeMap<>(),
                new TreeMap<>(),
                policies,
                inventory,
                selection,
                MANIFEST);
    }

    Result on(Inventory inventory) {
        return new Result(Planner.plan(request(inventory)), inventory);
    }

    Result onNothing() {
        return on(Inventory.empty("local"));
    }

    static Result rollback(Platform platform, Inventory inventory, String... components) {
        return rollback(platform, inventory, false, components);
    }

    /// Somebody asked that schemas go back, too.
    static Result rollbackWithSchema(Platform platform, Inventory inventory, String... components) {
        return rollback(platform, inventory, true, components);
    }

    private static Result rollback(
            Platform platform, Inventory inventory, boolean schema, String... components) {
        var request =
                new RollbackRequest(
                        platform.view(),
                        List.of(components),
                        schema,
                        Map.of(),
                        inventory,
                        MANIFEST);
        return new Result(Planner.rollback(request), inventory);
    }

    /// Somebody said how it was to be: what ran when the releases up to one had ended.
    static Result rollbackTo(Platform platform, Inventory inventory, String release) {
        var request =
                new RollbackRequest(
                        platform.view(),
                        List.of(),
                        false,
                        inventory.asOf(release),
                        inventory,
                        MANIFEST);
        return new Result(Planner.rollback(request), inventory);
    }

    static PlanRequest.Source source(String version) {
        return new PlanRequest.Source(Digest.of(version), version);
    }

    /// What the platform runs after releases of these versions ended well.
    static Inventory running(Platform platform, String... versions) {
        Inventory inventory = Inventory.empty("local");
        for (String version : versions) {
            inventory = plan(platform).as(version).on(inventory).carriedOut(version);
        }
        return inventory;
    }

    /// The first version soaked and is warm, the second still soaks.
    static Inventory soaking(Platform platform, String first, String second) {
        Inventory before = running(platform, first);
        Inventory after = plan(platform).as(second).on(before).carriedOut(second);
        var components = new LinkedHashMap<String, Inventory.Component>();
        after.components()
                .forEach((name, component) -> {
                    var history = new ArrayList<>(component.history());
                    var latest = history.removeFirst();
                    history.addFirst(
                            new Inventory.Past(latest.deployment(), false, latest.release()));
                    var running = new TreeMap<>(component.running());
                    running.putAll(at(before.components(), name).running());
                    components.put(name, new Inventory.Component(history, running));
                });
        return new Inventory(
                "local", components, unsoaked(after.datastores(), before.datastores()), Set.of());
    }

    /// Those that the second version brought something new for.
    private static Map<String, Inventory.Component> unsoaked(
            Map<String, Inventory.Component> after, Map<String, Inventory.Component> before) {
        var datastores = new TreeMap<>(after);
        datastores.replaceAll((name, now) -> {
            var history = new ArrayList<>(now.history());
            if (!now.equals(before.get(name))) {
                var latest = history.removeFirst();
                history.addFirst(new Inventory.Past(latest.deployment(), false, latest.release()));
            }
            return new Inventory.Component(history, now.running());
        });
        return datastores;
    }

    /// What came of it.
    record Result(Planning planning, Inventory inventory) {
        Submission submission() {
            assertThat(planning).isInstanceOf(Planning.Planned.class);
            return ((Planning.Planned) planning).submission();
        }

        List<Plan> plans() {
            return submission().plans();
        }

        Plan plan() {
            assertThat(plans()).hasSize(1);
            return plans().getFirst();
        }

        Inventory carriedOut(String release) {
            return Expected.after(inventory, plans(), release);
        }

        /// The steps of the only release: number, title, and what it waits on.
        Result gives(String... steps) {
            assertThat(lines(plan())).containsExactly(steps);
            return this;
        }

        /// What is applied when everything is undone, in the order in which it is applied.
        Result undoes(String... effects) {
            assertThat(undo(plan())).containsExactly(effects);
            return this;
        }

        Result warns(String warning) {
            assertThat(plan().warnings().stream().map(w -> named(w, plan())).toList())
                    .contains(warning);
            return this;
        }

        Result refuses(String... codes) {
            assertThat(planning).isInstanceOf(Planning.Refused.class);
            assertThat(problems().stream().map(Problem::code).toList()).containsExactly(codes);
            return this;
        }

        List<Problem> problems() {
            return ((Planning.Refused) planning).problems();
        }
    }

    static List<String> lines(Plan plan) {
        return plan.steps().stream().map(step -> line(step, plan)).toList();
    }

    private static String line(Step step, Plan plan) {
        String after =
                step.after().isEmpty()
                        ? ""
                        : " after "
                                + String.join(
                                        ",", step.after().stream().map(String::valueOf).toList());
        return step.number() + " " + named(step.title(), plan) + after;
    }

    static List<String> undo(Plan plan) {
        var lines = new ArrayList<String>();
        for (Step step : plan.steps().reversed()) {
            if (step.undo() instanceof Undo.Apply(Work.Effect effect, var _)) {
                lines.add(named(words(effect), plan));
            }
        }
        return lines;
    }

    private static String words(Work.Effect effect) {
        return switch (effect) {
            case Work.Scale(var revision, int instances) ->
                    "scale " + revision.id() + " to " + instances;
            case Work.Route(String component, var traffic, var _) ->
                    "route "
                            + component
                            + " to "
                            + (traffic.shares().isEmpty()
                                    ? "nobody"
                                    : String.join(
                                            " + ",
                                            traffic.shares().stream()
                                                    .map(s -> s.instances() + " × " + s.revision())
                                                    .toList()));
            case Work.Publish(var revision) -> "publish " + revision.id();
            case Work.Shut(String component, var _, var _) -> "shut " + component;
            case Work.Open(String component) -> "open " + component;
            case Work.Migrate(var to, var fresh) ->
                    "migrate " + to.datastore().name() + " by " + String.join(", ", fresh);
            case Work.TakeBack(String _, var datastore, var versions, boolean _) ->
                    "take " + String.join(", ", versions) + " back from " + datastore.name();
            case Work.MigrateByCommand(var _, String datastore, var by) ->
                    "migrate " + datastore + " by " + String.join(" ", by.up());
            case Work.TakeBackByCommand(var _, String datastore, var by) ->
                    "take back from " + datastore + " by " + String.join(" ", by.down());
            case Work.RunJob(var revision, var _) -> "run " + revision.id();
        };
    }

    /// What must be there.
    static <T> T at(Map<String, T> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }

    /// Digests replaced by versions.
    static String named(String text, Plan plan) {
        String named = text;
        for (var revision : WorkJson.table(plan).values()) {
            named =
                    named.replace(
                            revision.id(), revision.component() + "@" + revision.configuration());
        }
        return named;
    }
}
