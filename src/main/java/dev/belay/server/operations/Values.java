package dev.belay.server.operations;

import dev.belay.driver.configuration.EnvironmentFile;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.ValueOrigin;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.secrets.FoundSecret;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.SecretStores;
import dev.belay.driver.secrets.SecretStores.Wanted;
import dev.belay.driver.secrets.SecretStores.Where;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.SecretSource;
import dev.belay.release.SecretReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Variables from the store of secrets that the manifest names for them, and from nowhere else; all
/// others from the files that it names for an environment, later files first, then from the control
/// plane's own environment.
///
/// The files are read at every question. Which files they are is remembered for a moment, and
/// longer when the manifest has come to be wrong meanwhile: an instance that died is started again
/// all the same.
public final class Values implements ValueProvider {
    private static final Logger LOG = LoggerFactory.getLogger(Values.class);
    private static final Duration REMEMBERED = Duration.ofSeconds(2);

    private final Platform platform;
    private final Map<String, String> own;
    private final SecretStores stores;
    private final Redactor redactor;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    /// For the environments of one platform.
    ///
    /// @param own the control plane's environment variables
    /// @param redactor masks from now on what stores gave
    public Values(
            Platform platform, Map<String, String> own, SecretStores stores, Redactor redactor) {
        this.platform = platform;
        this.own = Map.copyOf(own);
        this.stores = stores;
        this.redactor = redactor;
    }

    private record Known(List<Path> files, List<SecretSource> secrets, long at) {}

    @Override
    public Optional<ValueOrigin> origin(String environment, String name) {
        Optional<SecretSource> source = source(environment, name);
        if (source.isPresent()) {
            FoundSecret found = found(environment, source.get(), name, stores.lately());
            return Optional.of(
                    new ValueOrigin(
                            source.get().name(),
                            source.get().store().word(),
                            found.version(),
                            found.changed()));
        }
        for (Path file : files(environment).reversed()) {
            if (read(file).containsKey(name)) {
                return Optional.of(new ValueOrigin(file.toString(), "env-file", "", changed(file)));
            }
        }
        return own.containsKey(name)
                ? Optional.of(new ValueOrigin("Belay's own environment", "environment", "", null))
                : Optional.empty();
    }

