package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay evidence`: what artifacts have shown.
@Command(
        description = "Shows what artifacts have shown: tests, scans, evaluations.",
        footer = {
            "",
            "Examples:",
            "  belay evidence",
            "  belay evidence add --for api@staging target/surefire-reports/*.xml",
            "  belay evidence run api",
            "  belay evidence rollback --in staging --of production",
            "  belay evidence withdraw ev-3f9c1a2b7d10 --reason \"the data set was wrong\""
        })
public final class EvidenceCommand extends BelayCommand {
    public EvidenceCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("add", new EvidenceAddCommand(context()));
        parts.put("run", new EvidenceRunCommand(context()));
        parts.put("rollback", new EvidenceRollbackCommand(context()));
        parts.put("list", new EvidenceListCommand(context()));
        parts.put("show", new EvidenceShowCommand(context()));
        parts.put("get", new EvidenceGetCommand(context()));
        parts.put("withdraw", new EvidenceWithdrawCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/evidence"));
    }
}
