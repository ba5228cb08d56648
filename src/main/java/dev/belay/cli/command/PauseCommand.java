package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay pause`.
@Command(
        description = "No new step of a release begins; what is under way ends.",
        footer = {"", "Example:", "  belay pause local-17"})
public final class PauseCommand extends BelayCommand {
    @Parameters(paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the release.")
    private String reason = "";

    public PauseCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return command(release, Map.of("command", "pause", "reason", reason));
    }
}
