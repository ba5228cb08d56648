package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay cancel`.
@Command(
        description = "Ends a release before its time, in the one of three ways that you choose.",
        footer = {
            "",
            "Examples:",
            "  belay cancel local-17 --and-roll-back",
            "  belay cancel local-17 --stop-here      (then `resume`, or cancel otherwise)",
            "  belay cancel local-17 --and-leave      (then `decide`)"
        })
public final class CancelCommand extends BelayCommand {
    @Parameters(paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @ArgGroup(multiplicity = "1")
    private final How how = new How();

    private static final class How {
        @Option(
                names = "--stop-here",
                description = "It pauses: nothing new begins, and nothing is undone.")
        private boolean stopHere;

        @Option(names = "--and-roll-back", description = "Everything it did is undone.")
        private boolean andRollBack;

        @Option(
                names = "--and-leave",
                description = "Everything stays as it is, held, until a person decides.")
        private boolean andLeave;

        String mode() {
            if (stopHere) {
                return "stop";
            }
            if (andRollBack) {
                return "roll-back";
            }
            return andLeave ? "leave" : "";
        }
    }

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the release.")
    private String reason = "";

    public CancelCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return command(release, Map.of("command", "cancel", "mode", how.mode(), "reason", reason));
    }
}
