package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `belay gateway open`.
@Command(
        description = "Opens components that are held, or shut for maintenance.",
        footer = {
            "",
            "Requests that wait go on in the order in which they came, some at a time.",
            "",
            "Examples:",
            "  belay gateway open production",
            "  belay gateway open production web"
        })
public final class GatewayOpenCommand extends BelayCommand {
    @Mixin private final Doors doors = new Doors();

    public GatewayOpenCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(doors.request("open", new LinkedHashMap<>()));
    }
}
