package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay audit`.
@Command(
        description = {
            "Lists who did what, and when; proves that nothing of it was changed.",
            "",
            "Without one of the commands below it searches the audit log."
        },
        footer = {
            "",
            "Times are `2026-03-01`, `2026-03-01T12:30` in this machine's zone, or with one",
            "(`2026-03-01T12:30:00Z`). What is left out is not looked at.",
            "",
            "Examples:",
            "  belay audit",
            "  belay audit --newest -n 20",
            "  belay audit --release production-17",
            "  belay audit --actor ann --action backup-begun --since 2026-03-01",
            "  belay audit --after 120 --json",
            "  belay audit verify",
            "  belay audit export production-17 -o production-17.jsonl"
        })
public final class AuditCommand extends BelayCommand {
    @Option(names = "--release", paramLabel = "RELEASE", description = "By it, or about it.")
    private String release = "";

    @Option(names = "--actor", paramLabel = "NAME", description = "By this one.")
    private String actor = "";

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            description = "Such as `started`, `ended`, `backup-begun`.")
    private String action = "";

    @Option(names = "--environment", paramLabel = "ENV", description = "In this one.")
    private String environment = "";

    @Option(names = "--text", paramLabel = "TEXT", description = "With this in it, in any case.")
    private String text = "";

    @Option(names = "--since", paramLabel = "TIME", description = "Not earlier.")
    private String since = "";

    @Option(names = "--until", paramLabel = "TIME", description = "Earlier.")
    private String until = "";

    @Option(names = "--after", paramLabel = "N", description = "Only what follows this entry.")
    private long after;

    @Option(names = "--before", paramLabel = "N", description = "Only what precedes this entry.")
    private long before;

    @Option(names = "--newest", description = "The newest first.")
    private boolean newest;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "At most so many (${DEFAULT-VALUE}).")
    private int limit = 100;

    public AuditCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("verify", new AuditVerifyCommand(context()));
        parts.put("export", new AuditExportCommand(context()));
        parts.put("proof", new AuditProofCommand(context()));
        parts.put("checkpoint", new AuditCheckpointCommand(context()));
        parts.put("key", new AuditKeyCommand(context()));
        parts.put("witness", new AuditWitnessCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("release", release);
        asked.put("actor", actor);
        asked.put("action", action);
        asked.put("environment", environment);
        asked.put("text", text);
        asked.put("since", millis("--since", since));
        asked.put("until", millis("--until", until));
        asked.put("after", Math.max(0, after));
        asked.put("before", Math.max(0, before));
        asked.put("newest", newest ? "true" : "");
        asked.put("limit", Math.max(1, limit));
        String query =
                asked.entrySet().stream()
                        .filter(one -> !one.getValue().equals("") && !one.getValue().equals(0L))
                        .map(one ->
                                one.getKey()
                                        + "="
                                        + EnvironmentName.encoded(one.getValue().toString()))
                        .collect(Collectors.joining("&"));
        return show(Http.Request.get("/api/v1/audit?" + query));
    }

    private static long millis(String option, String written) {
        if (written.isEmpty()) {
            return 0;
        }
        try {
            if (written.indexOf('T') < 0) {
                return LocalDate.parse(written)
                        .atStartOfDay(ZoneId.systemDefault())
                        .toInstant()
                        .toEpochMilli();
            }
            if (written.matches(".*([Zz]|[+-][0-9]{2}:[0-9]{2})")) {
                return Instant.parse(written).toEpochMilli();
            }
            return LocalDateTime.parse(written)
                    .atZone(ZoneId.systemDefault())
                    .toInstant()
                    .toEpochMilli();
        } catch (DateTimeException _) {
            throw wrong(
                    "cli/no-time",
                    option + " " + written,
                    "it is no time",
                    "write `2026-03-01`, `2026-03-01T12:30` or `2026-03-01T12:30:00Z`");
        }
    }
}
