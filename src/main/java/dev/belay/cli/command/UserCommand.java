package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/// `belay user`: alone it lists everybody.
@Command(
        description = "Adds people and machines, gives them roles, and takes them away.",
        footer = {
            "",
            "Roles are viewer, deployer, approver, operator and admin: everywhere, or as ROLE@ENV in",
            "one environment. Whoever has none may do nothing. Alone it lists everybody.",
            "",
            "Examples:",
            "  belay user add anna --role deployer@staging --role viewer",
            "  belay token create laptop --for anna",
            "  belay user grant anna --role deployer@production --reason \"on call in May\"",
            "  belay user disable anna --reason \"the laptop is gone\"",
            "  belay user"
        })
public final class UserCommand extends BelayCommand {
    public UserCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("add", new UserAddCommand(context()));
        parts.put("grant", new UserGrantCommand(context()));
        parts.put("revoke", new UserRevokeCommand(context()));
        parts.put("disable", new UserDisableCommand(context()));
        parts.put("enable", new UserEnableCommand(context()));
        parts.put("remove", new UserRemoveCommand(context()));
        parts.put("list", new UserListCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/users"));
    }
}
