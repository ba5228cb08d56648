package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Workspace;
import dev.belay.server.ControlPlane;
import dev.belay.server.Settings;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay server`: what `belay up` starts in the background.
@Command(
        description = "Runs the control plane in the foreground, for a service manager.",
        footer = {
            "",
            "`belay up` starts one in the background, so this is seldom needed. When it ends,",
            "instances and gateway go on.",
            "",
            "Examples:",
            "  belay server",
            "  belay server --port 7070"
        })
public final class ServerCommand extends BelayCommand {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where the API listens on loopback, if not on any free port.")
    private int port;

    public ServerCommand(Context context) {
        super(context);
    }

    /// @param state the folder that `--state` names
    public ServerCommand(Context context, String state) {
        super(context, state);
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        var settings = new Settings(workspace.manifest(), workspace.state(), port);
        try (ControlPlane plane = ControlPlane.start(settings)) {
            // A service manager stops it by a signal: then it lets go in order, too.
            Runtime.getRuntime().addShutdownHook(new Thread(plane::close));
            plane.await();
            return ExitCode.DONE;
        } catch (IOException e) {
            throw Stop.failed(String.valueOf(e.getMessage()), "");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
