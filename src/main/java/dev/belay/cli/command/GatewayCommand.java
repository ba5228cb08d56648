package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Workspace;
import dev.belay.server.StartCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay gateway`: for service managers; `belay up` starts one by itself.
@Command(
        description = "Runs the gateway in the foreground, for a service manager.",
        footer = {
            "",
            "`belay up` starts one in the background, so this is seldom needed.",
            "",
            "Examples:",
            "  belay gateway",
            "  belay gateway --listen 0.0.0.0",
            "  belay gateway top",
            "  belay gateway log --on",
            "  belay gateway hold production web",
            "  belay gateway open production",
            "  belay gateway upgrade          (the running one, without a lost connection)"
        })
public final class GatewayCommand extends BelayCommand {
    /// Named, not imported: the gateway is a program of its own.
    private static final String PROGRAM = "dev.belay.gateway.GatewayMain";

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Where the stable ports listen, if not on loopback alone.")
    private List<String> listen = new ArrayList<>();

    public GatewayCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("top", new GatewayTopCommand(context()));
        parts.put("log", new GatewayLogCommand(context()));
        parts.put("hold", new GatewayHoldCommand(context()));
        parts.put("maintenance", new GatewayMaintenanceCommand(context()));
        parts.put("open", new GatewayOpenCommand(context()));
        parts.put("upgrade", new GatewayUpgradeCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        Path archive = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + archive.resolveSibling("jvm").resolve("gateway.args"));
        command.addAll(StartCache.gatewayFlags());
        command.addAll(List.of("-cp", archive.toString(), PROGRAM));
        command.add(workspace.state().resolve("gateway").toString());
        command.addAll(listen);
        try {
            Process gateway = new ProcessBuilder(command).inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(gateway::destroy));
            return gateway.waitFor() == 0 ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IOException e) {
            throw Stop.failed("the gateway does not start: " + e.getMessage(), "");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
