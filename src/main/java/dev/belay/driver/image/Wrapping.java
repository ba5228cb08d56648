package dev.belay.driver.image;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/// Makes images of artifacts, and brings them to a registry.
///
/// The same artifact over the same base is the same image on every machine, by its digest. What a
/// registry has already is not sent again, so that doing it twice is doing it once.
public final class Wrapping {
    private final Registries registries;
    private final Path scratch;

    /// @param scratch a folder for what is made on the way, nobody else's
    public Wrapping(Registries registries, Path scratch) {
        this.registries = registries;
        this.scratch = scratch;
    }

    /// What is to be wrapped.
    ///
    /// @param archive of the artifact, as its store keeps it
    /// @param base by its digest: what a tag means may change on the way
    /// @param machine that it is to run on, where the base is for several
    /// @param into repository that it is to lie in; its tag and digest do not count
    public record Order(
            Digest artifact, Path archive, ImageName base, ImagePlatform machine, ImageName into) {
        public Order {
            if (base.digest().isEmpty()) {
                throw new IllegalArgumentException("a base without a digest: " + base);
            }
        }
    }

    /// What the image will be called, and nothing is sent.
    ///
    /// @throws ImageFailure when the base cannot be had, or the artifact not be wrapped
    public ImageName foretell(Order order) throws IOException {
        Base base = base(order);
        Descriptor layer = ArtifactLayer.write(order.archive(), OutputStream.nullOutputStream());
        return order.into().at(image(order, base, layer).digest());
    }

    /// Makes sure that the registry has the image.
    ///
    /// @return the image, by its digest
    /// @throws ImageFailure when the base cannot be had, the artifact not be wrapped, or the
    ///   registry does not take it
    public ImageName push(Order order) throws IOException {
        Base base = base(order);
        Path file = Files.createTempFile(DurableFile.folder(scratch), "layer", ".tar");
        try {
            Descriptor layer;
            try (OutputStream out = Files.newOutputStream(file)) {
                layer = ArtifactLayer.write(order.archive(), out);
            }
            WrappedImage image = image(order, base, layer);
            ImageName name = order.into().at(image.digest());
            Registry to = registries.of(name.registry());
            if (!to.has(name)) {
                for (Descriptor below : base.manifest().layers()) {
                    bring(to, name, below, base);
                }
                send(to, name, layer, () -> opened(() -> Files.newInputStream(file)));
                byte[] config = image.config().bytes();
                send(to, name, image.config().descriptor(), () -> new ByteArrayInputStream(config));
                to.put(name, image.manifest());
            }
            return name;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private Base base(Order order) throws ImageFailure {
        Registry registry = registries.of(order.base().registry());
        return Base.Kept.find(registry, order.base(), order.machine());
    }

    private static WrappedImage image(Order order, Base base, Descriptor layer) throws IOException {
        return WrappedImage.of(
                base.manifest(), base.config(), order.artifact(), layer, order.base().toString());
    }

    /// A registry that has it in another repository need not be sent it.
    private static void bring(Registry to, ImageName name, Descriptor below, Base base)
            throws ImageFailure {
        boolean near = base.name().registry().equals(name.registry());
        if (!to.has(name, below.digest())
                && !(near && to.mount(name, below.digest(), base.name()))) {
            to.upload(name, below, () -> opened(() -> base.open(below)));
        }
    }

    private static void send(
            Registry to, ImageName name, Descriptor part, Supplier<InputStream> content)
            throws ImageFailure {
        if (!to.has(name, part.digest())) {
            to.upload(name, part, content);
        }
    }

    private interface Opening {
        InputStream open() throws IOException;
    }

    private static InputStream opened(Opening what) {
        try {
            return what.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
