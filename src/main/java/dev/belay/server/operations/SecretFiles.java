package dev.belay.server.operations;

import dev.belay.driver.secrets.PrivateFile;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentFile;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Reading;
import dev.belay.manifest.SecretSource;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Credential;
import dev.belay.release.Prometheus;
import dev.belay.release.SecretStore;
import dev.belay.release.SecretStore.Vault.Login;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files that secrets of an environment lie in: whether others can read them, and which of them
/// must never get into an artifact.
public final class SecretFiles {
    private SecretFiles() {}

    /// What is doubtful, though nothing is refused for it: a file of variables that holds secrets
    /// and that others can read, and a secret in such a file that a store has as well. Values are
    /// looked at by name alone.
    public static List<Problem> doubtful(EnvironmentView view) {
        var secrets = new TreeSet<String>();
        for (Component component : view.components().values()) {
            secrets.addAll(component.variables().secrets());
        }
        var doubtful = new ArrayList<Problem>();
        for (Path file : view.environmentFiles()) {
            Set<String> names = names(file);
            List<String> here = secrets.stream().filter(names::contains).toList();
            List<String> twice =
                    names.stream().filter(name -> view.secretsOf(name).isPresent()).toList();
            if (!here.isEmpty()) {
                PrivateFile.looseness(file)
                        .ifPresent(loose ->
                                doubtful.add(
                                        new Problem(
                                                "secrets/loose-file",
                                                new Place.Named(file.toString()),
                                                "%s, and holds `%s`"
                                                        .formatted(
                                                                loose.reason(),
                                                                String.join("`, `", here)),
                                                loose.hint())));
            }
            for (String name : twice) {
                doubtful.add(
                        new Problem(
                                "secrets/shadowed",
                                new Place.Named(file.toString()),
                                "`%s` stands here, too, and nobody reads it: it comes from `%s`"
                                        .formatted(
                                                name,
                                                view.secretsOf(name)
                                                        .map(SecretSource::name)
                                                        .orElse("")),
                                "take it out of the file"));
            }
        }
        return doubtful;
    }

    /// What a check that asks no store can say of those that it would have to ask.
    public static List<Problem> notAsked(EnvironmentView view) {
        return view.secrets().stream()
                .map(source ->
                        new Problem(
                                "secrets/not-asked",
                                source.source().at("variables"),
                                "`%s` come from `%s` (%s), which is not asked here"
                                        .formatted(
                                                String.join("`, `", source.variables().keySet()),
                                                source.name(),
                                                source.store().word()),
                                "`belay plan %s` asks it".formatted(view.environment())))
                .toList();
    }

    /// What must be in no artifact, wherever it lies.
    static List<Path> keptBack(EnvironmentView view) {
        Prometheus source = view.canary().prometheus();
        Stream<String> stores = view.secrets().stream().flatMap(one -> files(one.store()));
        Optional<String> token = source == null ? Optional.empty() : file(source.token());
        return Stream.concat(stores, token.stream()).map(Path::of).toList();
    }

    private static Stream<String> files(SecretStore store) {
        return switch (store) {
            case SecretStore.Folder(String path) -> Stream.of(path);
            case SecretStore.Dotenv(String path) -> Stream.of(path);
            case SecretStore.Sops sops ->
                    Stream.concat(Stream.of(sops.file()), file(sops.identity()).stream());
            case SecretStore.Vault vault ->
                    switch (vault.login()) {
                        case Login.Token(Credential token) -> file(token).stream();
                        case Login.AppRole role -> file(role.secretId()).stream();
                        case Login.Kubernetes account -> file(account.jwt()).stream();
                    };
            case SecretStore.Kubernetes cluster ->
                    cluster.kubeconfig().isEmpty()
                            ? Stream.empty()
                            : Stream.of(cluster.kubeconfig());
        };
    }

    private static Optional<String> file(@Nullable Credential credential) {
        return credential instanceof Credential.File(String path)
                ? Optional.of(path)
                : Optional.empty();
    }

    private static Set<String> names(Path file) {
        return EnvironmentFile.read(List.of(file))
                        instanceof Reading.Read<SortedMap<String, String>>(var values)
                ? values.keySet()
                : Set.of();
    }
}
