package dev.belay.driver.backup;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Knows a folder of backups again. It may be a disk that somebody has to mount: when that is away,
/// the empty folder in its place is no new home, and what is there would be taken for all there is.
final class StoreMark {
    /// In the folder itself.
    static final String MARK = ".belay-store";

    /// Two may look for the first time at once.
    private static final Object ONE_AT_A_TIME = new Object();

    private final Path seen;

    /// @param seen where it is remembered which folder had which mark
    StoreMark(Path seen) {
        this.seen = seen;
    }

    /// Marks a folder that nobody has seen, and refuses one that lost its mark.
    ///
    /// @throws IOException with a sentence for people
    void check(Path folder) throws IOException {
        synchronized (ONE_AT_A_TIME) {
            compare(folder);
        }
    }

    private void compare(Path folder) throws IOException {
        Path mark = folder.resolve(MARK);
        byte[] path = folder.toString().getBytes(StandardCharsets.UTF_8);
        Path memory = seen.resolve(HexFormat.of().formatHex(Seal.sha256().digest(path)));
        Optional<String> there = DurableFile.read(mark).map(String::strip);
        Optional<String> known = DurableFile.read(memory).map(String::strip);
        if (known.isPresent() && !known.equals(there)) {
            throw new IOException(
                    "`%s` is not the folder that backups were in%s; mount it, or, where it is to begin anew, remove `%s`"
                            .formatted(
                                    folder, there.isEmpty() ? "" : ", but another one's", memory));
        }
        if (there.isEmpty()) {
            DurableFile.write(DurableFile.folder(folder).resolve(MARK), UUID.randomUUID() + "\n");
            there = DurableFile.read(mark).map(String::strip);
        }
        if (known.isEmpty()) {
            DurableFile.folder(seen);
            DurableFile.write(memory, there.orElseThrow());
        }
    }
}
