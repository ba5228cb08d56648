package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay token create`.
@Command(
        description = "Makes a token and prints it, this once.",
        footer = {
            "",
            "Scopes narrow it: it may do what its owner may and a scope lets through. One that is",
            "made with a token may do no more than that, lives no longer, and ends with it.",
            "",
            "Examples:",
            "  belay token create laptop --for anna",
            "  belay token create ci --for ci --scope deployer@staging --expires 30d",
            "  belay token create look --scope viewer --expires 8h"
        })
final class TokenCreateCommand extends BelayCommand {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})([smhd])");

    @Parameters(
            paramLabel = "NAME",
            description = "What it is called; stands beside its owner in the audit log.")
    private String name = "";

    @Option(names = "--for", paramLabel = "USER", description = "Whose; yours, unless it is said.")
    private String user = "";

    @Option(
            names = "--scope",
            paramLabel = "ROLE[@ENV]",
            description = "What it is narrowed to; can be repeated.")
    private List<String> scopes = new ArrayList<>();

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "How long it opens anything, as 8h or 30d; 90d, unless it is said.")
    private String expires = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit log.")
    private String reason = "";

    TokenCreateCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", name);
        body.put("user", user);
        body.put("scopes", scopes);
        body.put("reason", reason);
        if (!expires.isEmpty()) {
            body.put("expiresSeconds", seconds(expires).orElseThrow(this::noTime));
        }
        return show(Http.Request.post("/api/v1/tokens", Json.of(body)));
    }

    private dev.belay.cli.Stop noTime() {
        return wrong("cli/time", "--expires", "`" + expires + "` is no time", "such as 8h or 30d");
    }

    static Optional<Long> seconds(String text) {
        Matcher time = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!time.matches()) {
            return Optional.empty();
        }
        long unit =
                switch (time.group(2)) {
                    case "s" -> 1;
                    case "m" -> 60;
                    case "h" -> 3_600;
                    default -> 86_400;
                };
        return Optional.of(Long.parseLong(time.group(1)) * unit);
    }
}
