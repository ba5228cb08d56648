package dev.belay.journal;

import static dev.belay.journal.Appends.running;
import static dev.belay.journal.Appends.start;

import dev.belay.release.Scope;
import java.nio.file.Path;

/// A process that appends from several threads and says on its output what was acknowledged, until
/// somebody kills it.
final class WritesUntilKilled {
    static final int THREADS = 4;

    private WritesUntilKilled() {}

    public static void main(String[] arguments) {
        var journal = SqliteJournal.open(Path.of(arguments[0]));
        for (int i = 0; i < THREADS; i++) {
            ReleaseRow row = start(journal, Scope.component("local", "c" + i));
            Thread.ofPlatform().start(() -> append(journal, row));
        }
    }

    private static void append(Journal journal, ReleaseRow row) {
        Scope scope = row.scopes().iterator().next();
        for (int step = 1; ; step++) {
            row = Appends.write(journal, running(row, Appends.intent(step, scope)));
            System.out.println(row.id() + " " + row.version());
            row = Appends.write(journal, running(row, Appends.done(step)));
            System.out.println(row.id() + " " + row.version());
        }
    }

    /// The command line that runs this class with the tests' own class path.
    static ProcessBuilder command(Path journal) {
        String java = ProcessHandle.current().info().command().orElseThrow();
        String classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath,
                        WritesUntilKilled.class.getName(),
                        journal.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}
