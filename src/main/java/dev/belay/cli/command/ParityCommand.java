package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay parity`.
@Command(
        description = "Shows in what an environment differs from the one that it promotes from.",
        footer = {
            "",
            "What is looser than there refuses releases, until the manifest lists it as something that may differ.",
            "Ports, addresses and values belong to an environment and are not compared, but for secrets that",
            "are the same in both.",
            "",
            "Examples:",
            "  belay parity production",
            "  belay parity staging --with local --json"
        })
public final class ParityCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Option(
            names = "--with",
            paramLabel = "ENV",
            description = "The other one, else that which it promotes from.")
    private String other = "";

    public ParityCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        String with = URLEncoder.encode(other, StandardCharsets.UTF_8);
        return show(
                Http.Request.get(
                        "/api/v1/environments/"
                                + name
                                + "/parity"
                                + (other.isEmpty() ? "" : "?with=" + with)));
    }
}
