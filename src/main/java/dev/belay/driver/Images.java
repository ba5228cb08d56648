package dev.belay.driver;

import dev.belay.release.Digest;
import dev.belay.release.Launch;
import java.util.List;

/// What names of images stand for. A name can mean something else tomorrow; a digest cannot.
public interface Images {
    /// What containers of a component are to be made of.
    ///
    /// @param image name, as it was written
    /// @param known digest that it stands for, where that is settled already; empty otherwise
    /// @param listens whether its instances are to be reached at a port
    record Wish(
            String environment,
            String component,
            Digest artifact,
            String image,
            String known,
            boolean listens) {}

    /// Whether there is such an image.
    sealed interface Finding {}

    /// There is one.
    ///
    /// @param notes what whoever reads the plan should know of it, in sentences
    record Found(Launch.Image image, List<String> notes) implements Finding {
        public Found {
            notes = List.copyOf(notes);
        }
    }

    /// There is none, or nobody can be asked.
    record Missing(String reason, String hint) implements Finding {}

    /// The image that the name stands for at this moment, where containers are started; with the
    /// artifact in it where its files cannot be seen there.
    Finding find(Wish wish);
}
