package dev.belay.driver.docker;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.host.Recipe;
import dev.belay.driver.image.ArtifactImages;
import dev.belay.driver.image.EnvironmentRegistries;
import dev.belay.driver.image.ImageFailure;
import dev.belay.driver.image.RegistryAccess;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import dev.belay.release.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The images of a Docker Engine: what their names stand for, bringing them there, and taking away
/// again what Belay brought and nothing needs.
public final class EngineImages {
    private static final Duration PULL_WITHIN = Duration.ofMinutes(30);

    private final DockerHost host;
    private final EnvironmentRegistries registries;
    private final BroughtImages brought;
    private final ArtifactImages artifacts;

    /// Those that are being fetched, or could not be, by how they are asked for.
    private final Map<String, Having> fetches = new ConcurrentHashMap<>();

    /// @param state the folder of whoever brings images
    public EngineImages(Path state, DockerHost host, EnvironmentRegistries registries) {
        this.host = host;
        this.registries = registries;
        Path folder = state.toAbsolutePath().normalize();
        brought = new BroughtImages(folder.resolve("images/brought"));
        artifacts =
                new ArtifactImages(
                        registries,
                        new ArtifactStore(folder.resolve("artifacts")),
                        folder.resolve("images/scratch"));
    }

    /// Whether the engine has an image.
    sealed interface Having {
        /// It does.
        ///
        /// @param name by which it is asked for
        record Here(String name) implements Having {}

        /// It is on its way.
        record Coming(String because) implements Having {}

        /// It has not, and it cannot be brought.
        record Gone(String reason, String hint) implements Having {}
    }

    private Engine engine() throws EngineFailure {
        return Engines.of(host);
    }

    /// What a name stands for. One that says its registry is asked there, so that it means what it
    /// means to everybody; others are the engine's own where it has them.
    ///
    /// @throws EngineFailure when the engine cannot be asked
    /// @throws ImageFailure when there is no such image
    Digest resolve(String environment, String written) throws IOException {
        ImageName name = name(written);
        Engine engine = engine();
        engine.version();
        boolean settled = name.isOfHub() || !name.digest().isEmpty();
        Optional<JsonNode> here = settled ? engine.inspectImage(written) : Optional.empty();
        if (here.isPresent()) {
            return digest(here.get(), name);
        }
        try {
            return registries.of(environment).of(name.registry()).resolve(name);
        } catch (ImageFailure e) {
            throw name.isOfHub() ? e.after("the Docker Engine has no image `" + written + "`") : e;
        }
    }

    static ImageName name(String written) throws ImageFailure {
        return ImageName.read(written)
                .orElseThrow(() ->
                        ImageFailure.unfit(
                                "`" + written + "` is no name of an image",
                                "write it as `node:22` or `registry.example.org/shop/api:1`"));
    }

    /// What its registry calls it, where it came from one: then it can be fetched again.
    private static Digest digest(JsonNode image, ImageName name) {
        for (JsonNode one : image.path("RepoDigests")) {
            Optional<ImageName> kept = ImageName.read(one.asString(""));
            if (kept.isPresent()
                    && kept.get().place().equals(name.place())
                    && !kept.get().digest().isEmpty()) {
                return new Digest(kept.get().digest());
            }
        }
        return new Digest(image.path("Id").asString(""));
    }

