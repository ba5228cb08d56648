package dev.belay.driver.command;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Foretold;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.command.Deployed.Stage;
import dev.belay.driver.host.Preparation;
import dev.belay.driver.host.ScopedCommands;
import dev.belay.driver.host.TrafficGuard;
import dev.belay.release.DeployCommands;
import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Brings revisions to where Belay has no way of its own, by commands of their artifacts. What is
/// there it knows from what these answered; what they cannot tell it does not make up.
///
/// Jobs, and migrations by other tools, run on this host as they do anywhere.
public final class CommandTarget implements Target {
    /// How often somebody asks again who waits: each time is a command that is run, and a request
    /// to somebody else's service.
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Target host;
    private final Talk talk;
    private final Deploying deploying;
    private final Watch watch;
    private final Predicate<String> commanded;

    /// @param host runs what is no deployment
    /// @param commanded whether an environment's components are deployed by commands, by what is
    ///   written of it
    /// @param every how often what is there is asked how it is
    public CommandTarget(
            Target host,
            ScopedCommands commands,
            Router router,
            Predicate<String> commanded,
            Duration every) {
        this.host = host;
        this.commanded = commanded;
        talk = new Talk(commands);
        deploying = new Deploying(talk, new TrafficGuard(router));
        watch = new Watch(talk, every);
    }

    /// Whether it is this target's to run a revision.
    public static boolean runs(Revision revision) {
        return revision.launch().commands() != null;
    }

    static String id(String revision) {
        return revision + "-1";
    }

    // --- orders -------------------------------------------------------------------------------

    @Override
    public Answer scale(Work.Scale work, Order order) {
        Answer answer = deploying.scale(work, order);
        watch.forget(order.scope(), work.revision().id());
        return answer;
    }

    @Override
    public Answer publish(Work.Publish work, Order order) {
        return host.publish(work, order);
    }

    @Override
    public Answer runJob(Work.RunJob work, Order order) {
        return host.runJob(work, order);
    }

    @Override
    public Answer migrate(Work.MigrateByCommand work, Order order) {
        return host.migrate(work, order);
    }

    @Override
    public Answer takeBack(Work.TakeBackByCommand work, Order order) {
        return host.takeBack(work, order);
    }

    @Override
    public Look foreseen(Work.Foreseen work, Order order) {
        return host.foreseen(work, order);
    }

    @Override
    public Foretold foretell(
            String environment, Revision revision, MigrationCommands by, Duration within) {
        return host.foretell(environment, revision, by, within);
    }

    @Override
    public Finding probe(Work.Effect work, Order order) {
        return work instanceof Work.Scale scale
                ? talk.commands().probe(order, scope -> deploying.look(scope, scale, order))
                : host.probe(work, order);
    }

    // --- before and after ---------------------------------------------------------------------

    @Override
    public Optional<List<Unmet>> preflight(String environment, Duration within) {
        return commanded.test(environment) ? Optional.of(List.of()) : Optional.empty();
    }

    /// Each command can be started: its program is there, and its variables have values.
    @Override
    public Look hosted(Work.Hosted work, Order order) {
        var wrong = new LinkedHashSet<String>();
        var hints = new LinkedHashSet<String>();
        for (Revision revision : work.revisions()) {
            Scope scope = Scope.component(order.scope().environment(), revision.component());
            Deployed about = Deploying.about(revision);
            for (Verb verb : Verb.values()) {
                if (verb.of(about.by()).isEmpty()) {
                    continue;
                }
                try {
                    Optional<Preparation.Refused> fault =
                            talk.commands()
                                    .fault(
                                            scope,
                                            talk.command(verb, about, order, Deployments.NONE));
                    fault.ifPresent(one -> {
                        wrong.add(
                                "`%s` of `%s`: %s"
                                        .formatted(
                                                verb.word(), revision.component(), one.reason()));
                        hints.add(one.hint());
                    });
                } catch (IOException e) {
                    wrong.add(String.valueOf(e.getMessage()));
                }
            }
        }
        return wrong.isEmpty()
                ? new Look.Done("all commands can be started")
                : new Look.Failed(String.join("; ", wrong), String.join("; ", hints), "");
    }

    @Override
    public boolean asksInstances(Revision revision) {
        return runs(revision);
    }

    @Override
    public Optional<Look> ready(Work.Ready work, Order order) {
        Scope scope = Scope.component(order.scope().environment(), work.revision().component());
        String revision = work.revision().id();
        try {
            Optional<Look> look =
                    talk.commands()
                            .locked(
                                    scope,
                                    within -> {
                                        Deployments now = talk.caughtUp(within);
                                        return now.of(revision)
                                                .map(is -> believed(within, now, is))
                                                .orElseGet(() -> notDeployed(revision));
                                    });
            if (look.isEmpty() || !(look.get() instanceof Look.Done)) {
                return Optional.of(
                        look.orElseGet(
                                () -> new Look.Waiting(SOON, "a command of `" + scope + "` runs")));
            }
            Deployments now = read(scope);
            Deployed is = now.of(revision).orElseThrow();
            Watch.Condition seen = watch.ask(scope, is, now, order.within());
            return Optional.of(
                    switch (seen.wellness()) {
                        case WELL -> new Look.Done(seen.because());
                        case NOT_YET, UNASKED -> new Look.Waiting(SOON, seen.because());
                        case ILL ->
                                new Look.Failed(
                                        seen.because(),
                                        "",
                                        String.join("\n", lastLines(scope, revision, 50)));
                    });
        } catch (IOException e) {
            return Optional.of(new Look.Waiting(SOON, String.valueOf(e.getMessage())));
        }
    }

