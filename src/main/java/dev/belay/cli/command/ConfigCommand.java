package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay config`: what an environment's variables are; their values stand in files and stores.
@Command(
        description = "Tells what variables an environment needs.",
        footer = {"", "Examples:", "  belay config template production"})
public final class ConfigCommand extends BelayCommand {
    public ConfigCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("template", new ConfigTemplateCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        throw Stop.problem(
                new Problem(
                        "usage/command-missing",
                        new Place.Named("`belay config`"),
                        "`belay config` needs a word more",
                        "`belay config template`"));
    }
}
