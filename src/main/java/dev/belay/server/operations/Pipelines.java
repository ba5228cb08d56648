package dev.belay.server.operations;

import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.probe.CommandRun;
import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Stated;
import dev.belay.gate.report.Unreadable;
import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Nearest;
import dev.belay.problem.ShellWords;
import dev.belay.release.Actor;
import dev.belay.release.Digest;
import dev.belay.server.evidence.EvidenceBook;
import dev.belay.server.evidence.EvidenceStore;
import dev.belay.server.evidence.StoredEvidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Runs what a component says is to be tried before it is shipped, and keeps what came of it as
/// evidence of the artifact that was built first. For teams that have no other place where it runs.
public final class Pipelines {
    private static final List<String> PASSED_ON =
            List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR");
    private static final int REPORTS_MAX = 500;
    private static final int DEPTH_MAX = 32;

    /// Whoever follows gives up when nothing is said for long.
    private static final long SAYS_EVERY_SECONDS = 15;

    private final Platform platform;
    private final Sources sources;
    private final EvidenceStore store;
    private final EvidenceBook book;
    private final EvidenceRegistry registry;
    private final Redactor redactor;

    public Pipelines(
            Platform platform,
            Sources sources,
            EvidenceRegistry.Books books,
            EvidenceRegistry registry,
            Redactor redactor) {
        this.platform = platform;
        this.sources = sources;
        this.store = books.store();
        this.book = books.book();
        this.registry = registry;
        this.redactor = redactor;
    }

    /// What is to be run.
    ///
    /// @param only stages; empty is all
    public record Wish(String environment, String component, List<String> only) {}

    /// What came of it.
    ///
    /// @param passed whether every stage did
    public record Ran(String artifact, boolean passed, List<StoredEvidence> evidence) {}

    /// What a stage came to.
    private record Outcome(
            Build.Stage stage, long began, List<StoredEvidence.Kept> files, Reading reading) {}

    /// Builds, runs every stage whatever the ones before it came to, and keeps the evidence.
    ///
    /// @param admission whether whoever asked may still do so when the evidence is kept
    /// @throws Denied when the component has no such pipeline, or it changed what it was to try
    public Ran run(Wish wish, Actor by, Admission admission, Consumer<String> progress) {
        EnvironmentView view = platform.in(wish.environment(), List.of()).view();
        Component component = EvidenceRegistry.component(view, wish.component());
        List<Build.Stage> stages = stages(component, wish.only());
        Digest artifact = sources.artifact(view, component, progress);
        Path folder = view.folder().resolve(component.build().dir()).normalize();
        var outcomes = new ArrayList<Outcome>();
        for (Build.Stage stage : stages) {
            outcomes.add(run(stage, folder, progress));
        }
        if (!sources.artifactStill(view, component, progress).equals(artifact)) {
            throw Denied.refusal(
                    "`%s` is not what it was before its pipeline ran: nothing was kept"
                            .formatted(component.name()),
                    "somebody changed it meanwhile, or a stage writes into what is shipped: name"
                            + " that under `build: {output: …}`, and write reports elsewhere");
        }
        List<StoredEvidence> kept =
                admission.during(() ->
                        outcomes.stream()
                                .map(one -> kept(artifact, component.name(), one, by))
                                .toList());
        boolean passed =
                outcomes.stream().allMatch(one -> one.reading().own() != Reading.Own.FAILED);
        return new Ran(artifact.text(), passed, kept);
    }

    private StoredEvidence kept(Digest artifact, String component, Outcome of, Actor by) {
        return registry.keep(
                new EvidenceBook.Entry(
                        artifact,
                        component,
                        "",
                        of.stage().kind(),
                        of.stage().name(),
                        of.files(),
                        Stated.NOTHING,
                        by.subject(),
                        of.began()),
                of.reading());
    }

    private static List<Build.Stage> stages(Component component, List<String> only) {
        List<Build.Stage> all = component.build().pipeline();
        List<String> names = all.stream().map(Build.Stage::name).toList();
        for (String name : only) {
            if (!names.contains(name)) {
                throw Denied.unknown(
                        "evidence/unknown-stage",
                        "stage",
                        name,
                        "the pipeline of `%s` has no such stage".formatted(component.name()),
                        Nearest.hint(name, names));
            }
        }
        if (all.isEmpty()) {
            throw Denied.refusal(
                    "`%s` has no `pipeline`".formatted(component.name()),
                    "say what is to be run: `pipeline: {lint: npm run lint, …}`");
        }
        return all.stream().filter(one -> only.isEmpty() || only.contains(one.name())).toList();
    }

