package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay audit`.
@Command(
        description = "Lists who did what, and when.",
        footer = {"", "Examples:", "  belay audit", "  belay audit --after 120 --json"})
public final class AuditCommand extends BelayCommand {
    @Option(names = "--after", paramLabel = "N", description = "Only what follows this entry.")
    private long after;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "At most so many (${DEFAULT-VALUE}).")
    private int limit = 100;

    public AuditCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/audit?after=" + after + "&limit=" + limit));
    }
}
