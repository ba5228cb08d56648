package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay backup`.
@Command(
        description = "Backs a datastore up, restores that into scratch, and compares every row.",
        footer = {
            "",
            "It counts only when the database made of it holds what the source held at the same",
            "instant. Ctrl-C leaves; the backup goes on, and the same command follows it again.",
            "",
            "With --at, of a PostgreSQL database whose log is archived (`archive:` in the manifest): the",
            "backup is of the database as it was then, and is kept and restored like any other.",
            "",
            "Examples:",
            "  belay backup production",
            "  belay backup production postgres --at 2026-01-31T02:16:30+01:00",
            "  belay backup production postgres --json"
        })
public final class BackupCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATASTORE",
            description = "Which; not needed where there is only one.")
    private String datastore = "";

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "The instant that it is wanted of, with its zone; now, unless it is said.")
    private String at = "";

    public BackupCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/backups";
        var result =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(path, Json.of(Map.of("datastore", datastore, "at", at))));
        terminal().print(json() ? result.toString() : KeptText.of(result));
        return ExitCode.DONE;
    }
}
