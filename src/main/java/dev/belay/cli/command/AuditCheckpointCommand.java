package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;

/// `belay audit checkpoint`.
@Command(
        description = "Signs how far the audit log has grown, and prints that.",
        footer = {
            "",
            "It is signed unasked, too. Kept elsewhere, it shows later whether anything was changed:",
            "`belay audit verify --witness FILE`.",
            "",
            "Examples:",
            "  belay audit checkpoint > monday.note",
            "  belay audit checkpoint --json"
        })
public final class AuditCheckpointCommand extends BelayCommand {
    public AuditCheckpointCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/audit/checkpoint"));
    }
}