    private Outcome run(Build.Stage stage, Path folder, Consumer<String> progress) {
        progress.accept(stage.name() + ": " + ShellWords.of(stage.run()));
        long began = System.currentTimeMillis();
        CommandRun.Outcome ended = followed(stage, folder, progress);
        double seconds = (System.currentTimeMillis() - began) / 1000.0;
        String output =
                switch (ended) {
                    case CommandRun.Outcome.Exited(int _, String said) -> said;
                    case CommandRun.Outcome.TimedOut(String said) ->
                            said + "\nended after " + stage.within().toSeconds() + " s";
                    case CommandRun.Outcome.NotStarted(String reason) -> reason;
                };
        int status = ended instanceof CommandRun.Outcome.Exited(int code, String _) ? code : -1;
        try {
            Outcome outcome = outcome(stage, folder, began, status, seconds, output);
            boolean failed = outcome.reading().own() == Reading.Own.FAILED;
            progress.accept(
                    "%s: %s, %s"
                            .formatted(
                                    stage.name(),
                                    failed ? "failed" : "passed",
                                    outcome.reading().words()));
            if (failed && !output.isBlank()) {
                progress.accept(redactor.redact(output.strip()));
            }
            return outcome;
        } catch (IOException e) {
            throw Denied.failure(
                    "what `%s` came to cannot be kept: %s".formatted(stage.name(), e.getMessage()),
                    "see to the disk that `.belay` is on");
        }
    }

    private static CommandRun.Outcome followed(
            Build.Stage stage, Path folder, Consumer<String> progress) {
        var environment = new HashMap<>(System.getenv());
        environment.keySet().retainAll(PASSED_ON);
        var task =
                new FutureTask<>(
                        () -> CommandRun.run(stage.run(), folder, environment, stage.within()));
        Thread runner = Thread.ofVirtual().name("pipeline-" + stage.name()).start(task);
        boolean ended = false;
        try {
            while (true) {
                try {
                    CommandRun.Outcome outcome = task.get(SAYS_EVERY_SECONDS, TimeUnit.SECONDS);
                    ended = true;
                    return outcome;
                } catch (TimeoutException _) {
                    progress.accept(stage.name() + ": still running");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Denied.failure("it was interrupted", "run it again");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            if (!ended) {
                // Whoever followed has gone: what nobody waits for is ended with all its children.
                runner.interrupt();
            }
        }
    }

    /// What the reports say, and the command's status where it is worse, or there is none.
    private Outcome outcome(
            Build.Stage stage, Path folder, long began, int status, double seconds, String output)
            throws IOException {
        var said = new TreeMap<String, Double>(Map.of("exit", (double) status, "seconds", seconds));
        boolean wanted = !stage.reports().isEmpty();
        List<StoredEvidence.Kept> files = wanted ? reports(stage, folder, began) : List.of();
        if (!files.isEmpty()) {
            try {
                Reading reading = book.read(files, Stated.NOTHING);
                return new Outcome(stage, began, files, status == 0 ? reading : reading.failed());
            } catch (Unreadable e) {
                output = e.getMessage() + "\n" + output;
            }
        } else if (wanted) {
            output = "it wrote no report that goes with `report`\n" + output;
        }
        byte[] log = redactor.redact(output + "\n").getBytes(StandardCharsets.UTF_8);
        var file = new StoredEvidence.Kept(store.put(log).text(), stage.name() + ".log");
        boolean good = status == 0 && !wanted;
        var reading =
                new Reading(
                        Format.COMMAND,
                        stage.kind(),
                        stage.run().getFirst(),
                        "",
                        0,
                        said,
                        good ? Reading.Own.PASSED : Reading.Own.FAILED,
                        List.of());
        return new Outcome(stage, began, List.of(file), reading);
    }

    /// Those that this run wrote: what lay there before says nothing of what was tried now.
    private List<StoredEvidence.Kept> reports(Build.Stage stage, Path folder, long began)
            throws IOException {
        List<PathMatcher> matchers =
                stage.reports().stream()
                        .map(one -> FileSystems.getDefault().getPathMatcher("glob:" + one))
                        .toList();
        var found = new ArrayList<Path>();
        try (Stream<Path> walk = Files.walk(folder, DEPTH_MAX)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                Path relative = folder.relativize(file);
                boolean matches = matchers.stream().anyMatch(one -> one.matches(relative));
                if (matches && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    FileTime written = Files.getLastModifiedTime(file);
                    // Some disks keep whole seconds.
                    if (written.toMillis() >= began / 1000 * 1000) {
                        found.add(file);
                    }
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        if (found.size() > REPORTS_MAX) {
            throw new IOException("more than %d files go with `report`".formatted(REPORTS_MAX));
        }
        var files = new ArrayList<StoredEvidence.Kept>();
        for (Path file : found.stream().sorted().toList()) {
            if (Files.size(file) > EvidenceStore.FILE_BYTES_MAX) {
                throw new IOException("`" + folder.relativize(file) + "` is too large");
            }
            files.add(
                    new StoredEvidence.Kept(
                            store.put(Files.readAllBytes(file)).text(),
                            folder.relativize(file).toString()));
        }
        return files;
    }
}
