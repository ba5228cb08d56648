package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Login;
import dev.belay.cli.client.Residents;
import dev.belay.cli.client.Workspace;
import dev.belay.server.LeftContainers;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay down`.
@Command(
        description = "Stops everything that runs here, or one environment's local datastores.",
        footer = {
            "",
            "Examples:",
            "  belay down                     (instances, gateway, control plane)",
            "  belay down --keep-instances    (the control plane alone: traffic goes on)",
            "  belay down local               (the local datastores; their data stays)"
        })
public final class DownCommand extends BelayCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "ENV",
            description = "Only the local datastores of this environment.")
    private String environment = "";

    @Option(names = "--wipe", description = "Also remove what the datastores hold.")
    private boolean wipe;

    @Option(
            names = "--keep-instances",
            description = "Leave instances and gateway as they are; traffic goes on.")
    private boolean keepInstances;

    public DownCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (!environment.isEmpty()) {
            String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/down";
            Streaming.print(
                    terminal(),
                    controlPlane(),
                    Http.Request.post(path, Json.of(Map.of("wipe", wipe))));
            return ExitCode.DONE;
        }
        if (wipe) {
            throw wrong(
                    "cli/wipe-what",
                    "--wipe",
                    "it is not said which environment's datastores should lose their data",
                    "name it: `belay down ENV --wipe`");
        }
        Workspace workspace = workspace();
        if (workspace.login().elsewhere()) {
            throw wrong(
                    "cli/server-address",
                    "belay down",
                    "`" + Login.SERVER + "` names a control plane whose machine may be another",
                    "stop it where it runs, by who started it");
        }
        var daemons = new Daemons(context(), workspace);
        boolean ran = daemons.stop();
        // In this order: the control plane would start again what ends.
        int ended = keepInstances ? 0 : Residents.end(workspace.state()) + contained(workspace);
        daemons.stayDown();
        if (!ran && ended == 0) {
            terminal().print("nothing runs here");
        } else if (keepInstances) {
            terminal().print("the control plane has stopped; gateway and instances go on");
        } else {
            terminal().print("everything has stopped");
        }
        return ExitCode.DONE;
    }

    private static int contained(Workspace workspace) {
        try {
            return LeftContainers.end(workspace.state());
        } catch (IOException e) {
            throw Stop.failed(
                    "all processes have ended; what runs in containers does not: " + e.getMessage(),
                    "start the engine, then `belay down` again");
        }
    }
}
