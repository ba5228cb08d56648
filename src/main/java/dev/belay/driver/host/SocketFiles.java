package dev.belay.driver.host;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/// Where instances that listen at a Unix socket have its file: in a folder of the state that only
/// its owner may enter, under a short name, because the kernel takes no longer path than 107 bytes.
final class SocketFiles {
    private static final int PATH_MAX = 107;
    private static final int NAME = 16;

    private final Path folder;

    SocketFiles(Path state) {
        folder = state.resolve("s");
    }

    /// Of one instance: the same at every start, another for every other instance.
    Path of(Scope scope, String instance) {
        byte[] whole = (scope + "/" + instance).getBytes(StandardCharsets.UTF_8);
        String name = UUID.nameUUIDFromBytes(whole).toString().replace("-", "");
        return folder.resolve(name.substring(0, NAME));
    }

    /// Why an instance cannot have its file there.
    Optional<Preparation.Refused> fault(Path socket) {
        int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        return bytes <= PATH_MAX
                ? Optional.empty()
                : Optional.of(
                        new Preparation.Refused(
                                "the path of its socket, `%s`, has %d bytes, and %d is the most"
                                        .formatted(socket, bytes, PATH_MAX),
                                "choose a state folder with a shorter path, or leave `listen:"
                                        + " socket` out"));
    }

    /// Makes room: a file that a dead process left would keep the next one from listening.
    void clear(Path socket) throws IOException {
        DurableFile.folder(folder);
        Files.deleteIfExists(socket);
    }

    /// Nothing of the instance lives.
    void remove(Scope scope, String instance) throws IOException {
        Files.deleteIfExists(of(scope, instance));
    }
}
