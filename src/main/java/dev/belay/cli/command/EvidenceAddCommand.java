package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay evidence add`.
@Command(
        description = "Adds reports as evidence of an artifact.",
        footer = {
            "",
            "Known are JUnit XML, TAP, SARIF, CycloneDX, SPDX, JaCoCo, Cobertura, k6, JMeter and",
            "promptfoo, packed by gzip or not, and signatures as Sigstore bundles or in base64.",
            "Of other JSON say what counts.",
            "",
            "Examples:",
            "  belay evidence add --for api@staging target/surefire-reports/*.xml",
            "  belay evidence add --for api --in staging semgrep.sarif",
            "  belay evidence add --for 3f9c1a2b7d10 --from staging --name e2e e2e.xml",
            "  belay evidence add --for api@staging --kind quality --passes-when /status=ok \\",
            "    --figure accuracy=/metrics/accuracy quality.json"
        })
public final class EvidenceAddCommand extends BelayCommand {
    /// As the control plane has it.
    private static final int FILE_BYTES_MAX = 8 * 1024 * 1024;

    private static final Duration SENDING = Duration.ofMinutes(2);

    @Option(
            names = "--for",
            required = true,
            paramLabel = "ARTIFACT",
            description =
                    "COMPONENT@ENV for what runs there, a digest, or COMPONENT for what would be"
                            + " built of it now.")
    private String subject = "";

    @Option(
            names = "--in",
            paramLabel = "ENV",
            description = "The environment that COMPONENT is built for.")
    private String in = "";

    @Option(
            names = "--from",
            paramLabel = "ENV",
            description = "The environment where it was won; with COMPONENT@ENV it is that one.")
    private String from = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "What it is evidence of, if not what the report is by itself.")
    private String kind = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Which of that kind: suites of different names count beside each other.")
    private String name = "";

    @Option(
            names = "--passes-when",
            paramLabel = "POINTER=VALUE",
            description = "Of JSON of no known form: good when the value there reads so.")
    private String passesWhen = "";

    @Option(
            names = "--figure",
            paramLabel = "NAME=POINTER",
            description = "Of JSON of no known form: a number that counts.")
    private List<String> figures = new ArrayList<>();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Reports of one sort.")
    private List<String> files = new ArrayList<>();

    public EvidenceAddCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        int at = subject.indexOf('@');
        String environment =
                at > 0
                        ? subject.substring(at + 1)
                        : EnvironmentName.of(workspace(), from.isEmpty() ? in : from);
        if (!from.isEmpty() && !from.equals(environment)) {
            throw wrong(
                    "cli/two-environments",
                    "--from " + from,
                    "`--for` names another environment",
                    "name the digest instead");
        }
        String address = "/api/v1/environments/" + EnvironmentName.encoded(environment);
        ControlPlane server = controlPlane();
        var sent = new ArrayList<String>();
        for (String file : files) {
            sent.add(send(server, address, file));
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("for", subject);
        body.put("wonHere", !from.isEmpty());
        body.put("kind", kind);
        body.put("name", name);
        body.put("passesWhen", passesWhen);
        body.put("figures", figures);
        body.put("files", sent);
        JsonNode added =
                Narration.follow(
                        terminal(),
                        server,
                        Http.Request.post(address + "/evidence", Json.of(body)));
        terminal().print(json() ? added.toString() : line(added));
        return ExitCode.DONE;
    }

    /// One piece, for people.
    static String line(JsonNode one) {
        return "%s  %s  %s  %s"
                .formatted(
                        one.path("id").asString(""),
                        one.path("own").asString(""),
                        one.path("kind").asString(""),
                        one.path("words").asString(""));
    }

    private String send(ControlPlane server, String address, String file) {
        byte[] content = content(file);
        String body = "{\"content\":\"" + Base64.getEncoder().encodeToString(content) + "\"}";
        String answer =
                server.text(Http.Request.post(address + "/evidence-files", body).patient(SENDING));
        String digest = JsonMapper.shared().readTree(answer).path("digest").asString("");
        String called = file.replaceAll("\\p{Cntrl}", "?");
        return digest + " " + called.substring(Math.max(0, called.length() - 300));
    }

    private byte[] content(String file) {
        Path path = context().folder().resolve(file);
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(FILE_BYTES_MAX + 1);
            if (content.length > FILE_BYTES_MAX) {
                throw wrong(
                        "cli/file-too-large",
                        file,
                        "it is more than %d MiB".formatted(FILE_BYTES_MAX / 1024 / 1024),
                        "pack it by gzip, or let the tool write a summary");
            }
            return content;
        } catch (IOException e) {
            throw wrong(
                    "cli/no-such-file",
                    file,
                    Files.isDirectory(path) ? "it is a folder" : "it cannot be read",
                    "name the reports themselves, as `reports/*.xml`");
        }
    }
}
