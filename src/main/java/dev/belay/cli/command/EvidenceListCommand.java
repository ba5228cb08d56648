package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay evidence list`.
@Command(
        description = "Lists evidence, the newest first.",
        footer = {
            "",
            "Examples:",
            "  belay evidence list",
            "  belay evidence list --component api --from staging"
        })
public final class EvidenceListCommand extends BelayCommand {
    @Option(names = "--component", paramLabel = "NAME", description = "Only of this component.")
    private String component = "";

    @Option(names = "--from", paramLabel = "ENV", description = "Only what was won there.")
    private String from = "";

    @Option(
            names = "--artifact",
            paramLabel = "DIGEST",
            description = "Only of this artifact; the beginning will do.")
    private String artifact = "";

    public EvidenceListCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(
                Http.Request.get(
                        "/api/v1/evidence?component=%s&environment=%s&artifact=%s"
                                .formatted(
                                        EnvironmentName.encoded(component),
                                        EnvironmentName.encoded(from),
                                        EnvironmentName.encoded(artifact))));
    }
}
