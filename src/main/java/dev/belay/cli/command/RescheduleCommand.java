package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay reschedule`.
@Command(
        description = "Says anew when a release begins that has not begun.",
        footer = {
            "",
            "Whoever consented to it consented to the time that it had, and is asked again.",
            "",
            "Examples:",
            "  belay reschedule production-7 --at 2026-12-03T02:00+01:00 --reason \"the vendor is late\"",
            "  belay reschedule production-7 --now --reason \"the machine is back\""
        })
public final class RescheduleCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @Mixin private final Begin begin = new Begin();

    @Option(names = "--now", description = "Begin as soon as it can.")
    private boolean now;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the release.")
    private String reason = "";

    public RescheduleCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (now == begin.later()) {
            throw wrong(
                    "cli/one-of",
                    "--at",
                    now ? "it begins at a time, or now" : "it is not said when it begins",
                    "say one of `--at` and `--now`");
        }
        var body = new LinkedHashMap<String, Object>();
        begin.into(body);
        body.put("now", now);
        body.put("reason", reason);
        String path = ReleaseId.path(release);
        String answer = controlPlane().text(Http.Request.post(path + "/schedule", Json.of(body)));
        terminal()
                .print(
                        json()
                                ? answer
                                : controlPlane().text(asText(Http.Request.get(path + "/why"))));
        return ExitCode.DONE;
    }
}
