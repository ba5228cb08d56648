package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.choice;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.DeployCommands;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What a component says of how it gets to where Belay has no way of its own.
final class CommandSections {
    private static final Key<Preset> PRESET =
            Key.of(
                    "preset",
                    choice(Preset.class, Set.of()),
                    "Commands that come with Belay, for what many have; those written beside it take"
                            + " their place.");
    private static final Key<List<String>> DEPLOY =
            Key.of(
                    "deploy",
                    COMMAND,
                    "Makes the revision stand, run in its artifact's folder. Where there is no"
                            + " `promote`, it has all requests from then on. Needed where there is no"
                            + " `preset`.");
    private static final Key<List<String>> OBSERVE =
            Key.of(
                    "observe",
                    COMMAND,
                    "Prints what is known of the revision, and changes nothing. Without it a `deploy`"
                            + " that nobody saw end is never repeated: a person is asked.");
    private static final Key<List<String>> PROMOTE =
            Key.of("promote", COMMAND, "Gives the revision the requests.");
    private static final Key<List<String>> ROLLBACK =
            Key.of(
                    "rollback",
                    COMMAND,
                    "Gives a revision the requests again that had them before. By default `promote`"
                            + " does, or `deploy` where there is none.");
    private static final Key<List<String>> PROBE =
            Key.of("probe", COMMAND, "Says whether the revision is well, by its exit code.");
    private static final Key<List<String>> LOGS =
            Key.of("logs", COMMAND, "Prints what the revision wrote last.");
    private static final Key<List<String>> REMOVE =
            Key.of(
                    "remove",
                    COMMAND,
                    "Takes the revision away, and does nothing where it is gone. Without it what was"
                            + " deployed stays there.");
    private static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "Time for each of them, and for the revision to be ready.")
                    .fallback("10m");

    static final Key<DeployCommands> COMMANDS =
            Key.of(
                    "commands",
                    Fields.of(
                            "commands",
                            "Commands that bring a component to where it runs. What they are told,"
                                    + " print and exit with: `docs/how-to/deploy-by-commands.md`.",
                            "{deploy: ./ops deploy, observe: ./ops observe, promote: ./ops promote}",
                            List.of(
                                    PRESET, DEPLOY, OBSERVE, PROMOTE, ROLLBACK, PROBE, LOGS, REMOVE,
                                    TIMEOUT),
                            List.of(),
                            CommandSections::read),
                    "How it gets to where it runs. Where the target is `command`.");

    /// What comes with Belay.
    enum Preset {
        OBJECT_STORAGE;

        /// Whether it has a command for that.
        boolean has(String verb) {
            return switch (this) {
                case OBJECT_STORAGE ->
                        List.of("deploy", "observe", "promote", "rollback", "remove")
                                .contains(verb);
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private CommandSections() {}

    private static DeployCommands read(Row row) {
        return new DeployCommands(
                words(row, DEPLOY),
                words(row, OBSERVE),
                words(row, PROMOTE),
                words(row, ROLLBACK),
                words(row, PROBE),
                words(row, LOGS),
                words(row, REMOVE),
                row.get(TIMEOUT));
    }

    private static List<String> words(Row row, Key<List<String>> verb) {
        Optional<List<String>> preset =
                row.find(PRESET)
                        .filter(one -> one.has(verb.name()))
                        .map(one -> List.of("@" + one.word(), verb.name()));
        return row.find(verb).or(() -> preset).orElse(List.of());
    }
}
