package dev.belay.server.operations;

import dev.belay.execution.Engine;
import dev.belay.journal.EarlierRequests;
import dev.belay.journal.Journal;
import dev.belay.journal.NewRelease;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationTool;
import dev.belay.manifest.Reading;
import dev.belay.plan.Deployment;
import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanJson;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Planner;
import dev.belay.plan.Planning;
import dev.belay.plan.PolicyJudge;
import dev.belay.plan.RollbackRequest;
import dev.belay.plan.Selection;
import dev.belay.plan.Step;
import dev.belay.plan.Submission;
import dev.belay.plan.Undo;
import dev.belay.problem.Problem;
import dev.belay.problem.ShellWords;
import dev.belay.release.Actor;
import dev.belay.release.Appointment;
import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.ReleaseState;
import dev.belay.release.SignatureRule;
import dev.belay.server.evidence.EvidenceJudge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Plans and submits releases.
///
/// In one environment, requests to deploy are worked on one after the other in the order in which
/// they came, building included; looking at the world, planning and submitting are then one step
/// that nobody else is in. A rollback takes part only in the latter: it never waits for a build.
public final class Releases {
    private static final int AHEAD_MAX = 1_000;

    /// What is exchanged between databases is done by then.
    private static final Duration EXCHANGE = Duration.ofHours(1);

    private final Platform platform;
    private final Sources sources;
    private final InventoryReader inventory;
    private final SchemaDrift drift;
    private final ToolPlans tools;
    private final RestoreLimits limits;
    private final EvidenceJudge evidence;
    private final KeptPromises promises;
    private final Calendar calendar;
    private final CurrentSecrets secrets;
    private final PolicyDesk policies;
    private final CountedCanaries counted;
    private final WayIn ways;
    private final Promotion promotion;
    private final ParityReader parity;
    private final Store store;
    private final Runnable nudge;
    private final StoreDoor door;
    private final Lanes lanes = new Lanes();

    /// The journal, with its memory of requests.
    public record Store(Journal journal, EarlierRequests requests) {}

    /// What planning looks at besides the manifest.
    public record Eyes(
            InventoryReader inventory,
            SchemaDrift drift,
            ToolPlans tools,
            RestoreLimits limits,
            ParityReader parity,
            EvidenceJudge evidence,
            Calendar calendar,
            CurrentSecrets secrets,
            PolicyDesk policies,
            CountedCanaries counted,
            WayIn ways) {}

    /// Over one journal.
    ///
    /// @param door keeps artifacts from being removed between their choice and the journal
    /// @param nudge wakes the engine
    public Releases(
            Platform platform,
            Sources sources,
            Eyes eyes,
            Store store,
            StoreDoor door,
            Runnable nudge) {
        this.platform = platform;
        this.sources = sources;
        this.promises = new KeptPromises(sources.contracts().judge());
        this.inventory = eyes.inventory();
        this.drift = eyes.drift();
        this.tools = eyes.tools();
        this.limits = eyes.limits();
        this.parity = eyes.parity();
        this.evidence = eyes.evidence();
        this.calendar = eyes.calendar();
        this.secrets = eyes.secrets();
        this.policies = eyes.policies();
        this.counted = eyes.counted();
        this.ways = eyes.ways();
        this.promotion = new Promotion(platform, eyes.inventory(), sources::madeOf);
        this.store = store;
        this.door = door;
        this.nudge = nudge;
    }

    /// How a submission is to be made.
    ///
    /// @param digest of the plan that was agreed to, or `""` for whatever comes out
    /// @param key the same for a repeated request
    /// @param body digest of the request, to know a repetition from a reuse
    /// @param supersede whether queued releases of the same components make way
    /// @param when it is to begin; null for as soon as it can
    public record Terms(
            String digest,
            String key,
            String body,
            boolean supersede,
            @Nullable Appointment when,
            Actor actor,
            Admission admission) {}

    /// What was submitted.
    ///
    /// @param unchanged component to why nothing happens to it
    /// @param ahead when nothing was begun: what is under way and was counted on to end well
    /// @param warnings what keeps nothing from being done, and somebody should look after
    /// @param replayed whether this is the answer to an earlier request
    public record Submitted(
            List<String> releases,
            String digest,
            Map<String, String> unchanged,
            List<String> ahead,
            List<String> warnings,
            boolean replayed) {
        public Submitted {
            releases = List.copyOf(releases);
            warnings = List.copyOf(warnings);
            unchanged = Collections.unmodifiableSortedMap(new TreeMap<>(unchanged));
        }

        Submitted warning(List<String> of) {
            return new Submitted(releases, digest, unchanged, ahead, of, replayed);
        }
    }

