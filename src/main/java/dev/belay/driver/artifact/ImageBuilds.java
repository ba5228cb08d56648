package dev.belay.driver.artifact;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Makes images as a Dockerfile says.
public interface ImageBuilds {
    /// Nothing was made of it.
    ///
    /// @param reason a sentence, with the step that failed
    record Failure(String reason, String hint) {}

    /// Builds the image of an order.
    ///
    /// @param log gets what the steps write
    /// @param into file that the image is written to, the same bytes for the same image
    /// @return why there is none; empty when there is
    Optional<Failure> build(BuildOrder order, Path log, Path into) throws IOException;

    /// Where nobody builds any.
    static ImageBuilds none() {
        return (_, _, _) ->
                Optional.of(
                        new Failure(
                                "there is no engine that could build its image",
                                "let `run` make it, and name it by `image`"));
    }
}
