package dev.belay.driver.host;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What is on disk about one scope, below `STATE/instances/ENV/COMPONENT/`:
///
/// ```
/// lock          held while deciding and starting, never while waiting for an end
/// token         the last token that was accepted, and how often it was sealed
/// wanted.json   revision to how many instances, and how they are started
/// revisions/REVISION/N/record.json, log, run-K/claim, run-K/exit
/// jobs/TOKEN/record.json, log, run-1/claim, run-1/exit
/// ```
final class ScopeFolder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,6}");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Scope scope;
    private final Path root;
    private final Runners runners;

    private ScopeFolder(Scope scope, Path root, Runners runners) {
        this.runners = runners;
        this.scope = scope;
        this.root = root;
    }

    /// @param instances the folder of all environments
    static ScopeFolder of(Path instances, Scope scope, Runners runners) {
        check(scope.environment());
        check(scope.name());
        String name =
                switch (scope.kind()) {
                    case COMPONENT -> scope.name();
                    // No component's name begins with `@`.
                    case DATASTORE -> "@datastore-" + scope.name();
                    case ENVIRONMENT -> "@environment-" + scope.name();
                };
        return new ScopeFolder(
                scope, instances.resolve(scope.environment()).resolve(name), runners);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// Names become folders: none may lead elsewhere.
    static String check(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a name: " + name);
        }
        return name;
    }

    Path root() {
        return root;
    }

    Scope scope() {
        return scope;
    }

    Optional<PathLock> lock(Duration within) throws IOException {
        DurableFile.folder(root);
        return PathLock.acquire(root.resolve("lock"), within);
    }

    /// What the scope has accepted. When the file is gone, what runs tells: an instance carries the
    /// token that it was started with.
    Fence fence() throws IOException {
        Optional<String> text = DurableFile.read(root.resolve("token"));
        if (text.isPresent()) {
            return Fence.parse(text.get())
                    .orElseThrow(
                            () -> new IOException("`" + root.resolve("token") + "` is damaged"));
        }
        long highest = 0;
        for (Runner.Found program : runners.found(scope)) {
            highest = Math.max(highest, Fence.number(program.get(Names.TOKEN)));
        }
        return new Fence(highest, 0, false);
    }

    /// Makes it durable, before anything is done in its name. The lock is held.
    void write(Fence fence) throws IOException {
        DurableFile.write(root.resolve("token"), fence.text());
    }

    SortedMap<String, Wanted> wanted() throws IOException {
        Path file = root.resolve("wanted.json");
        Optional<String> text = DurableFile.read(file);
        try {
            return text.isEmpty()
                    ? new TreeMap<>()
                    : JSON.readValue(text.get(), new TypeReference<TreeMap<String, Wanted>>() {});
        } catch (JacksonException e) {
            throw new IOException("`" + file + "` is damaged", e);
        }
    }

    void want(SortedMap<String, Wanted> wanted) throws IOException {
        DurableFile.write(root.resolve("wanted.json"), JSON.writeValueAsBytes(wanted));
    }

    /// The instances of which anything is on disk, in the order of their numbers.
    List<InstanceFolder> instances(String revision) throws IOException {
        List<InstanceFolder> found = new ArrayList<>();
        for (Path folder : children(revision(revision))) {
            String name = folder.getFileName().toString();
            if (NUMBER.matcher(name).matches()) {
                found.add(instance(revision, Integer.parseInt(name)));
            }
        }
        found.sort((a, b) -> Integer.compare(a.number(), b.number()));
        return found;
    }

    List<InstanceFolder> instances() throws IOException {
        List<InstanceFolder> found = new ArrayList<>();
        for (String revision : revisions()) {
            found.addAll(instances(revision));
        }
        return found;
    }

    List<String> revisions() throws IOException {
        return children(root.resolve("revisions")).stream()
                .map(folder -> folder.getFileName().toString())
                .toList();
    }

    InstanceFolder instance(String revision, int number) {
        Path folder = revision(revision).resolve(Integer.toString(number));
        return new InstanceFolder(folder, scope, revision, number, runners);
    }

    Path jobFolder() {
        return root.resolve("jobs");
    }

    /// Those that are on record, the latest first.
    List<JobFolder> jobs() throws IOException {
        List<JobFolder> found = new ArrayList<>();
        for (Path folder : children(jobFolder())) {
            long token = Fence.number(folder.getFileName().toString());
            if (token > 0) {
                found.add(new JobFolder(folder, scope, token, runners));
            }
        }
        found.sort((a, b) -> Long.compare(b.token(), a.token()));
        return found;
    }

    JobFolder job(long token) {
        Path folder = jobFolder().resolve(Long.toString(token));
        return new JobFolder(folder, scope, token, runners);
    }

    /// What runs in it, by whatever it runs in.
    List<Runner.Found> found() throws IOException {
        return runners.found(scope);
    }

    /// Notes of which frontend revisions lie ready: each is named after one and holds its digest.
    Path published() {
        return root.resolve("published");
    }

    Path revision(String revision) {
        return root.resolve("revisions").resolve(check(revision));
    }

    static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }
}
