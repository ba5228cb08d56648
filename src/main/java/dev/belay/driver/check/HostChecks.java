package dev.belay.driver.check;

import dev.belay.driver.Backups;
import dev.belay.driver.Checks;
import dev.belay.driver.Consents;
import dev.belay.driver.Instance;
import dev.belay.driver.Judging;
import dev.belay.driver.Look;
import dev.belay.driver.Openings;
import dev.belay.driver.Order;
import dev.belay.driver.Policing;
import dev.belay.driver.Promises;
import dev.belay.driver.Proofs;
import dev.belay.driver.Router;
import dev.belay.driver.SecretStates;
import dev.belay.driver.Target;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.probe.SmokeResult;
import dev.belay.driver.probe.SmokeRunner;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Every check of a plan, on processes of this host behind our gateway.
public final class HostChecks implements Checks {
    private static final Duration SOON = Duration.ofMillis(50);

    /// A soak bears one death and another; too few in a time for a crash loop can be too many.
    private static final int DEATHS_MAX = 3;

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int LOG_LINES = 50;

    private final Target target;
    private final Router router;
    private final RuntimeValues values;
    private final ArtifactStore artifacts;
    private final LastLines logs;
    private final Backups backups;
    private final Proofs proofs;
    private final Promises promises;
    private final Consents consents;
    private final Openings openings;
    private final SecretStates secrets;
    private final Policing policing;
    private final Judging judging;
    private final Preflight preflight;
    private final Dependencies dependencies;
    private final Wellness wellness;

    /// What an instance wrote last.
    public interface LastLines {
        /// The last lines of the newest instances of a revision, oldest first, each with the name
        /// of its instance before it.
        List<String> of(Scope scope, String revision, int lines);
    }

    /// What the checks look at and with.
    ///
    /// @param provider where the values of variables come from
    public record Eyes(
            Target target,
            Router router,
            RuntimeValues values,
            ValueProvider provider,
            ArtifactStore artifacts,
            LastLines logs,
            Backups backups,
            Proofs proofs,
            Promises promises,
            Consents consents,
            Openings openings,
            SecretStates secrets,
            Policing policing,
            Judging judging) {}

    public HostChecks(Eyes eyes) {
        target = eyes.target();
        router = eyes.router();
        values = eyes.values();
        artifacts = eyes.artifacts();
        logs = eyes.logs();
        backups = eyes.backups();
        proofs = eyes.proofs();
        promises = eyes.promises();
        consents = eyes.consents();
        openings = eyes.openings();
        secrets = eyes.secrets();
        policing = eyes.policing();
        judging = eyes.judging();
        preflight = new Preflight(eyes.provider(), eyes.artifacts(), eyes.router());
        dependencies = new Dependencies(eyes.provider());
        wellness = new Wellness(eyes.target(), eyes.values(), eyes.artifacts());
    }

    @Override
    public Look look(Work.Check check, Order order, Duration since) {
        try {
            return switch (check) {
                case Work.Preflight work -> preflight(work, order);
                case Work.Reachable work -> dependencies.look(work, order);
                case Work.Ready work ->
                        target.ready(work, order).orElseGet(() -> ready(work, order));
                case Work.SmokePrivate work -> smokePrivate(work, order);
                case Work.SmokePublic work -> smokePublic(work, order);
                case Work.Drained work -> drained(work, order, since);
                case Work.Soak work -> soak(work, order, since);
                case Work.Judged work -> judged(work, order, since);
                case Work.Settled work -> settled(work, order);
                case Work.LetIn work -> letIn(work, order);
                case Work.BackedUp work -> backups.backedUp(work, order);
                case Work.Rehearsed work -> backups.rehearsed(work, order);
                case Work.ReturnRehearsed work -> backups.returnRehearsed(work, order);
                case Work.Evidenced work -> proofs.evidenced(work, order);
                case Work.Compatible work -> promises.compatible(work, order);
                case Work.Consented work -> consents.consented(work, order);
                case Work.InWindow work -> openings.inWindow(work, order);
                case Work.SecretsCurrent work -> secrets.current(work, order);
                case Work.Policed work -> policing.policed(work, order);
                case Work.Foreseen work -> target.foreseen(work, order);
                case Work.Hosted work -> target.hosted(work, order);
            };
        } catch (UncheckedIOException e) {
            return new Look.Waiting(SOON.multipliedBy(4), String.valueOf(e.getMessage()));
        }
    }

    /// The first step of every release finds out, too, whether somebody has stopped it meanwhile.
    /// Later ones, where only several steps meet, need no artifact.
    private Look preflight(Work.Preflight work, Order order) {
        Optional<Look.Failed> frozen =
                work.artifacts().isEmpty() ? Optional.empty() : openings.frozen(order);
        return frozen.<Look>map(failed -> failed)
                .orElseGet(() ->
                        preflight.look(
                                work,
                                order.scope(),
                                target.preflight(order.scope().environment(), order.within())));
    }

