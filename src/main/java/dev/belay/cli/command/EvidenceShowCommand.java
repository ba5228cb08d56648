package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay evidence show`.
@Command(
        description = "Shows one piece of evidence with its figures and files.",
        footer = {"", "Examples:", "  belay evidence show ev-3f9c1a2b7d10"})
public final class EvidenceShowCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The evidence.")
    private String id = "";

    public EvidenceShowCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/evidence/" + EnvironmentName.encoded(id)));
    }
}
