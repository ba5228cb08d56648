package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay releases`.
@Command(
        description = "Lists releases, the newest first.",
        footer = {
            "",
            "Examples:",
            "  belay releases",
            "  belay releases local --limit 50",
            "  belay releases --which HELD"
        })
public final class ReleasesCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "Only of this environment.")
    private String environment = "";

    @Option(names = "--which", paramLabel = "STATE", description = "Only in this state.")
    private String which = "";

    @Option(names = "--before", paramLabel = "RELEASE", description = "Only older than this one.")
    private String before = "";

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "At most so many (${DEFAULT-VALUE}).")
    private int limit = 20;

    public ReleasesCommand(Context context) {
        super(context);
    }

    public ReleasesCommand(Context context, String environment) {
        super(context);
        this.environment = environment;
    }

    @Override
    protected ExitCode run() {
        var path = new StringBuilder("/api/v1/releases?limit=").append(limit);
        append(path, "environment", environment);
        append(path, "state", which);
        append(path, "before", before);
        return show(Http.Request.get(path.toString()));
    }

    static void append(StringBuilder path, String name, String value) {
        if (!value.isEmpty()) {
            path.append('&').append(name).append('=').append(EnvironmentName.encoded(value));
        }
    }
}