    /// Plans, and changes nothing but the stores of artifacts and configurations.
    public Submission plan(Wish wish, String by, Consumer<String> progress) {
        Platform.Read read = platform.in(wish.environment(), wish.set());
        try (var _ = lanes.deploys(wish.environment());
                var _ = door.among()) {
            Prepared prepared = prepare(read, wish, by, progress, _ -> {});
            Inventory now =
                    drift.corrected(
                            inventory.readAtBest(read.view()), prepared.made().migrations());
            Submission submission = planned(prepared, now, Map.of());
            counted.require(submission);
            return submission;
        }
    }

    /// Plans and queues.
    ///
    /// @throws Denied when the plan is not the one agreed to
    public Submitted deploy(Wish wish, Terms terms, Consumer<String> progress) {
        return deploy(wish, terms, progress, () -> {});
    }

    /// The same, if something is still so.
    ///
    /// @param still throws [Denied] when it is not; asked while nobody else can plan or submit
    Submitted deploy(Wish wish, Terms terms, Consumer<String> progress, Runnable still) {
        try (var _ = lanes.deploys(wish.environment());
                var _ = door.among()) {
            var earlier = earlier(terms);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            Platform.Read read = platform.in(wish.environment(), wish.set());
            calendar.requireThawed(wish.environment(), false, terms.when());
            String by = terms.actor().subject();
            Prepared prepared =
                    prepare(
                            read,
                            wish,
                            by,
                            progress,
                            chosen -> {
                                calendar.requireOpen(read.view(), chosen.without(), terms.when());
                                secrets.require(read.view(), chosen);
                            });
            Map<String, String> foreseen = foreseen(prepared, terms);
            requireCounted(prepared, terms, foreseen);
            try (var _ = lanes.planning(wish.environment())) {
                still.run();
                Inventory now =
                        drift.corrected(
                                inventory.read(read.view(), terms.supersede()),
                                prepared.made().migrations());
                Submission submission = planned(prepared, now, foreseen);
                requireAgreed(submission, terms, wish);
                requireWayBack(submission, read.view());
                requireTried(submission, prepared);
                EvidencePolicy.requireShown(evidence, submission);
                promises.require(submission);
                policies.require(submission);
                return submit(submission, wish.why(), terms, Commits.now(read.view().folder()))
                        .warning(warnings(prepared));
            }
        }
    }

    /// What is to go back, and to what.
    ///
    /// @param components or groups; empty is everything that can go back
    /// @param schema whether their schemas go back with them
    /// @param to by component, the digest of what it goes back to; null for what soaked last
    public record Return(
            String environment,
            List<String> components,
            boolean schema,
            @Nullable Function<Inventory, Map<String, String>> to,
            String reason) {
        public Return {
            components = List.copyOf(components);
        }
    }

    /// To how it was when a release had ended.
    ///
    /// @throws Denied when the environment has no such release
    public Function<Inventory, Map<String, String>> asOf(String environment, String release) {
        boolean known =
                store.journal()
                        .find(release)
                        .filter(row -> row.environment().equals(environment))
                        .isPresent();
        if (!known) {
            throw Denied.unknown(
                    "request/unknown-release",
                    "release",
                    release,
                    "`%s` has no such release".formatted(environment),
                    "`belay releases %s` lists them".formatted(environment));
        }
        return inventory -> {
            Map<String, String> then = inventory.asOf(release);
            if (then.isEmpty()) {
                throw Denied.refusal("nothing ran there when `" + release + "` had ended", "");
            }
            return then;
        };
    }

    /// Plans and queues the way back of components that nothing is going on with.
    public Submitted rollBack(Return back, Terms terms) {
        String environment = back.environment();
        Platform.Read read = platform.lately(environment);
        try (var _ = lanes.planning(environment);
                var _ = door.among()) {
            var earlier = earlier(terms);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            calendar.requireThawed(environment, true, null);
            Inventory now = inventory.read(read.view(), terms.supersede());
            var request =
                    new RollbackRequest(
                            read.view(),
                            back.components(),
                            back.schema(),
                            back.to() == null ? Map.of() : back.to().apply(now),
                            now,
                            read.manifestDigest());
            Submission way = planned(Planner.rollback(request));
            var knowing = request.promising(promises.back(way, now));
            return submit(planned(Planner.rollback(knowing)), back.reason(), terms, "");
        }
    }

