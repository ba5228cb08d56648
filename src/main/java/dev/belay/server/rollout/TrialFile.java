package dev.belay.server.rollout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// A [Rollout] on disk. Each line is there before anything follows from it; one that was cut off is
/// as if nobody had looked.
final class TrialFile {
    static final String ENDING = ".jsonl";

    private final Path file;

    TrialFile(Path file) {
        this.file = file;
    }

    void begin(Rollout rollout) throws IOException {
        Files.deleteIfExists(file);
        append(rollout.firstLine());
    }

    void add(Rollout.Line line) throws IOException {
        append(RolloutJson.write(line));
    }

    private void append(String line) throws IOException {
        try (FileChannel to =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND)) {
            long before = to.size();
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            try {
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                to.force(true);
            } catch (IOException e) {
                // The next one must not begin in the middle of this one.
                to.truncate(before);
                throw e;
            }
        }
    }

    /// What is whole of it; empty when there is none, or not even its first line.
    Optional<String> text() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        return whole.isEmpty() ? Optional.empty() : Optional.of(whole);
    }

    /// The same, to be gone on with: what was cut off goes.
    ///
    /// @throws IOException also when a whole line cannot be read
    Optional<Rollout> resume() throws IOException {
        Optional<String> text = text();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try (FileChannel to = FileChannel.open(file, StandardOpenOption.WRITE)) {
            to.truncate(text.get().getBytes(StandardCharsets.UTF_8).length);
        }
        try {
            return Optional.of(Rollout.parse(text.get()));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
    }
}
