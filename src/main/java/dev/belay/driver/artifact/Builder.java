package dev.belay.driver.artifact;

import dev.belay.driver.artifact.BuildResult.BuildFailed;
import dev.belay.driver.artifact.BuildResult.Built;
import dev.belay.driver.artifact.BuildResult.Unmatched;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.problem.ShellWords;
import dev.belay.release.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Runs build commands and stores what they make. What was built once from the same inputs is not
/// built again, as long as its artifact is whole.
public final class Builder {
    private static final List<String> PASSED_ON =
            List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR");
    private static final int LAST_LINES = 50;
    private static final Duration KILL_WITHIN = Duration.ofSeconds(5);
    private static final Duration LOCK_WITHIN = Duration.ofMinutes(30);

    private final ArtifactStore store;
    private final Path folder;
    private final ImageBuilds images;

    /// One that builds no images.
    public Builder(ArtifactStore store, Path folder) {
        this(store, folder, ImageBuilds.none());
    }

    /// @param folder for logs, locks and what was built from what
    public Builder(ArtifactStore store, Path folder, ImageBuilds images) {
        this.store = store;
        this.folder = folder;
        this.images = images;
    }

    public BuildResult build(BuildOrder order) {
        try {
            DurableFile.folder(folder.resolve("from"));
            DurableFile.folder(folder.resolve("logs"));
            Path name = Path.of(order.component().replace('/', '-'));
            Optional<PathLock> lock =
                    PathLock.acquire(folder.resolve("logs").resolve(name + ".lock"), LOCK_WITHIN);
            if (lock.isEmpty()) {
                return failed(order, "another build of it goes on", List.of());
            }
            try (PathLock _ = lock.get()) {
                return locked(order, folder.resolve("logs").resolve(name + ".log"));
            }
        } catch (IOException e) {
            return failed(order, String.valueOf(e.getMessage()), List.of());
        }
    }

    /// The archive of an artifact that is stored.
    public InputStream read(Digest artifact) throws IOException {
        return store.read(artifact);
    }

    /// Forgets what these were built from, as they are no more. The next build of it runs again
    /// either way.
    public void forget(Set<Digest> artifacts) throws IOException {
        Path from = folder.resolve("from");
        if (artifacts.isEmpty() || !Files.isDirectory(from)) {
            return;
        }
        List<Path> notes;
        try (Stream<Path> files = Files.list(from)) {
            notes = files.filter(Files::isRegularFile).toList();
        }
        for (Digest artifact : artifacts) {
            Files.deleteIfExists(sourcesOf(artifact));
        }
        Set<String> gone = artifacts.stream().map(Digest::text).collect(Collectors.toSet());
        for (Path note : notes) {
            if (gone.contains(DurableFile.read(note).orElse("").strip())) {
                Files.deleteIfExists(note);
            }
        }
    }

    /// All that a build reads but its environment, as it is now.
    public Digest source(BuildOrder order) throws IOException {
        return SourceDigest.withoutEnvironment(order);
    }

