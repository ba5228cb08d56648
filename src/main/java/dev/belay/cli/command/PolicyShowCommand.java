package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.manifest.PolicyPack;
import dev.belay.manifest.PolicyPacks;
import dev.belay.manifest.PolicyRule;
import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay policy show`.
@Command(
        description = "Shows the text of a pack's rules, or of one of them.",
        footer = {
            "",
            "Examples:",
            "  belay policy show hipaa",
            "  belay policy show production/soak"
        })
public final class PolicyShowCommand extends BelayCommand {
    @Parameters(paramLabel = "NAME", description = "A pack, or a pack and its rule.")
    private String name = "";

    public PolicyShowCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        List<PolicyRule> rules = new ArrayList<>();
        var known = new TreeSet<>(PolicyPacks.names());
        for (String each : PolicyPacks.names()) {
            PolicyPack pack = PolicyPacks.find(each).orElseThrow();
            for (PolicyRule rule : pack.rules()) {
                known.add(rule.name());
                if (each.equals(name) || rule.name().equals(name)) {
                    rules.add(rule);
                }
            }
        }
        if (rules.isEmpty()) {
            throw Stop.problems(
                    List.of(
                            new Problem(
                                    "policy/unknown",
                                    new Place.Named("`" + name + "`"),
                                    "there is no such pack, and no such rule of one",
                                    Nearest.hint(name, known))));
        }
        if (json()) {
            terminal().print(Json.of(Map.of("rules", rules.stream().map(this::fields).toList())));
            return ExitCode.DONE;
        }
        for (PolicyRule rule : rules) {
            terminal().print(rule.name());
            fields(rule)
                    .forEach((key, value) -> {
                        if (!key.equals("name") && !value.isEmpty()) {
                            terminal().print("  %-8s %s".formatted(key, value));
                        }
                    });
        }
        return ExitCode.DONE;
    }

    private Map<String, String> fields(PolicyRule rule) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("name", rule.name());
        fields.put("each", rule.each());
        fields.put("when", rule.when());
        fields.put("rule", rule.rule());
        fields.put("message", rule.message());
        fields.put("hint", rule.hint());
        fields.put("why", rule.why());
        fields.put("from", rule.from());
        return fields;
    }
}
