package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay resume`.
@Command(
        description = "A paused release goes on.",
        footer = {"", "Example:", "  belay resume local-17"})
public final class ResumeCommand extends BelayCommand {
    @Parameters(paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the release.")
    private String reason = "";

    public ResumeCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return command(release, Map.of("command", "resume", "reason", reason));
    }
}