    /// Nobody saw how its `deploy` ended, and the release goes on: a person said that it did.
    private Look believed(ScopedCommands.Within within, Deployments now, Deployed is) {
        if (is.stage() == Stage.BEGAN || is.stage() == Stage.UNSEEN) {
            try {
                talk.there(within, now, is, Reply.NOTHING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Look.Done("");
        }
        return is.isThere() ? new Look.Done("") : notDeployed(is.recipe().revision());
    }

    private static Look notDeployed(String revision) {
        return new Look.Failed("`" + revision + "` is not deployed", "", "");
    }

    @Override
    public Optional<Reach> reach(Scope scope, String revision, boolean open) {
        Deployments now = read(scope);
        String own = now.of(revision).map(Deployed::url).orElse("");
        String url = open && now.live().equals(revision) && !now.url().isEmpty() ? now.url() : own;
        return url.isEmpty() ? Optional.empty() : Optional.of(Reach.at(URI.create(url)));
    }

    @Override
    public List<String> lastLines(Scope scope, String revision, int lines) {
        Deployments now = read(scope);
        Optional<Deployed> is = now.of(revision).filter(one -> !one.by().logs().isEmpty());
        if (is.isEmpty()) {
            return List.of();
        }
        try {
            ScopedCommands.Said said =
                    talk.ask(Verb.LOGS, is.get(), scope, now, Duration.ofSeconds(20));
            List<String> all = talk.commands().redact(said.printed()).lines().toList();
            return all.subList(Math.max(0, all.size() - lines), all.size()).stream()
                    .map(line -> id(revision) + " | " + line)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- looking ------------------------------------------------------------------------------

    private Deployments read(Scope scope) {
        try {
            return Deployments.read(talk.commands().file(scope, Deployments.FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Instance> instances(Scope scope) {
        var all = new ArrayList<Instance>();
        read(scope)
                .all()
                .forEach((revision, is) -> {
                    if (!is.retired()) {
                        all.add(instance(scope, revision, is));
                    }
                });
        return all;
    }

    private Instance instance(Scope scope, String revision, Deployed is) {
        Instance.State state =
                switch (is.stage()) {
                    case BEGAN -> Instance.State.STARTING;
                    case UNSEEN, FAILED -> Instance.State.EXITED;
                    case THERE -> watch.last(scope, is).state();
                    case LEAVING -> Instance.State.STOPPING;
                };
        String detail =
                switch (is.stage()) {
                    case BEGAN -> "is being deployed";
                    case UNSEEN -> "nobody saw how its `deploy` ended";
                    case FAILED -> "its `deploy` failed";
                    case THERE -> watch.last(scope, is).detail();
                    case LEAVING -> "is being removed";
                };
        return new Instance(id(revision), revision, 1, state, 0, 0, is.since(), 0, detail);
    }

    @Override
    public List<Instance> recorded(Scope scope) {
        return instances(scope);
    }

    @Override
    public boolean lives(Scope scope, Instance instance) {
        return read(scope)
                .of(instance.revision())
                .filter(is -> is.isThere() && !is.retired())
                .isPresent();
    }

    /// Whoever runs it there ends what hangs.
    @Override
    public boolean end(Scope scope, Instance instance) {
        return false;
    }

    @Override
    public List<String> supervise() {
        var said = new ArrayList<String>();
        try {
            for (Scope scope : scopes()) {
                said.addAll(watch.look(scope, read(scope)));
            }
        } catch (IOException | UncheckedIOException e) {
            said.add(String.valueOf(e.getMessage()));
        }
        return said;
    }

    private List<Scope> scopes() throws IOException {
        return talk.commands().components().stream()
                .filter(scope -> Files.exists(talk.commands().file(scope, Deployments.FILE)))
                .toList();
    }

    @Override
    public Set<Digest> artifactsInUse() throws IOException {
        Set<Digest> digests = new HashSet<>();
        for (Scope scope : scopes()) {
            for (Map.Entry<String, Deployed> one : read(scope).all().entrySet()) {
                if (!one.getValue().retired()) {
                    digests.add(one.getValue().recipe().digest());
                }
            }
        }
        return digests;
    }

    @Override
    public Set<String> environments() throws IOException {
        Set<String> names = new HashSet<>();
        scopes().forEach(scope -> names.add(scope.environment()));
        return names;
    }

    /// The commands of a revision that is this target's.
    static DeployCommands by(Revision revision) {
        return Objects.requireNonNull(revision.launch().commands());
    }
}
