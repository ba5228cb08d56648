package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay backups`.
@Command(
        description = "Shows the backups of an environment's datastores, and which were verified.",
        footer = {
            "",
            "Examples:",
            "  belay backups",
            "  belay backups production",
            "  belay backups production postgres --json"
        })
public final class BackupsCommand extends BelayCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATASTORE",
            description = "Only of this one.")
    private String datastore = "";

    public BackupsCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        String query =
                datastore.isEmpty()
                        ? ""
                        : "?datastore=" + URLEncoder.encode(datastore, StandardCharsets.UTF_8);
        return show(Http.Request.get("/api/v1/environments/" + name + "/backups" + query));
    }
}
