package dev.belay.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// One version of the quickstart: the few lines in which it differs from the one before.
record Edition(String title, List<Edit> edits) {
    static final Edition SECOND =
            new Edition(
                    "version 2: another greeting, another page",
                    List.of(
                            new Edit("api/Api.java", "VERSION = \"1\"", "VERSION = \"2\""),
                            new Edit("api/Api.java", "\"en\", \"Hello\"", "\"en\", \"Good day\""),
                            new Edit("web/index.html", "version <b>1</b>", "version <b>2</b>")));

    /// Its health endpoint says that all is well; only its smoke test finds out.
    static final Edition THIRD =
            new Edition(
                    "version 3: a bug that the health endpoint does not see",
                    List.of(
                            new Edit("api/Api.java", "VERSION = \"2\"", "VERSION = \"3\""),
                            new Edit(
                                    "api/Api.java",
                                    "GREETINGS.get(language)",
                                    "GREETINGS.get(null + language)")));

    Edition {
        edits = List.copyOf(edits);
    }

    /// Some text in a file, and what stands there instead.
    record Edit(String file, String before, String after) {}

    /// Makes the edits below `folder`.
    void apply(Path folder) throws IOException {
        for (Edit edit : edits) {
            Path file = folder.resolve(edit.file());
            String text = Files.readString(file);
            if (!text.contains(edit.before())) {
                throw new IOException("`" + file + "` does not hold `" + edit.before() + "`");
            }
            Files.writeString(file, text.replace(edit.before(), edit.after()));
        }
    }
}
