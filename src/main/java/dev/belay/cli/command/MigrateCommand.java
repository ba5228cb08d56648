package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay migrate`: what there is to see of schemas; they change with releases alone.
@Command(
        description =
                "Shows where schemas stand, and tries what is pending on a copy. They change by `belay deploy`.",
        footer = {
            "",
            "Examples:",
            "  belay migrate status",
            "  belay migrate plan production",
            "  belay migrate adopt production api --from flyway"
        })
public final class MigrateCommand extends BelayCommand {
    public MigrateCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("adopt", new MigrateAdoptCommand(context()));
        parts.put("plan", new MigratePlanCommand(context()));
        parts.put("status", new MigrateStatusCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        throw Stop.problem(
                new Problem(
                        "usage/command-missing",
                        new Place.Named("`belay migrate`"),
                        "`belay migrate` needs a word more",
                        "`belay migrate status`, `belay migrate plan` or `belay migrate adopt`"));
    }
}
