package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay contracts`: what components promise.
@Command(
        description = "Compares contracts: OpenAPI, AsyncAPI and Protocol Buffers.",
        footer = {
            "",
            "Examples:",
            "  belay contracts diff orders production",
            "  belay contracts diff --before old/openapi.yaml --after api/openapi.yaml"
        })
public final class ContractsCommand extends BelayCommand {
    public ContractsCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("diff", new ContractsDiffCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        throw wrong(
                "contract/nothing-named",
                "belay contracts",
                "a word is missing after `belay contracts`",
                "`belay contracts diff COMPONENT ENV` compares what would be released with what runs");
    }
}