    /// Does something while no release of these components or datastores is under way, and none can
    /// begin.
    ///
    /// @throws Denied when one is under way
    <T> T whileNothingGoesOn(String environment, Set<String> components, Supplier<T> doing) {
        try (var _ = lanes.planning(environment)) {
            for (ReleaseRow row :
                    store.journal()
                            .list(environment, ReleaseState.unended(), Long.MAX_VALUE, AHEAD_MAX)) {
                boolean uses =
                        row.scopes().stream().anyMatch(scope -> components.contains(scope.name()));
                if (uses && !(isLater(row, Duration.ZERO) && isLater(row, EXCHANGE))) {
                    throw Denied.refusal(
                            "`" + row.id() + "` is under way, and uses what is to be exchanged",
                            "wait for its end, or `belay cancel " + row.id() + " --roll-back`");
                }
            }
            return doing.get();
        }
    }

    /// Whether it is queued for a time that is not now, nor within a while.
    private boolean isLater(ReleaseRow row, Duration within) {
        return row.isElsewhen(store.journal().now() + within.toMillis());
    }

    /// While nothing is planned in the environment, and none of its databases is exchanged.
    public <T> T alone(String environment, Supplier<T> doing) {
        try (var _ = lanes.planning(environment)) {
            return doing.get();
        }
    }

    /// Components that are named, by themselves or as groups; all of the environment where nothing
    /// is.
    ///
    /// @throws Denied when there is no such component
    Set<String> named(EnvironmentView view, List<String> components) {
        return components.isEmpty() ? view.components().keySet() : names(view, components);
    }

    /// Releases that have not ended and brought, or will bring, one of the components.
    ///
    /// @param components or groups; empty is all
    public List<ReleaseRow> under(String environment, List<String> components) {
        EnvironmentView view = platform.lately(environment).view();
        Set<String> names = names(view, components);
        Set<ReleaseState> open =
                EnumSet.of(ReleaseState.QUEUED, ReleaseState.RUNNING, ReleaseState.PAUSED);
        return store.journal().list(environment, open, Long.MAX_VALUE, AHEAD_MAX).stream()
                .filter(row -> !isLater(row, Duration.ZERO))
                .filter(row ->
                        components.isEmpty()
                                || row.scopes().stream()
                                        .anyMatch(scope -> names.contains(scope.name())))
                .toList();
    }

    /// What the manifest has no more may still be under way, or go back.
    private Set<String> names(EnvironmentView view, List<String> components) {
        Set<String> names = new LinkedHashSet<>(components);
        store.journal().scopes(view.environment()).forEach(scope -> names.remove(scope.name()));
        Set<String> known = new LinkedHashSet<>(components);
        known.removeAll(names);
        if (!names.isEmpty()) {
            var others = new Selection(List.copyOf(names), List.of(), List.of(), "", "");
            String typed = RollbackRequest.typed(view.environment());
            known.addAll(chosen(others.in(view, typed)).components());
        }
        return known;
    }

    private static Selection.Chosen chosen(Reading<Selection.Chosen> selected) {
        return switch (selected) {
            case Reading.Read<Selection.Chosen>(Selection.Chosen chosen) -> chosen;
            case Reading.Refused<Selection.Chosen>(List<Problem> problems) ->
                    throw new Denied(new No.Problems(problems));
        };
    }

    /// A request that lacks nothing but the inventory.
    private record Prepared(
            EnvironmentView view,
            Map<String, List<String>> limits,
            Sources.Made made,
            Set<Digest> below,
            Selection selection,
            Set<String> selected,
            PolicyJudge policies,
            String manifestDigest) {
        PlanRequest over(
                Inventory inventory,
                SortedMap<String, PlanRequest.Shown> evidence,
                SortedMap<String, PlanRequest.Promised> contracts) {
            return new PlanRequest(
                    view,
                    new TreeMap<>(made.built()),
                    new TreeMap<>(made.schemas()),
                    new TreeMap<>(),
                    below,
                    evidence,
                    made.stores(),
                    contracts,
                    policies,
                    inventory.limited(limits),
                    selection,
                    manifestDigest);
        }
    }

