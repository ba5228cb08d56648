package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `belay artifact`.
@Command(
        description = "Says an artifact's digest, and writes its archive for somebody to sign.",
        footer = {
            "",
            "The digest is the SHA-256 of the archive's bytes.",
            "",
            "Examples:",
            "  belay artifact api@staging",
            "  belay artifact api --in production --output api.tar",
            "  cosign sign-blob --key release.key --bundle api.json --new-bundle-format api.tar"
        })
public final class ArtifactCommand extends BelayCommand {
    private static final Duration SENDING = Duration.ofMinutes(2);

    @Parameters(
            index = "0",
            paramLabel = "ARTIFACT",
            description =
                    "COMPONENT@ENV for what runs there, a digest, or COMPONENT for what would be"
                            + " built of it now.")
    private String subject = "";

    @Option(
            names = "--in",
            paramLabel = "ENV",
            description = "The environment that COMPONENT is built for, or the digest ran in.")
    private String in = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where its archive is written to; replaced if it is there.")
    private String output = "";

    public ArtifactCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        int at = subject.indexOf('@');
        String environment =
                at > 0 ? subject.substring(at + 1) : EnvironmentName.of(workspace(), in);
        String address =
                "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/artifacts";
        ControlPlane server = controlPlane();
        JsonNode found =
                Narration.follow(
                        terminal(),
                        server,
                        Http.Request.post(address, Json.of(Map.of("for", subject))));
        String digest = found.path("artifact").asString("");
        if (!output.isEmpty()) {
            fetch(server, address, digest);
        }
        terminal()
                .print(
                        json()
                                ? found.toString()
                                : "%s  %s  %d bytes%s"
                                        .formatted(
                                                digest,
                                                found.path("component").asString(""),
                                                found.path("bytes").asLong(0),
                                                output.isEmpty() ? "" : "  " + output));
        return ExitCode.DONE;
    }

    /// Beside its place first: what was cut off must not look like an archive.
    private void fetch(ControlPlane server, String address, String digest) {
        Path file = context().folder().resolve(output).toAbsolutePath();
        Path next = file.resolveSibling(file.getFileName() + ".part");
        String path = address + "/" + digest.replace("sha256:", "");
        try (Http.Answer answer = server.ask(Http.Request.get(path).patient(SENDING))) {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(next), sha)) {
                answer.body().transferTo(out);
            }
            if (!digest.equals("sha256:" + HexFormat.of().formatHex(sha.digest()))) {
                throw Stop.failed("what came is not the archive that was asked for", "ask again");
            }
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Stop.failed(
                    "`%s` cannot be written: %s".formatted(output, e.getMessage()),
                    "name a file in a folder that is there");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
