package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Version;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay version`.
@Command(
        description = "Prints what this is, and what it runs on.",
        footer = {"", "Example:", "  belay version"})
public final class VersionCommand extends BelayCommand {
    public VersionCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String java = System.getProperty("java.runtime.version", "");
        if (json()) {
            terminal().print(Json.of(Map.of("version", Version.TEXT, "java", java)));
        } else {
            terminal().print("belay " + Version.TEXT + " on Java " + java);
        }
        return ExitCode.DONE;
    }
}
