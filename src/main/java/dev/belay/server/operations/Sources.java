package dev.belay.server.operations;

import dev.belay.driver.Images;
import dev.belay.driver.artifact.BuildOrder;
import dev.belay.driver.artifact.BuildResult;
import dev.belay.driver.artifact.Builder;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Selection;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.ShellWords;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes what revisions are made of: checks variables, builds artifacts, keeps configurations.
public final class Sources {
    /// Instances see it, too: what they run with has a name.
    private static final String VERSION = "BELAY_VARIABLES";

    private static final Duration BUILD_WITHIN = Duration.ofMinutes(30);

    private final Checking checking;
    private final Builder builder;
    private final ConfigurationStore configurations;
    private final VariableVersions versions;
    private final Redactor redactor;
    private final Groundwork groundwork;
    private final BakedSources baked;
    private final SchemaSources schemas;
    private final ContractSources contracts;
    private final Verdicts verdicts;
    private final Images images;
    private final Path state;

    /// Where it puts what it makes.
    public record Stores(
            Builder builder,
            ConfigurationStore configurations,
            SchemaSources schemas,
            ContractSources contracts,
            Images images,
            Verdicts verdicts) {}

    /// What is known of migrations.
    public interface Verdicts {
        /// What a rehearsal of these very files showed lately; null when there was none.
        @Nullable SchemaVerdict of(String environment, Migrations migrations);
    }

    /// A maker over these stores.
    ///
    /// @param redactor masks what builds wrote
    /// @param state Belay's own folder, which may lie among the sources
    public Sources(
            Checking checking,
            Stores stores,
            VariableVersions versions,
            Redactor redactor,
            Path state) {
        this.checking = checking;
        this.builder = stores.builder();
        this.configurations = stores.configurations();
        this.schemas = stores.schemas();
        this.contracts = stores.contracts();
        this.verdicts = stores.verdicts();
        this.images = stores.images();
        this.versions = versions;
        this.redactor = redactor;
        this.state = state.toAbsolutePath().normalize();
        groundwork = new Groundwork(redactor);
        baked = new BakedSources(builder);
    }

    /// What was made.
    ///
    /// @param built by component
    /// @param schemas by datastore, those that all who use it share
    /// @param stores variable to the store of secrets that it comes from
    record Made(
            Map<String, PlanRequest.Source> built,
            Map<String, PlanRequest.Schema> schemas,
            SortedMap<String, String> stores) {
        /// By component or datastore.
        Map<String, Migrations> migrations() {
            var all = new TreeMap<String, Migrations>();
            built.forEach((name, source) -> {
                if (source.migrations() != null) {
                    all.put(name, source.migrations());
                }
            });
            schemas.forEach((name, schema) -> all.put(name, schema.migrations()));
            return all;
        }
    }