    private List<Instance> instances(Scope scope, Revision revision) {
        return target.instances(scope).stream()
                .filter(one -> one.revision().equals(revision.id()))
                .sorted(Comparator.comparingInt(Instance::number))
                .toList();
    }

    private static Scope scope(Order order, Revision revision) {
        return Scope.component(order.scope().environment(), revision.component());
    }

    // --- before traffic -----------------------------------------------------------------------

    private Look ready(Work.Ready work, Order order) {
        Scope scope = scope(order, work.revision());
        List<Instance> running = instances(scope, work.revision());
        Optional<Instance> looping =
                running.stream().filter(i -> i.state() == Instance.State.CRASH_LOOP).findFirst();
        if (looping.isPresent()) {
            return failed(
                    "`" + looping.get().id() + "` starts and dies again and again",
                    "read its last lines below; `belay logs` shows all of them",
                    "",
                    lastLines(scope, work.revision()));
        }
        List<Instance> alive =
                running.stream()
                        .filter(one -> one.state() == Instance.State.RUNNING)
                        .limit(work.instances())
                        .toList();
        if (alive.size() < work.instances()) {
            String because =
                    running.stream()
                            .filter(one -> one.state() != Instance.State.RUNNING)
                            .map(one -> "`" + one.id() + "` " + one.detail())
                            .findFirst()
                            .orElse(alive.size() + " of " + work.instances() + " run");
            return new Look.Waiting(SOON, because);
        }
        return switch (wellness.await(order.scope().environment(), work.revision(), alive)) {
            case Wellness.AllReady(String detail) -> new Look.Done(detail);
            case Wellness.Died(String who) -> new Look.Waiting(SOON, "`" + who + "` died");
            case Wellness.NotReady(String reason, String history) ->
                    failed(
                            reason,
                            "its health check is `health` of the component",
                            history,
                            lastLines(scope, work.revision()));
        };
    }

    private List<String> lastLines(Scope scope, Revision revision) {
        return logs.of(scope, revision.id(), LOG_LINES);
    }

    private static Look.Failed failed(
            String reason, String hint, String detail, List<String> lines) {
        var text = new StringBuilder(detail);
        if (!lines.isEmpty()) {
            text.append(text.isEmpty() ? "" : "\n").append("last log lines:\n");
            text.append(String.join("\n", lines));
        }
        return new Look.Failed(reason, hint, text.toString());
    }

    private Look smokePrivate(Work.SmokePrivate work, Order order) {
        if (work.tests().isEmpty()) {
            return new Look.Done("no smoke tests are declared");
        }
        Revision revision = work.revision();
        Scope scope = scope(order, revision);
        Optional<Instance> first =
                instances(scope, revision).stream()
                        .filter(one -> one.state() == Instance.State.RUNNING)
                        .findFirst();
        if (first.isEmpty()) {
            return new Look.Waiting(SOON, "no instance of `" + revision.id() + "` runs");
        }
        return reached(
                scope,
                revision,
                false,
                elsewhere -> {
                    Map<String, String> variables = environment(order, revision);
                    var setting =
                            new SmokeRunner.Setting(
                                    elsewhere.orElseGet(() -> address(first.get().port())),
                                    folder(revision),
                                    withPath(variables),
                                    Set.copyOf(variables.values()));
                    return smoke(work.tests(), setting, () -> lastLines(scope, revision));
                });
    }

    private interface Tests {
        /// @param elsewhere where it is asked; empty for this host
        Look run(Optional<URI> elsewhere);
    }

    /// Holds the way to a revision open meanwhile.
    private Look reached(Scope scope, Revision revision, boolean open, Tests tests) {
        try (Target.Reach reach = target.reach(scope, revision.id(), open).orElse(null)) {
            if (reach == null) {
                return target.asksInstances(revision) ? unreachable() : tests.run(Optional.empty());
            }
            Look look = tests.run(Optional.of(reach.address()));
            return look instanceof Look.Failed(String reason, String hint, String detail)
                            && !reach.trouble().isEmpty()
                    ? new Look.Failed(
                            reason, hint, "on the way: " + reach.trouble() + "\n" + detail)
                    : look;
        }
    }

    /// What is an image alone has no folder.
    private Path folder(Revision revision) {
        Path unpacked = artifacts.unpacked(revision.artifact());
        return Files.isDirectory(unpacked) ? unpacked : Path.of(".");
    }

    /// A test that is not put must not count as one that passed.
    private static Look unreachable() {
        return failed(
                "smoke tests do not reach it from here: no pod of it is ready, or nothing says where"
                        + " it is",
                "let `deploy` print the `url` where it can be asked, leave `smoke` out in that"
                        + " environment, or release with `--skip verify`",
                "",
                List.of());
    }

