package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where Jazzer enters; see `bench/fuzz`. It finds the two methods by their names.
public final class FuzzDriver {
    private static @Nullable FuzzTarget target;

    private FuzzDriver() {}

    /// Comes first.
    ///
    /// @param words the target's name
    public static void fuzzerInitialize(String[] words) {
        target = FuzzTarget.valueOf(words[0].toUpperCase(Locale.ROOT));
    }

    /// One input.
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        if (target == null) {
            throw new IllegalStateException("no target was named");
        }
        target.check(data);
    }

    /// Writes the cases of the corpus into a folder, for Jazzer to begin with.
    public static void main(String... words) throws IOException {
        Path folder = Path.of(words[1]);
        switch (FuzzTarget.valueOf(words[0].toUpperCase(Locale.ROOT))) {
            case REQUESTS -> write(folder, "requests", "send");
            case ANSWERS -> write(folder, "responses", "answers");
            default -> {
                // The corpus has none of them.
            }
        }
    }

    private static void write(Path folder, String cases, String word) throws IOException {
        int count = 0;
        for (Corpus.Entry one : Corpus.read(cases)) {
            for (String bytes : one.blocks(word)) {
                Files.write(folder.resolve("corpus-" + count++), RawMessage.bytes(bytes));
            }
        }
    }
}