    /// Of each of the components that were chosen, and of the schemas that they share.
    ///
    /// @param taken what is promoted, by component and datastore, and so not made
    /// @param progress gets a line for everything that takes time
    /// @throws Denied when variables are wrong, something is missing, or a build fails
    Made of(
            EnvironmentView view,
            Selection.Chosen chosen,
            Map<String, Promotion.Taken> taken,
            Consumer<String> progress) {
        Set<String> components = chosen.components();
        var wrong = new ArrayList<>(checking.variables(view, components));
        SecretSearch secrets = checking.secrets(view.environment());
        boolean guesses = view.gates().secrets().refusesGuesses();
        wrong.addAll(secrets.manifest().wrong(guesses));
        wrong.addAll(secrets.told(view, components));
        List<SchemaOwner> shared =
                chosen.schemasToRead(view).stream()
                        .flatMap(name -> SchemaOwner.of(view, view.datastore(name)).stream())
                        .toList();
        Stream.concat(
                        shared.stream(),
                        components.stream()
                                .flatMap(name ->
                                        SchemaOwner.of(view, view.component(name)).stream()))
                .filter(owner -> !taken.containsKey(owner.name()))
                .forEach(owner -> wrong.addAll(schemas.problems(view, owner)));
        if (!wrong.isEmpty()) {
            throw new Denied(new No.Problems(wrong));
        }
        boolean sharedTaken = shared.stream().map(SchemaOwner::name).allMatch(taken::containsKey);
        if (!sharedTaken || components.stream().anyMatch(name -> isMade(view, name, taken))) {
            groundwork.lay(view, progress);
        }
        var sources = new TreeMap<String, PlanRequest.Source>();
        Set<Path> keptBack = checking.keptBack();
        keptBack.add(state);
        for (String name : components) {
            Component component = view.components().get(name);
            if (component == null || component.kind() instanceof Component.Contract) {
                continue;
            }
            Promotion.Taken promoted = taken.get(name);
            var notes = new ArrayList<String>();
            Digest artifact = artifact(view, component, promoted, keptBack, notes, progress);
            search(secrets, name, artifact, guesses, progress);
            notes.addAll(foreign(view, component, artifact));
            Launch.Image image = image(view.environment(), component, promoted, artifact, notes);
            Migrations migrations =
                    SchemaOwner.of(view, component)
                            .map(owner -> migrations(view, owner, promoted))
                            .orElse(null);
            sources.put(
                    name,
                    new PlanRequest.Source(
                            artifact,
                            configuration(view, component),
                            migrations,
                            migrations == null ? null : verdicts.of(view.environment(), migrations),
                            origin(view, component, promoted),
                            promoted == null ? contracts.of(view, component) : promoted.contracts(),
                            notes,
                            image));
        }
        var schemasByName = new TreeMap<String, PlanRequest.Schema>();
        for (SchemaOwner owner : shared) {
            Promotion.Taken promoted = taken.get(owner.name());
            Migrations migrations = migrations(view, owner, promoted);
            if (migrations == null) {
                continue;
            }
            schemasByName.put(
                    owner.name(),
                    new PlanRequest.Schema(
                            migrations,
                            verdicts.of(view.environment(), migrations),
                            origin(view, owner.name(), promoted)));
        }
        return new Made(sources, schemasByName, checking.sources(view, components));
    }

    /// What is promoted is taken as it is, unless the values of its environment are baked in.
    ///
    /// @param notes gets what is to be said of that
    private Digest artifact(
            EnvironmentView view,
            Component component,
            Promotion.@Nullable Taken promoted,
            Set<Path> keptBack,
            List<String> notes,
            Consumer<String> progress) {
        if (!component.told().baked()) {
            return promoted == null
                    ? build(view, component, keptBack, progress)
                    : promoted.artifact();
        }
        BuildOrder order = order(view, component, keptBack);
        Digest source = baked.required(view, component, promoted, order);
        Digest artifact = build(view, component, keptBack, progress);
        if (!baked.of(artifact).contains(source)) {
            throw Denied.failure(
                    "the source of `%s` was changed while it was built".formatted(component.name()),
                    "again, once nobody edits it");
        }
        notes.add(BakedSources.note(view, component, artifact, promoted, source));
        return artifact;
    }

    /// What a frontend's artifact holds that other environments tell their visitors.
    private List<String> foreign(EnvironmentView view, Component component, Digest artifact) {
        if (!(component.kind() instanceof Component.Frontend) || component.told().baked()) {
            return List.of();
        }
        try (InputStream archive = builder.read(artifact)) {
            return ForeignValues.notes(component, view, checking.environments(), archive);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(component.name(), e);
        }
    }

    private static Denied unreadable(String component, IOException e) {
        return Denied.failure(
                "the artifact of `" + component + "` cannot be read: " + e.getMessage(),
                "see to the disk that `.belay` is on");
    }