    /// From which sources an artifact was made that its environment got into; none for others.
    public Set<Digest> sources(Digest artifact) throws IOException {
        return DurableFile.read(sourcesOf(artifact))
                .orElse("")
                .lines()
                .map(Digest::new)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Different sources can make the same: a comment more is no other artifact.
    private void record(Digest artifact, Digest source) throws IOException {
        Set<Digest> all = new TreeSet<>(sources(artifact));
        if (all.add(source)) {
            DurableFile.folder(folder.resolve("sources"));
            String text = all.stream().map(Digest::text).collect(Collectors.joining("\n"));
            DurableFile.write(sourcesOf(artifact), text + "\n");
        }
    }

    private Path sourcesOf(Digest artifact) {
        return folder.resolve("sources").resolve(artifact.hex());
    }

    private BuildResult locked(BuildOrder order, Path log) throws IOException {
        if (!order.isMade() || order.inputs().isEmpty()) {
            return run(order, log);
        }
        List<String> unmatched = SourceDigest.unmatched(order);
        if (!unmatched.isEmpty()) {
            return new Unmatched(unmatched);
        }
        Path from = folder.resolve("from").resolve(SourceDigest.of(order).hex());
        Optional<Digest> before = DurableFile.read(from).map(text -> new Digest(text.strip()));
        if (before.isPresent()
                && store.verify(before.get()) instanceof ArtifactStore.Soundness.Sound) {
            store.touch(before.get());
            return new Built(before.get(), true);
        }
        Digest source = SourceDigest.withoutEnvironment(order);
        BuildResult result = run(order, log);
        // A build may write among its own inputs: what it was made from is what was there before.
        if (result instanceof Built(Digest artifact, boolean _)) {
            if (!order.environment().isEmpty()) {
                record(artifact, source);
            }
            DurableFile.write(from, artifact.text() + "\n");
        }
        return result;
    }

    private BuildResult run(BuildOrder order, Path log) throws IOException {
        if (!order.command().isEmpty()) {
            Optional<BuildFailed> failure = command(order, log);
            if (failure.isPresent()) {
                return failure.get();
            }
        }
        if (order.image() != null) {
            return image(order, order.image(), log);
        }
        Path output = order.root().resolve(order.output()).normalize();
        if (!output.startsWith(order.root())) {
            return failed(order, "`" + order.output() + "` is not in the platform", List.of());
        }
        if (Files.isDirectory(output)) {
            return new Built(store.put(output, List.of(), order::keepsBack), false);
        }
        if (Files.isRegularFile(output)) {
            Path parent = output.resolveSibling(".").normalize();
            String name = String.valueOf(output.getFileName());
            return new Built(store.put(parent, List.of(name), order::keepsBack), false);
        }
        return failed(
                order,
                "there is no `"
                        + order.output()
                        + "`"
                        + (order.command().isEmpty() ? "" : " after the build"),
                order.command().isEmpty() ? List.of() : lastLines(log));
    }

    private BuildResult image(BuildOrder order, BuildOrder.Image image, Path log)
            throws IOException {
        if (!Files.isRegularFile(order.folder().resolve(image.dockerfile()))) {
            return new BuildFailed(
                    "`%s` was not built: there is no `%s` in `%s`"
                            .formatted(order.component(), image.dockerfile(), order.folder()),
                    "`dockerfile` is relative to the component's `dir`",
                    List.of());
        }
        Path made = Files.createTempDirectory(DurableFile.folder(folder.resolve("images")), "one");
        try {
            Optional<ImageBuilds.Failure> failure =
                    images.build(order, log, made.resolve("image.tar"));
            if (failure.isPresent()) {
                return new BuildFailed(
                        "`" + order.component() + "` was not built: " + failure.get().reason(),
                        failure.get().hint(),
                        Files.exists(log) ? lastLines(log) : List.of());
            }
            return new Built(store.put(made, List.of()), false);
        } finally {
            Trees.delete(made);
        }
    }

    private static Optional<BuildFailed> command(BuildOrder order, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(order.command());
        builder.environment().keySet().retainAll(PASSED_ON);
        builder.environment().putAll(order.environment());
        builder.directory(order.folder().toFile());
        builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        Process process;
        try {
            process = builder.start();
        } catch (IOException _) {
            return Optional.of(
                    failed(
                            order,
                            "`"
                                    + order.command().getFirst()
                                    + "` cannot be run in `"
                                    + order.folder()
                                    + "`",
                            List.of()));
        }
        boolean ended = false;
        try {
            ended = process.waitFor(order.within().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            kill(process);
            return Optional.of(
                    failed(
                            order,
                            "the build did not end within " + order.within().toSeconds() + " s",
                            lastLines(log)));
        }
        return process.exitValue() == 0
                ? Optional.empty()
                : Optional.of(
                        failed(
                                order,
                                "the build ended with status " + process.exitValue(),
                                lastLines(log)));
    }

    private static void kill(Process process) {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        long end = System.nanoTime() + KILL_WITHIN.toNanos();
        for (ProcessHandle each : all) {
            try {
                each.onExit().get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException _) {
                // It was told; more cannot be done.
            }
        }
    }

    private static BuildFailed failed(BuildOrder order, String reason, List<String> lines) {
        String command = ShellWords.of(order.command());
        return new BuildFailed(
                "`" + order.component() + "` was not built: " + reason,
                command.isEmpty()
                        ? "name what is there under `output`, or say how to `run` the build"
                        : "run `" + command + "` in `" + order.folder() + "` to see it fail",
                lines);
    }

    private static List<String> lastLines(Path log) throws IOException {
        List<String> lines =
                new ArrayList<>(
                        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                                .lines()
                                .toList());
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    }
}
