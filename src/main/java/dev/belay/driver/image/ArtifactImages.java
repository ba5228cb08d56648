package dev.belay.driver.image;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.image.ImageFailure.Kind;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Artifacts of an environment as images: laid over others, or being some already; in its registry,
/// or brought to an engine as they are.
public final class ArtifactImages {
    /// What no registry can be called.
    private static final String NOWHERE = "belay.invalid";

    private static final String REPOSITORY = "artifact-";

    private final EnvironmentRegistries registries;
    private final ArtifactStore artifacts;
    private final Path scratch;

    /// @param scratch a folder for what is made on the way, nobody else's
    public ArtifactImages(EnvironmentRegistries registries, ArtifactStore artifacts, Path scratch) {
        this.registries = registries;
        this.artifacts = artifacts;
        this.scratch = scratch;
    }

    /// What is to lie in a registry.
    ///
    /// @param base by its digest
    /// @param machine that it is to run on, where the base is for several
    public record Wish(
            String environment,
            String component,
            Digest artifact,
            ImageName base,
            ImagePlatform machine) {}

    /// An artifact that is an image.
    ///
    /// @param artifact whose environment may have a registry
    public record Own(String environment, String component, Digest artifact) {}

    /// What it is called.
    ///
    /// @param image by engines that keep images by what these say of themselves
    /// @param name by which containers are made of it: at the environment's registry, or one that
    ///   no registry can have where there is none
    public record Named(Digest image, ImageName name) {}

    /// Whether an engine is given it by us, as no registry has it.
    public static boolean isLoaded(ImageName name) {
        return name.registry().equals(NOWHERE);
    }

    /// By what engines may know an image of such a name: by what it says of itself, as its tag has
    /// it, or by what a registry would call it, as its repository has it.
    public static Set<String> idsOf(ImageName name) {
        return Set.of(
                "sha256:" + name.tag(),
                "sha256:" + name.repository().substring(REPOSITORY.length()));
    }

    /// Checks an artifact that is to be an image, and makes sure that the environment's registry
    /// has it, where there is one.
    ///
    /// @param machine that it is to run on
    /// @throws ImageFailure when it is no image for it, or the registry does not take it
    public Named name(Own own, ImagePlatform machine) throws IOException {
        Optional<ImageName> place = registries.place(own.environment(), own.component());
        return read(
                own.artifact(),
                machine,
                image ->
                        new Named(
                                image.image(),
                                place.isEmpty()
                                        ? loaded(image)
                                        : image.push(
                                                registries
                                                        .of(own.environment())
                                                        .of(place.get().registry()),
                                                place.get())));
    }

    private static ImageName loaded(ImageArchive image) {
        return new ImageName(NOWHERE, REPOSITORY + image.digest().hex(), image.image().hex(), "");
    }

    /// Lets an engine have it under that name.
    ///
    /// @throws ImageFailure when it is no such image
    public void load(Digest artifact, ImagePlatform machine, ImageName name, Loading engine)
            throws IOException {
        read(
                artifact,
                machine,
                image -> {
                    if (!loaded(image).equals(name)) {
                        throw ArchiveParts.refused("it is another one than `" + name + "`");
                    }
                    Path file = Files.createTempFile(scratch, "load", ".tar");
                    try {
                        try (OutputStream out =
                                new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
                            image.write(name, out);
                        }
                        engine.load(file);
                        return name;
                    } finally {
                        Files.deleteIfExists(file);
                    }
                });
    }

    /// Takes an archive.
    public interface Loading {
        void load(Path archive) throws IOException;
    }

    /// Writes an image anew, as an artifact has it: the same bytes for the same image, whoever had
    /// it.
    ///
    /// @param saved what `docker save` wrote
    /// @throws ImageFailure when it is no image for that machine
    public void rewrite(Path saved, ImagePlatform machine, Path into) throws IOException {
        read(
                saved,
                machine,
                image -> {
                    try (OutputStream out =
                            new BufferedOutputStream(Files.newOutputStream(into), 1 << 16)) {
                        image.write(loaded(image), out);
                    }
                    return image;
                });
    }

    private interface Reading<T> {
        T of(ImageArchive image) throws IOException;
    }

    private <T> T read(Digest artifact, ImagePlatform machine, Reading<T> reading)
            throws IOException {
        Path archive = artifacts.archive(artifact);
        if (!Files.exists(archive)) {
            throw new ImageFailure(
                    Kind.MISSING,
                    "artifact `" + artifact.brief() + "` is not in the store",
                    "build it again: `belay deploy`");
        }
        return read(archive, machine, reading);
    }

    private <T> T read(Path archive, ImagePlatform machine, Reading<T> reading) throws IOException {
        Path folder = Files.createTempDirectory(DurableFile.folder(scratch), "image");
        try {
            return reading.of(
                    ImageArchive.read(archive, machine, folder, ArchiveParts.Limits.DEFAULT));
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /// Makes sure that the environment's registry has the image.
    ///
    /// @return it, by its digest
    /// @throws ImageFailure when the environment has no registry, or it does not take it
    public ImageName push(Wish wish) throws IOException {
        ImageName place =
                registries
                        .place(wish.environment(), wish.component())
                        .orElseThrow(() ->
                                new ImageFailure(
                                        Kind.DENIED,
                                        "`%s` names no registry that its images could go to"
                                                .formatted(wish.environment()),
                                        "name one: `registry: {at: registry.example.org/shop}`"));
        return new Wrapping(registries.of(wish.environment()), scratch)
                .push(
                        new Wrapping.Order(
                                wish.artifact(),
                                artifacts.archive(wish.artifact()),
                                wish.base(),
                                wish.machine(),
                                place));
    }
}