    /// That of the file: which of its lines was changed, nobody knows.
    private static @Nullable Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException gone) {
            return null;
        }
    }

    private static Map<String, String> read(Path file) {
        try {
            String text = DurableFile.read(file).orElse("");
            return EnvironmentFile.parse(file.toString(), text).values();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + file + "`: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Secret> find(String environment, String name) {
        Optional<SecretSource> source = source(environment, name);
        return source.isPresent()
                ? Optional.of(found(environment, source.get(), name, stores.lately()).value())
                : besideStores(environment, name);
    }

    /// The value as its store has it now: what is released must not be what was kept.
    ///
    /// @throws SecretFailure when the store does not give it
    Secret find(String environment, SecretSource source, String name, Wanted wanted) {
        return found(environment, source, name, wanted).value();
    }

    /// For a round of questions that begins now.
    Wanted now() {
        return stores.now();
    }

    private FoundSecret found(String environment, SecretSource source, String name, Wanted wanted) {
        SecretReference what = source.variables().get(name);
        if (what == null) {
            throw new IllegalArgumentException(source.name() + " has no variable " + name);
        }
        var keys = new Keys(asked -> besideStores(environment, asked), redactor::register);
        return stores.find(where(environment, source), what, keys, wanted);
    }

    /// What opens things of an environment, stores of secrets aside: they may hold it.
    public Keys keys(String environment) {
        return new Keys(name -> find(environment, name), redactor::register);
    }

    private static Where where(String environment, SecretSource source) {
        return new Where(environment, source.name(), source.store());
    }

    private Optional<SecretSource> source(String environment, String name) {
        return known(environment).secrets().stream()
                .filter(one -> one.variables().containsKey(name))
                .findFirst();
    }

    /// Renews what opens the stores, and closes those that nothing declares any more.
    public void tend() {
        Set<Where> declared =
                platform.environmentsLately().stream()
                        .flatMap(environment ->
                                known(environment).secrets().stream()
                                        .map(source -> where(environment, source)))
                        .collect(Collectors.toSet());
        stores.tend(declared);
    }

    /// What is wrong with the stores of an environment.
    public List<Notice> notices(EnvironmentView view) {
        Stream<Notice> wrong =
                Stream.concat(
                                stores.troubles(view.environment()).stream(),
                                SecretFiles.doubtful(view).stream()
                                        .map(problem -> problem.message() + ": " + problem.hint()))
                        .map(text -> new Notice("secrets", text, true));
        Stream<Notice> versions =
                view.secrets().stream()
                        .flatMap(source -> versions(view.environment(), source).stream())
                        .map(text -> new Notice("secrets", text, false));
        return Stream.concat(versions, wrong).toList();
    }

    /// Which version of what a store was heard to hold: `main (vault): version 7 of A, B`.
    private Optional<String> versions(String environment, SecretSource source) {
        var names = new TreeMap<String, List<String>>();
        source.variables()
                .forEach((name, what) ->
                        stores.remembered(where(environment, source), what)
                                .ifPresent(found ->
                                        names.computeIfAbsent(
                                                        found.version(), _ -> new ArrayList<>())
                                                .add("`" + name + "`")));
        String said =
                names.entrySet().stream()
                        .map(one ->
                                (one.getKey().isEmpty() ? "" : "version " + one.getKey() + " of ")
                                        + String.join(", ", one.getValue()))
                        .collect(Collectors.joining("; "));
        return said.isEmpty()
                ? Optional.empty()
                : Optional.of("%s (%s): %s".formatted(source.name(), source.store().word(), said));
    }

    private Optional<Secret> besideStores(String environment, String name) {
        for (Path file : files(environment).reversed()) {
            String value = read(file).get(name);
            if (value != null) {
                return Optional.of(new Secret(value));
            }
        }
        return Optional.ofNullable(own.get(name)).map(Secret::new);
    }

    /// Every variable of an environment that comes from no store, secrets in the clear: for
    /// checking, never for showing.
    Map<String, String> beside(String environment) {
        // Whoever is checked has perhaps just said which files they are.
        known.remove(environment);
        var all = new HashMap<>(own);
        for (Path file : files(environment)) {
            try {
                String text = DurableFile.read(file).orElse("");
                all.putAll(EnvironmentFile.parse(file.toString(), text).values());
            } catch (IOException e) {
                throw Denied.failure("cannot read `" + file + "`: " + e.getMessage(), "");
            }
        }
        return all;
    }

    /// As [#all], with those that stores give; what they do not give counts as not set.
    Map<String, String> all(EnvironmentView view) {
        Map<String, String> all = beside(view.environment());
        for (SecretSource source : view.secrets()) {
            for (String name : source.variables().keySet()) {
                all.remove(name);
                try {
                    FoundSecret found = found(view.environment(), source, name, stores.lately());
                    found.value().use(text -> all.put(name, text));
                } catch (SecretFailure e) {
                    LOG.info("{}", e.reason());
                }
            }
        }
        return all;
    }

    /// Where the environment's variables come from.
    public List<Path> files(String environment) {
        return known(environment).files();
    }

    private Known known(String environment) {
        Known before = known.get(environment);
        long now = System.nanoTime();
        if (before != null && now - before.at() < REMEMBERED.toNanos()) {
            return before;
        }
        try {
            var view = platform.lately(environment).view();
            List<Path> files =
                    view.environmentFiles().stream().map(view.folder()::resolve).toList();
            var read = new Known(files, view.secrets(), now);
            known.put(environment, read);
            return read;
        } catch (Denied _) {
            return before == null ? new Known(List.of(), List.of(), now) : before;
        }
    }
}