    private Map<String, String> environment(Order order, Revision revision) {
        var needs =
                new RuntimeValues.Needs(
                        order.scope().environment(),
                        revision.configuration(),
                        List.of(),
                        revision.launch().required(),
                        revision.launch().secrets(),
                        Map.of());
        return values.resolve(needs) instanceof RuntimeValues.Resolved resolved
                ? resolved.environment()
                : Map.of();
    }

    /// Lines that are only fetched when there is something to report.
    private interface Lines {
        List<String> fetch();
    }

    /// Whose door a person has shut, for the time of a rollback say, answers nobody: that says
    /// nothing of what stands behind it, which was tested before it got traffic. The door of a
    /// release lets its own tests through.
    private Look smokePublic(Work.SmokePublic work, Order order) {
        Revision revision = work.revision();
        Scope scope = revision == null ? order.scope() : scope(order, revision);
        Router.Doorway door = router.doorway(scope);
        if (door instanceof Router.Doorway.Barred) {
            return new Look.Done("not asked: the door is shut, see `belay status`");
        }
        Tests tests =
                elsewhere -> {
                    Map<String, String> variables =
                            revision == null ? Map.of() : environment(order, revision);
                    var setting =
                            new SmokeRunner.Setting(
                                    elsewhere.orElseGet(() -> address(work.port())),
                                    revision == null ? Path.of(".") : folder(revision),
                                    withPath(variables),
                                    Set.copyOf(variables.values()));
                    return smoke(
                            work.tests(),
                            door instanceof Router.Doorway.ByPass(String header, String pass)
                                    ? setting.showing(header, pass)
                                    : setting,
                            () -> revision == null ? List.of() : lastLines(scope, revision));
                };
        return revision == null || work.tests().isEmpty()
                ? tests.run(Optional.empty())
                : reached(scope, revision, true, tests);
    }

    private Look letIn(Work.LetIn work, Order order) {
        String environment = order.scope().environment();
        Scope scope = Scope.component(environment, work.component());
        return router.doorway(scope) instanceof Router.Doorway.ByPass
                ? new Look.Waiting(
                        SOON,
                        "users are kept out of `%s` still: `belay gateway open %s %s`"
                                .formatted(work.component(), environment, work.component()))
                : new Look.Done("users come in");
    }

