package dev.belay.driver.image;

import dev.belay.release.ImageName;
import java.io.IOException;
import java.io.InputStream;

/// An image that artifacts are laid over.
interface Base {
    /// What of it the image that is made of it names: the digest of the manifest for the machine.
    Manifest.Image manifest();

    /// What it says of itself: JSON.
    String config() throws IOException;

    /// One of its layers, from the beginning.
    InputStream open(Descriptor layer) throws IOException;

    /// Where a registry has it; a name of an archive is no place of one.
    ImageName name();

    /// One that a registry has.
    record Kept(Registry registry, ImageName name, Manifest.Image manifest) implements Base {
        /// Finds it.
        ///
        /// @param machine that it is to run on
        static Base find(Registry registry, ImageName name, ImagePlatform machine)
                throws ImageFailure {
            Manifest found = Manifest.of(registry.document(name), name.toString());
            Manifest.Image image =
                    switch (found) {
                        case Manifest.Image one -> one;
                        case Manifest.Index index -> of(registry, name, index, machine);
                    };
            return new Kept(registry, name, image);
        }

        private static Manifest.Image of(
                Registry registry, ImageName name, Manifest.Index index, ImagePlatform machine)
                throws ImageFailure {
            ImageName chosen = name.at(index.of(machine, name.toString()).digest());
            return switch (Manifest.of(registry.document(chosen), chosen.toString())) {
                case Manifest.Image one -> one;
                case Manifest.Index _ ->
                        throw ImageFailure.unfit(
                                "`%s` is an index of indexes".formatted(name),
                                "name by its digest the image that is meant");
            };
        }

        @Override
        public String config() throws IOException {
            return registry.text(name, manifest.config());
        }

        @Override
        public InputStream open(Descriptor layer) throws IOException {
            return registry.open(name, layer);
        }
    }
}
