package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay render`: an environment written down for others to carry out.
@Command(
        description = "Writes an environment down for others to carry out.",
        footer = {"", "Examples:", "  belay render kubernetes production"})
public final class RenderCommand extends BelayCommand {
    public RenderCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("kubernetes", new RenderKubernetesCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        throw Stop.problem(
                new Problem(
                        "usage/command-missing",
                        new Place.Named("`belay render`"),
                        "`belay render` needs a word more",
                        "`belay render kubernetes`"));
    }
}