    private static URI address(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private Look smoke(List<SmokeTest> tests, SmokeRunner.Setting setting, Lines lines) {
        List<SmokeResult> results = new SmokeRunner().run(tests, setting);
        var report = new ArrayList<String>();
        SmokeResult.Failed worst = null;
        for (SmokeResult result : results) {
            switch (result) {
                case SmokeResult.Passed(String name, Duration took) ->
                        report.add("passed `" + name + "` in " + took.toMillis() + " ms");
                case SmokeResult.Failed failed -> {
                    worst = worst == null ? failed : worst;
                    report.add("failed `" + failed.name() + "`: " + said(failed));
                }
            }
        }
        if (worst == null) {
            return new Look.Done(results.size() + " smoke tests passed");
        }
        String reason = "smoke test `" + worst.name() + "` failed: " + said(worst);
        if (!worst.body().isEmpty()) {
            report.add("it answered:\n" + worst.body());
        }
        return failed(reason, "", String.join("\n", report), lines.fetch());
    }

    private static String said(SmokeResult.Failed failed) {
        return failed.exchange() + ": expected " + failed.expected() + ", found " + failed.found();
    }

    private static Map<String, String> withPath(Map<String, String> environment) {
        var all = new TreeMap<>(environment);
        all.putIfAbsent("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
        return all;
    }

    // --- after traffic ------------------------------------------------------------------------

    private Look drained(Work.Drained work, Order order, Duration since) {
        Scope scope = scope(order, work.revision());
        if (!router.counts(scope)) {
            return new Look.Done(
                    "nobody counts what is under way there; each instance serves on for its drain"
                            + " when it is told to end");
        }
        int inFlight =
                router.observe(scope)
                        .map(seen -> seen.inFlight().getOrDefault(work.revision().id(), 0))
                        .orElse(0);
        if (inFlight == 0) {
            return new Look.Done("nothing in flight");
        }
        Launch.Stop stop = work.revision().launch().stop();
        if (since.compareTo(stop.untilFarewell()) >= 0) {
            List<String> all =
                    instances(scope, work.revision()).stream().map(Instance::id).toList();
            router.closeLongLived(scope, work.revision().id(), all);
        }
        Duration limit = stop.drain();
        return since.compareTo(limit) >= 0
                ? new Look.Done(inFlight + " still in flight when its drain time was over")
                : new Look.Waiting(SOON, inFlight + " requests in flight");
    }

    /// What is ill needs no comparison.
    private Look judged(Work.Judged work, Order order, Duration since) {
        return switch (lives(List.of(work.canary()), order)) {
            case Alive.Ill(Look.Failed look) -> look;
            case Alive.Well _ -> judging.judged(work, order, since);
        };
    }

    /// How revisions that have requests are.
    private sealed interface Alive {
        record Ill(Look.Failed look) implements Alive {}

        /// @param unsettled what cannot be said of all of them just now
        record Well(Optional<String> unsettled) implements Alive {}
    }

    private Alive lives(List<Revision> revisions, Order order) {
        Optional<String> unsettled = Optional.empty();
        for (Revision revision : revisions) {
            Scope scope = scope(order, revision);
            for (Instance one : instances(scope, revision)) {
                switch (condition(order.scope().environment(), revision, one)) {
                    case Wellness.Well _ -> {}
                    case Wellness.Unaskable(String because) ->
                            unsettled = Optional.of("`" + one.id() + "` " + because);
                    case Wellness.Unsettled(String because) ->
                            unsettled = Optional.of("`" + one.id() + "` " + because);
                    case Wellness.Ill(String reason) -> {
                        return new Alive.Ill(
                                failed(
                                        "`" + one.id() + "` " + reason,
                                        "",
                                        "",
                                        lastLines(scope, revision)));
                    }
                }
                int deaths = wellness.deaths(order.scope().environment(), one);
                if (deaths >= DEATHS_MAX) {
                    return new Alive.Ill(
                            failed(
                                    "`%s` died %d times while it was watched"
                                            .formatted(one.id(), deaths),
                                    "",
                                    "",
                                    lastLines(scope, revision)));
                }
            }
        }
        return new Alive.Well(unsettled);
    }

    private Look soak(Work.Soak work, Order order, Duration since) {
        return switch (lives(work.revisions(), order)) {
            case Alive.Ill(Look.Failed look) -> look;
            case Alive.Well(Optional<String> unsettled) -> soaking(work, since, unsettled);
        };
    }

    private static Look soaking(Work.Soak work, Duration since, Optional<String> unsettled) {
        Duration left = work.time().minus(since);
        if (left.isPositive()) {
            return new Look.Waiting(
                    left.compareTo(SECOND) < 0 ? left : SECOND,
                    "soaking, "
                            + left.toSeconds()
                            + " s left"
                            + unsettled.map(one -> "; " + one).orElse(""));
        }
        return unsettled
                .<Look>map(one -> new Look.Waiting(SECOND, one))
                .orElseGet(() -> new Look.Done("lived well for " + work.time().toSeconds() + " s"));
    }

    /// Where the instance is asked that runs elsewhere, its state is the answer.
    private Wellness.Condition condition(String environment, Revision revision, Instance one) {
        if (!target.asksInstances(revision)) {
            return wellness.look(environment, revision, one);
        }
        return switch (one.state()) {
            case CRASH_LOOP -> new Wellness.Ill("starts and dies again and again");
            case STOPPING -> new Wellness.Well();
            case STARTING, EXITED -> new Wellness.Unsettled(one.detail());
            case RUNNING ->
                    one.detail().matches("ready\\b.*")
                            ? new Wellness.Well()
                            : new Wellness.Unsettled("is " + one.detail());
        };
    }

    private Look settled(Work.Settled work, Order order) {
        Scope scope = Scope.component(order.scope().environment(), work.component());
        var counts = new TreeMap<String, Integer>();
        for (Instance one : target.instances(scope)) {
            if (one.state() != Instance.State.STOPPING) {
                counts.merge(one.revision(), 1, Integer::sum);
            }
        }
        for (Map.Entry<String, Integer> wanted : work.instances().entrySet()) {
            int is = counts.getOrDefault(wanted.getKey(), 0);
            if (is != wanted.getValue()) {
                return new Look.Waiting(
                        SOON,
                        is
                                + " of "
                                + wanted.getValue()
                                + " instances of `"
                                + wanted.getKey()
                                + "`");
            }
        }
        for (Traffic traffic : work.traffic()) {
            Optional<String> other = otherTraffic(scope, traffic);
            if (other.isPresent()) {
                return new Look.Waiting(SOON, other.get());
            }
        }
        return new Look.Done("as planned");
    }

    private Optional<String> otherTraffic(Scope scope, Traffic wanted) {
        var weights = new TreeMap<String, Integer>();
        wanted.shares().forEach(share -> weights.put(share.revision(), share.weight()));
        Map<String, Integer> is =
                router.observe(scope).map(Router.Observed::weights).orElse(Map.of());
        return weights.equals(is)
                ? Optional.empty()
                : Optional.of("traffic goes to " + is + " instead of " + weights);
    }
}
