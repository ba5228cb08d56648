package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay up`.
@Command(
        description = "Starts control plane and gateway, and an environment's local datastores.",
        footer = {"", "Examples:", "  belay up", "  belay up local"})
public final class UpCommand extends BelayCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "ENV",
            description = "Also start the local datastores of this environment.")
    private String environment = "";

    public UpCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        ControlPlane server = new Daemons(context(), workspace()).start();
        if (!environment.isEmpty()) {
            Streaming.print(
                    terminal(),
                    server,
                    Http.Request.post(
                            "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/up",
                            "{}"));
        }
        if (json()) {
            terminal().print(Json.of(Map.of("pid", server.pid(), "page", server.page(false))));
        } else {
            terminal().print("status page: " + server.page(terminal().interactive()));
        }
        return ExitCode.DONE;
    }
}
