package dev.belay.driver.artifact;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// What a Dockerfile can take files from: the folder of its component, without what `.dockerignore`
/// names, and without what no artifact ever holds.
public final class BuildContext {
    private BuildContext() {}

    /// Writes it as an archive, the same bytes for the same files.
    ///
    /// @throws ArtifactException when there is something in it that cannot be sent
    public static void write(BuildOrder order, OutputStream out) throws IOException {
        Path folder = order.folder();
        Path dockerfile =
                folder.resolve(Objects.requireNonNull(order.image()).dockerfile()).normalize();
        Path own = dockerfile.resolveSibling(dockerfile.getFileName() + ".dockerignore");
        Path ignore = Files.isRegularFile(own) ? own : folder.resolve(".dockerignore");
        IgnoreFile ignored =
                Files.isRegularFile(ignore)
                        ? IgnoreFile.read(Files.readString(ignore))
                        : IgnoreFile.read("");
        new Packing(
                        folder,
                        path ->
                                order.keepsBack(path)
                                        || (!path.equals(dockerfile)
                                                && !path.equals(ignore)
                                                && !dockerfile.startsWith(path)
                                                && ignored.leavesOut(
                                                        folder.relativize(path).toString(),
                                                        Files.isDirectory(path))))
                .write(List.of(), out);
    }
}
