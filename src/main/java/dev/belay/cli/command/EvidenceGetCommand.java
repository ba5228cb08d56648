package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay evidence get`.
@Command(
        description = "Writes the files of a piece of evidence, as they came.",
        footer = {"", "Examples:", "  belay evidence get ev-3f9c1a2b7d10 --output sbom.json"})
public final class EvidenceGetCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The evidence.")
    private String id = "";

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description =
                    "Where it is written to; several are FILE.1, FILE.2 and so on. Replaced if they"
                            + " are there.")
    private String output = "";

    @Option(
            names = "--in",
            paramLabel = "ENV",
            description = "An environment that you may deploy to, for what was won in none.")
    private String in = "";

    public EvidenceGetCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        ControlPlane server = controlPlane();
        String shown =
                server.text(
                        Http.Request.get("/api/v1/evidence/" + EnvironmentName.encoded(id))
                                .with("Accept", "application/json"));
        JsonNode one = JsonMapper.shared().readTree(shown);
        String from = one.path("environment").asString("");
        String environment = from.isEmpty() ? EnvironmentName.of(workspace(), in) : from;
        int count = one.path("files").size();
        for (int i = 0; i < count; i++) {
            String digest = one.path("files").path(i).path("digest").asString("");
            String place = count == 1 ? output : output + "." + (i + 1);
            write(
                    server,
                    "/api/v1/environments/%s/evidence/%s/files/%s"
                            .formatted(
                                    EnvironmentName.encoded(environment),
                                    EnvironmentName.encoded(id),
                                    digest.replace("sha256:", "")),
                    place);
            terminal().print(digest + "  " + place);
        }
        return ExitCode.DONE;
    }

    private void write(ControlPlane server, String address, String place) {
        Path file = context().folder().resolve(place);
        try (Http.Answer answer = server.ask(Http.Request.get(address))) {
            Files.copy(answer.body(), file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Stop.failed(
                    "`%s` cannot be written: %s".formatted(place, e.getMessage()),
                    "name a file in a folder that is there");
        }
    }
}