    /// How the engine has an image; empty when it has it not.
    Optional<String> here(Launch.Container container) throws IOException {
        for (String name : names(container)) {
            if (engine().image(name).filter(id -> isMeant(container, id)).isPresent()) {
                brought.touch(host, name);
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /// Names that no registry has can have been given to something else.
    private static boolean isMeant(Launch.Container container, String id) {
        return loadable(container)
                .map(name -> ArtifactImages.idsOf(name).contains(id))
                .orElse(true);
    }

    /// The name of one that no registry has, and that we give to the engine.
    private static Optional<ImageName> loadable(Launch.Container container) {
        return container.consistsOfArtifact()
                ? fetchable(container).filter(ArtifactImages::isLoaded)
                : Optional.empty();
    }

    private static List<String> names(Launch.Container container) {
        if (container.holdsArtifact()) {
            return List.of(String.valueOf(container.wrapped()));
        }
        var names = new ArrayList<String>();
        fetchable(container).ifPresent(name -> names.add(name.toString()));
        names.add(container.digest());
        return names;
    }

    private static Optional<ImageName> fetchable(Launch.Container container) {
        return container.holdsArtifact()
                ? ImageName.read(String.valueOf(container.wrapped()))
                : ImageName.read(container.image())
                        .map(name -> name.at(new Digest(container.digest())));
    }

    /// Whether the engine has what containers of an environment are to be made of; where it has it
    /// not, it begins to be fetched, unless it is already. What could not be fetched is told once,
    /// and then tried again.
    Having have(String environment, Recipe recipe) throws IOException {
        Launch.Container container = Objects.requireNonNull(recipe.container());
        Optional<String> name = here(container);
        if (name.isPresent()) {
            return new Having.Here(name.get());
        }
        Optional<ImageName> from = fetchable(container);
        if (from.isEmpty()) {
            return gone(container, "nobody knows a registry that it came from", "");
        }
        String key = from.get().toString();
        Having now =
                fetches.computeIfAbsent(
                        key,
                        _ -> {
                            Thread.ofVirtual()
                                    .name("pull " + key)
                                    .start(() -> fetch(environment, recipe, from.get()));
                            return new Having.Coming("`%s` is being fetched".formatted(key));
                        });
        if (now instanceof Having.Gone) {
            fetches.remove(key, now);
        }
        return now;
    }

    /// It was built there for us; it is taken away like what was fetched.
    void built(String image) throws IOException {
        brought.remember(host, image);
    }

    /// Whether it is being fetched at this moment.
    boolean isComing(Launch.Container container) {
        return fetchable(container)
                .filter(name -> fetches.get(name.toString()) instanceof Having.Coming)
                .isPresent();
    }

    private void fetch(String environment, Recipe recipe, ImageName from) {
        Launch.Container container = Objects.requireNonNull(recipe.container());
        String key = from.toString();
        try {
            if (loadable(container).isPresent()) {
                load(new Digest(recipe.artifact()), container, from);
            } else {
                pull(environment, from);
            }
            fetches.remove(key);
        } catch (ImageFailure e) {
            fetches.put(key, gone(container, e.reason(), e.hint()));
        } catch (IOException e) {
            fetches.put(
                    key,
                    gone(
                            container,
                            String.valueOf(e.getMessage()),
                            e instanceof EngineFailure failure ? failure.hint() : ""));
        } catch (RuntimeException e) {
            fetches.put(key, gone(container, "a bug: " + e, ""));
        }
    }

    private static Having.Gone gone(Launch.Container container, String reason, String hint) {
        return loadable(container).isPresent()
                ? new Having.Gone(
                        "the Docker Engine has not the image that the artifact is, %s: %s"
                                .formatted(container.digest(), reason),
                        hint.isEmpty() ? "see to it, or deploy again" : hint)
                : new Having.Gone(
                        "the Docker Engine has the image `%s` no more, which was %s: %s"
                                .formatted(container.image(), container.digest(), reason),
                        hint.isEmpty()
                                ? "bring it back with `docker pull` or `docker load`, or deploy again"
                                : hint);
    }

    private void load(Digest artifact, Launch.Container container, ImageName name)
            throws IOException {
        Engine engine = engine();
        brought.remember(host, name.toString());
        artifacts.load(
                artifact, engine.platform(), name, archive -> engine.load(archive, PULL_WITHIN));
        if (here(container).isEmpty()) {
            throw ImageFailure.unfit(
                    "it made another image of it than `" + container.digest() + "`",
                    "see by `docker image inspect %s` what that is".formatted(name));
        }
    }

    /// Remembered before it begins: what was half brought is taken away like the rest.
    private void pull(String environment, ImageName from) throws IOException {
        RegistryAccess access = registries.of(environment).of(from.registry()).access();
        BroughtImages.Brought one = brought.remember(host, from.toString());
        try {
            engine().pull(from, proof(access), PULL_WITHIN);
        } catch (EngineFailure e) {
            if (e.isAnswer()) {
                brought.forget(one);
            }
            throw e;
        }
    }

    /// As the engine takes it, which then shows it to the registry.
    private static String proof(RegistryAccess access) {
        RegistryAccess.Login login = access.login();
        if (login == null) {
            return "";
        }
        return login.password()
                .use(password ->
                        packed(
                                Map.of(
                                        "username",
                                        login.user(),
                                        "password",
                                        password,
                                        "serveraddress",
                                        access.host())));
    }

    /// The same of the registry that an environment has, for whatever a build fetches from there.
    String proofs(String environment, String component) {
        return registries
                .place(environment, component)
                .map(place -> registries.of(environment).of(place.registry()).access())
                .map(access -> {
                    RegistryAccess.Login login = access.login();
                    return login == null
                            ? ""
                            : login.password()
                                    .use(password ->
                                            packed(
                                                    Map.of(
                                                            access.host(),
                                                            Map.of(
                                                                    "username",
                                                                    login.user(),
                                                                    "password",
                                                                    password))));
                })
                .orElse("");
    }

    private static String packed(Map<String, ?> said) {
        byte[] json = JsonMapper.shared().writeValueAsBytes(said);
        return Base64.getUrlEncoder().encodeToString(json);
    }

    /// Takes away what Belay brought, nothing needs, and nobody used for a while. What something is
    /// still made of stays, and so does all of an engine that is away.
    ///
    /// @param needed digests of artifacts and images that have to stay
    /// @return how many images are gone
    public int collect(Set<Digest> needed, Duration age) throws IOException {
        int gone = 0;
        for (BroughtImages.Brought one : brought.olderThan(age)) {
            boolean busy = one.isOf(needed) || fetches.containsKey(one.reference());
            if (!busy && remove(one)) {
                brought.forget(one);
                gone++;
            }
        }
        return gone;
    }

    private static boolean remove(BroughtImages.Brought one) {
        try {
            return Engines.of(one.host()).removeImage(one.reference());
        } catch (IOException _) {
            return false;
        }
    }
}