    /// @param demand asked before anything is built
    private Prepared prepare(
            Platform.Read read,
            Wish wish,
            String by,
            Consumer<String> progress,
            Consumer<Selection.Chosen> demand) {
        if (!read.view().unsupported().isEmpty()) {
            throw new Denied(new No.Problems(read.view().unsupported()));
        }
        ways.require(wish.environment());
        Selection selection = Exceptions.dated(asked(wish, by), read.view(), wish.until());
        Selection.Chosen chosen = chosen(selection.in(read.view()));
        policies.requireWritten(read.view());
        parity.require(read.view());
        promotion.demand(read.view(), chosen, wish);
        Reasons.demand(read.view(), chosen, wish);
        demand.accept(chosen);
        Map<String, Promotion.Taken> taken = promotion.of(read.view(), chosen, wish.promote());
        new Commits(store.journal())
                .last(wish.environment())
                .ifPresent(since -> sources.searchSince(read.view(), since, progress));
        return new Prepared(
                read.view(),
                limits.of(read.view()),
                sources.of(read.view(), chosen, taken, progress),
                inventory.migrated(read.view().gates().migratedIn()),
                selection,
                chosen.components(),
                policies.of(read.view(), by, wish.set()),
                read.manifestDigest());
    }

    private static Selection asked(Wish wish, String by) {
        return new Selection(
                wish.only(),
                wish.skip(),
                wish.remove(),
                by,
                wish.why(),
                wish.oneWay(),
                wish.contract(),
                null,
                wish.maintenance());
    }

    /// Of certificates. They are no reason to refuse: the gateway may still serve good ones that it
    /// has read before.
    private static List<String> warnings(Prepared prepared) {
        var certificates = CertificateCheck.of(prepared.view(), prepared.selected(), Instant.now());
        return Stream.concat(certificates.wrong().stream(), certificates.doubtful().stream())
                .map(problem -> problem.message() + "; " + problem.hint())
                .toList();
    }

    /// Which tools have something to do is known once it is planned; what they would do belongs
    /// into the plan.
    ///
    /// @param known what was asked before
    private Submission planned(Prepared prepared, Inventory now, Map<String, String> known) {
        PlanRequest request = over(prepared, now);
        Submission submission = planned(Planner.plan(request.foreseeing(known)));
        var unasked = new TreeMap<>(Planner.toForesee(submission));
        unasked.keySet().removeAll(known.keySet());
        if (unasked.isEmpty()) {
            return submission;
        }
        var foreseen = new TreeMap<>(known);
        foreseen.putAll(tools.ask(submission.environment(), unasked));
        return planned(Planner.plan(request.foreseeing(foreseen)));
    }

    /// Before nobody else may plan: a rollback is not to wait for tools.
    private Map<String, String> foreseen(Prepared prepared, Terms terms) {
        EnvironmentView view = prepared.view();
        boolean any =
                view.components().values().stream()
                        .map(Component::migrations)
                        .anyMatch(source ->
                                source instanceof MigrationTool tool
                                        && !tool.commands().plan().isEmpty());
        if (!any) {
            return Map.of();
        }
        Inventory now =
                drift.corrected(
                        inventory.read(view, terms.supersede()), prepared.made().migrations());
        return tools.ask(
                view.environment(), Planner.toForesee(planned(Planner.plan(over(prepared, now)))));
    }

    /// Before nobody else may plan, as well.
    private void requireCounted(Prepared prepared, Terms terms, Map<String, String> foreseen) {
        EnvironmentView view = prepared.view();
        if (view.canary().prometheus() != null) {
            Inventory now =
                    drift.corrected(
                            inventory.read(view, terms.supersede()), prepared.made().migrations());
            counted.require(planned(prepared, now, foreseen));
        }
    }

    private static Submission planned(Planning planning) {
        return switch (planning) {
            case Planning.Planned(Submission submission) -> submission;
            case Planning.Refused(List<Problem> problems) ->
                    throw new Denied(new No.Problems(problems));
        };
    }

    private static void requireAgreed(Submission submission, Terms terms, Wish wish) {
        if (!terms.digest().isEmpty() && !submission.digest().text().equals(terms.digest())) {
            throw Denied.refusal(
                    "the plan is not the one that was agreed to any more: what is to be done now is "
                            + summary(submission),
                    "look at it with `"
                            + command("plan", submission, wish)
                            + "`, then `"
                            + command("deploy", submission, wish)
                            + " --plan "
                            + submission.digest().text()
                            + "`");
        }
    }

    /// Where the environment asks for one: who goes on without it says so by name.
    private static void requireWayBack(Submission submission, EnvironmentView view) {
        if (!view.gates().wayBack()) {
            return;
        }
        for (Plan plan : submission.plans()) {
            if (plan.lacksWayBack()) {
                Step step = plan.step(plan.pointOfNoReturn());
                String why = step.undo() instanceof Undo.Impossible(String because) ? because : "";
                throw Denied.refusal(
                        "there is no way back from step %d on, `%s`: %s; `%s` asks for one"
                                .formatted(step.number(), step.title(), why, view.environment()),
                        "give it one, or release it all the same with `--accept-no-way-back --reason"
                                + " …`, which is recorded with your name");
            }
        }
    }

