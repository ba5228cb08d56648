package dev.belay.cli.command;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// The commands and flags as fish wants to be told: one `complete` a line.
final class FishCompletion {
    private FishCompletion() {}

    static String of(CommandLine belay) {
        var script = new StringBuilder("complete -c belay -f\n");
        belay.getSubcommands()
                .forEach((name, command) -> {
                    script.append("complete -c belay -n __fish_use_subcommand -a ")
                            .append(name)
                            .append(
                                    description(
                                            command.getCommandSpec().usageMessage().description()))
                            .append('\n');
                    command.getCommandSpec().options().forEach(o -> option(script, name, o));
                    command.getSubcommands().forEach((part, own) -> part(script, name, part, own));
                });
        return script.toString();
    }

    private static void part(StringBuilder script, String command, String part, CommandLine own) {
        script.append("complete -c belay -n '__fish_seen_subcommand_from ").append(command);
        script.append("' -a ").append(part);
        script.append(description(own.getCommandSpec().usageMessage().description()));
        script.append('\n');
        own.getCommandSpec().options().forEach(o -> option(script, part, o));
    }

    private static void option(StringBuilder script, String command, OptionSpec option) {
        script.append("complete -c belay -n '__fish_seen_subcommand_from ").append(command);
        script.append('\'');
        for (String name : List.of(option.names())) {
            script.append(
                    name.startsWith("--")
                            ? " -l " + name.substring(2)
                            : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            script.append(" -r");
        }
        script.append(description(option.description())).append('\n');
    }

    private static String description(String[] lines) {
        if (lines.length == 0) {
            return "";
        }
        return " -d '" + lines[0].replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
