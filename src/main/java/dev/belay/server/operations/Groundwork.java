package dev.belay.server.operations;

import dev.belay.driver.check.Tools;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.probe.CommandRun;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.ShellWords;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// What must be so before anything is built: the programs of `requires` are on this machine, and
/// the commands of `prepare` have run in the platform's folder, one after the other.
final class Groundwork {
    private static final Duration PREPARE_WITHIN = Duration.ofMinutes(30);

    /// What of our own variables a command gets to see, as builds do.
    private static final List<String> PASSED_ON =
            List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR");

    private final Tools tools = new Tools();
    private final Redactor redactor;

    /// Lays the ground for any platform.
    ///
    /// @param redactor masks what commands wrote
    Groundwork(Redactor redactor) {
        this.redactor = redactor;
    }

    /// Returns when everything is as it must be.
    ///
    /// @throws Denied when a program is missing or a command fails
    void lay(EnvironmentView view, Consumer<String> progress) {
        List<Tools.Missing> missing = tools.missing(view.requires());
        if (!missing.isEmpty()) {
            throw Denied.failure(
                    missing.stream().map(Tools.Missing::reason).collect(Collectors.joining("; ")),
                    missing.stream().map(Tools.Missing::hint).collect(Collectors.joining("; ")));
        }
        for (List<String> command : view.prepare()) {
            progress.accept("preparing with " + ShellWords.of(command));
            prepare(view, command);
        }
    }

    private void prepare(EnvironmentView view, List<String> command) {
        var outcome = CommandRun.run(command, view.folder(), environment(), PREPARE_WITHIN);
        String wrong =
                switch (outcome) {
                    case CommandRun.Outcome.Exited(int status, String output) ->
                            status == 0 ? "" : "ended with status " + status + "\n" + output;
                    case CommandRun.Outcome.TimedOut(String output) ->
                            "took longer than " + PREPARE_WITHIN.toMinutes() + " min\n" + output;
                    case CommandRun.Outcome.NotStarted(String reason) -> reason;
                };
        if (!wrong.isEmpty()) {
            String words = ShellWords.of(command);
            throw Denied.failure(
                    redactor.redact("`prepare`: `" + words + "` " + wrong.strip()),
                    "run it in `" + view.folder() + "` to see it fail");
        }
    }

    private static Map<String, String> environment() {
        var environment = new HashMap<>(System.getenv());
        environment.keySet().retainAll(PASSED_ON);
        return environment;
    }
}
