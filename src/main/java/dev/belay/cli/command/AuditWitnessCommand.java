package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay audit witness`.
@Command(
        description =
                "Shows who keeps checkpoints of the audit log elsewhere, adds and removes them.",
        footer = {
            "",
            "A witness is one of",
            "  file:/PATH                    a line is added for each checkpoint",
            "  git:/FOLDER                   a repository: committed, and pushed if it has a remote",
            "  syslog+udp://HOST:PORT        RFC 5424; also +tcp, +tls, and syslog+unix:/dev/log",
            "  https://HOST/PATH             a web hook, signed as Standard Webhooks says",
            "No release waits for one that is away: `belay status` says so, and it is told later.",
            "",
            "Examples:",
            "  belay audit witness",
            "  belay audit witness --add file:/mnt/worm/belay.jsonl",
            "  belay audit witness --add https://audit.example.com/belay --name auditor",
            "  belay audit witness --remove auditor"
        })
public final class AuditWitnessCommand extends BelayCommand {
    private static final String PATH = "/api/v1/audit/witnesses";

    /// The first telling is waited for.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Option(names = "--add", paramLabel = "WHERE", description = "Add this one.")
    private String add = "";

    @Option(names = "--name", paramLabel = "NAME", description = "What to call it.")
    private String name = "";

    @Option(names = "--remove", paramLabel = "NAME", description = "Remove this one.")
    private String remove = "";

    public AuditWitnessCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (!add.isEmpty() && !remove.isEmpty()) {
            throw wrong("cli/one-of", "--add --remove", "it is one or the other", "");
        }
        if (!remove.isEmpty()) {
            String answer =
                    controlPlane()
                            .text(
                                    Http.Request.post(
                                            PATH + "/remove", Json.of(Map.of("name", remove))));
            return shown(answer);
        }
        return add.isEmpty() ? show(Http.Request.get(PATH)) : added();
    }

    private ExitCode added() {
        ControlPlane server = controlPlane();
        String answer =
                server.text(
                        Http.Request.post(PATH, Json.of(Map.of("where", add, "name", name)))
                                .patient(PATIENCE));
        String secret = secret(answer);
        if (!json() && !secret.isEmpty()) {
            terminal().print("secret  " + secret);
            terminal().say("whoever receives the web hook needs it; it is not shown again");
        }
        return shown(answer);
    }

    private static String secret(String answer) {
        JsonNode json = JsonMapper.shared().readTree(answer);
        return json.path("secret").asString("");
    }

    private ExitCode shown(String answer) {
        terminal().print(json() ? answer : controlPlane().text(asText(Http.Request.get(PATH))));
        return ExitCode.DONE;
    }
}
