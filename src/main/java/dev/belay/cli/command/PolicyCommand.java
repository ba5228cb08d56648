package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Json;
import dev.belay.manifest.PolicyPack;
import dev.belay.manifest.PolicyPacks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay policy`: the packs of rules that come with Belay.
@Command(
        description = "Lists the packs of rules that come with Belay.",
        footer = {
            "",
            "An environment is held to those that it names under `policies`.",
            "",
            "Examples:",
            "  belay policy",
            "  belay policy show production",
            "  belay policy show production/soak",
            "  belay policy check production"
        })
public final class PolicyCommand extends BelayCommand {
    public PolicyCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("show", new PolicyShowCommand(context()));
        parts.put("check", new PolicyCheckCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        List<PolicyPack> packs =
                PolicyPacks.names().stream()
                        .map(name -> PolicyPacks.find(name).orElseThrow())
                        .toList();
        if (json()) {
            var all = new ArrayList<Map<String, Object>>();
            packs.forEach(pack ->
                    all.add(
                            Map.of(
                                    "name",
                                    pack.name(),
                                    "about",
                                    pack.about(),
                                    "rules",
                                    pack.rules().stream().map(rule -> rule.name()).toList())));
            terminal().print(Json.of(Map.of("packs", all)));
            return ExitCode.DONE;
        }
        for (PolicyPack pack : packs) {
            terminal()
                    .print(
                            "%-14s %2d rules  %s"
                                    .formatted(pack.name(), pack.rules().size(), pack.about()));
        }
        return ExitCode.DONE;
    }
}
