package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay token`: alone it lists them.
@Command(
        description =
                "Makes and ends API tokens: your own, or for who administers people, anybody's.",
        footer = {
            "",
            "Commands take a token from $BELAY_TOKEN_FILE or $BELAY_TOKEN, and else the owner's of the",
            "state folder. Alone it lists them.",
            "",
            "Examples:",
            "  belay token create ci --for ci --scope deployer@staging --expires 30d",
            "  belay token",
            "  belay token revoke 3fa91c2b7d04 --reason \"it was in a log\""
        })
public final class TokenCommand extends BelayCommand {
    public TokenCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("create", new TokenCreateCommand(context()));
        parts.put("revoke", new TokenRevokeCommand(context()));
        parts.put("list", new TokenListCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/tokens"));
    }
}
