package dev.belay.driver;

/// What names of images stand for. A name can mean something else tomorrow; a digest cannot.
public interface Images {
    /// Whether there is such an image.
    sealed interface Finding {}

    /// There is one, by its digest, `sha256:…`.
    record Found(String digest) implements Finding {}

    /// There is none, or nobody can be asked.
    record Missing(String reason, String hint) implements Finding {}

    /// The image that the name stands for at this moment, where containers are started.
    Finding find(String name);
}