    /// In the environment that the gates name: what is wrong with migrations is to be found there.
    private static void requireTried(Submission submission, Prepared prepared) {
        EnvironmentView view = prepared.view();
        for (Plan plan : submission.plans()) {
            List<String> untried = Planner.untried(plan.steps(), view, prepared.below());
            if (!untried.isEmpty()) {
                throw Denied.refusal(
                        "`%s`: these very migrations have not ended well in `%s`, which `%s` asks for"
                                .formatted(
                                        untried.getFirst(),
                                        view.gates().migratedIn(),
                                        view.environment()),
                        "release them there first: `belay deploy "
                                + view.gates().migratedIn()
                                + "`");
            }
        }
    }

    /// What artifacts have shown follows from which they are, and from what runs now.
    private PlanRequest over(Prepared prepared, Inventory now) {
        EnvironmentView view = prepared.view();
        var shown = new TreeMap<String, PlanRequest.Shown>();
        prepared.made()
                .built()
                .forEach((name, source) -> {
                    List<EvidenceRule> rules = view.gates().evidenceOf(name, view.groups());
                    SignatureRule signed = EvidencePolicy.of(evidence.signatures(), view, name);
                    if (!rules.isEmpty() || signed != null) {
                        Digest runs = running(now, name);
                        shown.put(name, evidence.shown(rules, signed, source.artifact(), runs));
                    }
                });
        return prepared.over(now, shown, promises.of(prepared.view(), prepared.made(), now));
    }

    private static @Nullable Digest running(Inventory now, String component) {
        Inventory.Component there = now.components().get(component);
        if (there == null || there.history().isEmpty()) {
            return null;
        }
        Deployment latest = there.history().getFirst().deployment();
        return latest.isEnded() ? null : latest.revision().artifact();
    }

    private static String command(String verb, Submission submission, Wish wish) {
        List<String> words = new ArrayList<>(List.of("belay", verb, submission.environment()));
        words.addAll(wish.flags());
        return ShellWords.of(words);
    }

    private static String summary(Submission submission) {
        List<String> titles = submission.plans().stream().map(Plan::title).toList();
        return titles.isEmpty() ? "nothing" : String.join("; ", titles);
    }

    private java.util.Optional<Submitted> earlier(Terms terms) {
        return store.requests()
                .earlier(terms.key(), terms.body())
                .map(reply -> answer(reply, "", Map.of(), List.of()));
    }

    private Submitted submit(Submission submission, String reason, Terms terms, String commit) {
        var releases = new ArrayList<NewRelease>();
        for (Plan plan : submission.plans()) {
            String text = PlanJson.encode(plan);
            releases.add(
                    new NewRelease(
                            plan.environment(),
                            plan.title(),
                            plan.scopes(),
                            plan.baseline(),
                            text,
                            Digest.of(text).text(),
                            submission.manifestDigest(),
                            Engine.VERSION,
                            commit));
        }
        var submitted =
                new dev.belay.journal.Submission(
                        releases,
                        terms.actor().subject(),
                        reason,
                        terms.key(),
                        terms.body(),
                        terms.supersede(),
                        terms.when());
        var reply = terms.admission().during(() -> store.journal().submit(submitted));
        nudge.run();
        List<String> ahead = releases.isEmpty() ? ahead(submission.environment()) : List.of();
        return answer(reply, submission.digest().text(), submission.unchanged(), ahead);
    }

    /// What merely soaks runs as it should.
    private List<String> ahead(String environment) {
        return store
                .journal()
                .list(environment, ReleaseState.unended(), Long.MAX_VALUE, AHEAD_MAX)
                .stream()
                .filter(row -> !row.soaking() && !isLater(row, Duration.ZERO))
                .map(ReleaseRow::id)
                .toList();
    }

    private static Submitted answer(
            dev.belay.journal.Submission.Reply reply,
            String digest,
            Map<String, String> unchanged,
            List<String> ahead) {
        return switch (reply) {
            case dev.belay.journal.Submission.Reply.Accepted(
                            List<String> releases,
                            boolean replayed) ->
                    new Submitted(releases, digest, unchanged, ahead, List.of(), replayed);
            case dev.belay.journal.Submission.Reply.KeyReused(String key) ->
                    throw Denied.refusal(
                            "the key `" + key + "` was used for another request",
                            "take a new key for a new request");
        };
    }
}
