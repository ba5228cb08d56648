package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay token revoke`.
@Command(
        description = "Ends a token at once, and those that were made with it.",
        footer = {
            "",
            "Examples:",
            "  belay token revoke 3fa91c2b7d04 --reason \"it was in a log\"",
            "  belay token revoke laptop --reason \"I have a new one\""
        })
final class TokenRevokeCommand extends BelayCommand {
    @Parameters(paramLabel = "TOKEN", description = "Its id, or the name of one of yours.")
    private String token = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; kept in the audit log.")
    private String reason = "";

    TokenRevokeCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/tokens/" + EnvironmentName.encoded(token) + "/revoke";
        return show(Http.Request.post(path, Json.of(Map.of("reason", reason))));
    }
}