    /// What the name of the image stands for now, once for the whole release; where it is promoted,
    /// what it stood for there.
    ///
    /// @param notes gets which one that is
    private Launch.@Nullable Image image(
            String environment,
            Component component,
            Promotion.@Nullable Taken promoted,
            Digest artifact,
            List<String> notes) {
        Launch launch = Component.launchOf(component.kind());
        Launch.Container container = launch == null ? null : launch.container();
        if (launch == null || container == null) {
            return null;
        }
        if (container.pod() != null) {
            return pinned(component, container, promoted, notes);
        }
        var wish =
                new Images.Wish(
                        environment,
                        component.name(),
                        artifact,
                        container.image(),
                        promoted == null ? "" : promoted.image(),
                        launch.port());
        Images.Found found =
                switch (images.find(wish)) {
                    case Images.Found one -> one;
                    case Images.Missing(String reason, String hint) ->
                            throw Denied.failure("`" + component.name() + "`: " + reason, hint);
                };
        notes.add(
                "`%s`: its containers are made of `%s`, %s"
                        .formatted(component.name(), container.image(), found.image().digest()));
        notes.addAll(found.notes());
        return found.image();
    }

    /// The cluster looks for it, and not this host.
    private static Launch.Image pinned(
            Component component,
            Launch.Container container,
            Promotion.@Nullable Taken promoted,
            List<String> notes) {
        int at = container.image().indexOf("@sha256:");
        String written = at < 0 ? "" : container.image().substring(at + 1);
        String digest =
                promoted != null && !promoted.image().isEmpty() ? promoted.image() : written;
        notes.add(
                "`%s`: its containers are made of `%s`, %s"
                        .formatted(
                                component.name(),
                                container.image(),
                                digest.isEmpty()
                                        ? "whatever that stands for when a pod starts: name it by"
                                                + " its digest"
                                        : digest));
        return new Launch.Image(digest);
    }

    /// Promoted ones, too: another environment has other values.
    ///
    /// @throws Denied when there is a secret in it Looks into what was committed since the last
    ///   release: what was taken out of a file again is still there for whoever has the history.
    ///
    /// @param since a commit; when the folder's repository has it no more, a line of progress says
    ///   so
    void searchSince(EnvironmentView view, String since, Consumer<String> progress) {
        Optional<SecretFindings> found = checking.secrets(view.environment()).commitsIfKnown(since);
        if (found.isEmpty()) {
            progress.accept(
                    "not looked into for secrets: what was committed since `%s`, which is there no more"
                            .formatted(since.substring(0, Math.min(12, since.length()))));
            return;
        }
        List<Problem> wrong = found.get().wrong(view.gates().secrets().refusesGuesses());
        if (!wrong.isEmpty()) {
            throw new Denied(new No.Problems(wrong));
        }
    }

    private void search(
            SecretSearch secrets,
            String name,
            Digest artifact,
            boolean guesses,
            Consumer<String> progress) {
        SecretFindings found;
        try (InputStream archive = builder.read(artifact)) {
            found = secrets.artifact(name, archive);
        } catch (NoSuchFileException _) {
            // That it is gone is for the checks of the plan to say.
            return;
        } catch (IOException e) {
            throw unreadable(name, e);
        }
        List<Problem> wrong = found.wrong(guesses);
        if (!wrong.isEmpty()) {
            throw new Denied(new No.Problems(wrong));
        }
        if (!found.notLookedAt().isEmpty()) {
            progress.accept(
                    name
                            + ": not looked into for secrets: "
                            + String.join(", ", found.notLookedAt()));
        }
    }

    /// A contract is made of nothing, and beside what is promoted nothing has to be prepared for
    /// it.
    private static boolean isMade(
            EnvironmentView view, String name, Map<String, Promotion.Taken> taken) {
        Component component = view.components().get(name);
        boolean contract = component != null && component.kind() instanceof Component.Contract;
        boolean baked = component != null && component.told().baked();
        return baked || (!taken.containsKey(name) && (taken.isEmpty() || !contract));
    }

    private @Nullable Migrations migrations(
            EnvironmentView view, SchemaOwner owner, Promotion.@Nullable Taken promoted) {
        if (promoted == null) {
            return schemas.of(view, owner);
        }
        return promoted.migrations() == null ? null : Promotion.of(owner, promoted.migrations());
    }

    /// Nothing of what is baked: what is to be said of that is another thing.
    private static String origin(
            EnvironmentView view, Component component, Promotion.@Nullable Taken promoted) {
        return promoted != null && component.told().baked()
                ? ""
                : origin(view, component.name(), promoted);
    }

    private static String origin(
            EnvironmentView view, String name, Promotion.@Nullable Taken promoted) {
        String from = view.gates().promotedFrom();
        return promoted != null
                ? promoted.remark()
                : from.isEmpty()
                        ? ""
                        : "`%s`: built here, and not promoted from `%s`".formatted(name, from);
    }

    /// Which sources made an artifact that its environment got into.
    public Set<Digest> madeOf(Digest artifact) {
        return baked.of(artifact);
    }

    ContractSources contracts() {
        return contracts;
    }

    /// What a component's artifact would be now.
    ///
    /// @throws Denied when it cannot be built
    Digest artifact(EnvironmentView view, Component component, Consumer<String> progress) {
        groundwork.lay(view, progress);
        return artifactStill(view, component, progress);
    }

    /// The same a moment later: what is prepared before anything is built, was.
    ///
    /// @throws Denied when it cannot be built
    Digest artifactStill(EnvironmentView view, Component component, Consumer<String> progress) {
        Set<Path> keptBack = checking.keptBack();
        keptBack.add(state);
        return build(view, component, keptBack, progress);
    }

    private Digest build(
            EnvironmentView view,
            Component component,
            Set<Path> keptBack,
            Consumer<String> progress) {
        Build build = component.build();
        BuildOrder order = order(view, component, keptBack);
        if (!build.run().isEmpty()) {
            progress.accept(component.name() + ": building with " + ShellWords.of(build.run()));
        }
        if (order.image() != null) {
            progress.accept(
                    component.name() + ": building an image by " + order.image().dockerfile());
        }
        return switch (builder.build(order)) {
            case BuildResult.Built(Digest artifact, boolean reused) -> {
                progress.accept(
                        component.name()
                                + (reused ? ": unchanged, " : ": built ")
                                + artifact.brief());
                yield artifact;
            }
            case BuildResult.Unmatched(List<String> inputs) ->
                    throw new Denied(new No.Problems(unmatched(view, component, inputs)));
            case BuildResult.BuildFailed(String reason, String hint, List<String> lastLines) -> {
                String said = lastLines.isEmpty() ? "" : "\n" + String.join("\n", lastLines);
                throw Denied.failure(
                        redactor.redact("`" + component.name() + "`: " + reason + said), hint);
            }
        };
    }

    private static BuildOrder order(EnvironmentView view, Component component, Set<Path> keptBack) {
        Build build = component.build();
        return new BuildOrder(
                component.name(),
                view.folder(),
                Path.of(build.dir()),
                build.run(),
                build.output(),
                WorkspaceInputs.of(view, component),
                keptBack,
                component.told().baked() ? component.told().values() : Map.of(),
                BUILD_WITHIN,
                build.dockerfile().isEmpty()
                        ? null
                        : new BuildOrder.Image(view.environment(), build.dockerfile()));
    }

    private static List<Problem> unmatched(
            EnvironmentView view, Component component, List<String> inputs) {
        Place place = component.source().at("build", "inputs");
        return inputs.stream()
                .map(input ->
                        new Problem(
                                "build/input-without-files",
                                place,
                                "`inputs` of `"
                                        + component.name()
                                        + "` name `"
                                        + input
                                        + "`, and there is no such file in the manifest's folder",
                                Files.isDirectory(view.folder().resolve(input))
                                        ? "it is a folder: `/**` after it stands for all that is"
                                                + " in it"
                                        : "patterns are relative to the component's `dir`; the"
                                                + " output, the manifest, dotenv files, `.git`,"
                                                + " `.belay` and `node_modules` do not count"))
                .toList();
    }

    /// Plain values, and which values the others have: with either changed it is another revision.
    private String configuration(EnvironmentView view, Component component) {
        try {
            var values = new TreeMap<>(component.variables().values());
            values.putAll(PublicText.of(component.told()));
            String version = versions.of(view.environment(), component.variables());
            if (!version.isEmpty()) {
                values.put(VERSION, version);
            }
            return configurations.keep(values);
        } catch (IOException e) {
            throw Denied.failure(
                    "the configuration of `"
                            + component.name()
                            + "` cannot be kept: "
                            + e.getMessage(),
                    "see to the disk that `.belay` is on");
        }
    }
}
