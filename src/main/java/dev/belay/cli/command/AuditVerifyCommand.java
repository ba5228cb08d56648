package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Http;
import dev.belay.server.audit.OfflineAudit;
import dev.belay.server.audit.OfflineAudit.Verified;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay audit verify`.
@Command(
        description = {
            "Verifies that nothing in the audit log was changed, removed or put in.",
            "",
            "Without FILE the control plane's own, else a copy of its journal.db, what `belay audit",
            "export` wrote, or `belay audit proof --json`; that needs no control plane and no manifest."
        },
        footer = {
            "",
            "It ends with 0 when nothing was found, else with 4.",
            "",
            "Examples:",
            "  belay audit verify",
            "  belay audit verify --witness /mnt/worm/belay.jsonl",
            "  belay audit verify copy-of-journal.db --key belay-audit.pub",
            "  belay audit verify production-17.jsonl --key belay/3f…+1c2d3e4f+AX…"
        })
public final class AuditVerifyCommand extends BelayCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "What to verify.")
    private String file = "";

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Who may have signed: a public key, or a file with it; can be repeated.")
    private List<String> keys = new ArrayList<>();

    @Option(
            names = "--witness",
            paramLabel = "FILE",
            description = "Compare with what a witness kept; can be repeated.")
    private List<String> witnesses = new ArrayList<>();

    public AuditVerifyCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (file.isEmpty() && keys.isEmpty() && witnesses.isEmpty()) {
            return inControlPlane();
        }
        var audit = new OfflineAudit();
        for (String key : keys) {
            try {
                audit.trust(key, context().folder());
            } catch (IOException e) {
                throw wrong(
                        "audit/no-key",
                        key,
                        String.valueOf(e.getMessage()),
                        "`belay audit key` prints it");
            }
        }
        for (String witness : witnesses) {
            try {
                audit.compareWith(context().folder().resolve(witness));
            } catch (IOException e) {
                throw wrong("audit/no-witness", witness, String.valueOf(e.getMessage()), "");
            }
        }
        return offline(audit, subject(audit));
    }

    private ExitCode inControlPlane() {
        Http.Request request = Http.Request.get("/api/v1/audit/verification").patient(PATIENCE);
        try (Http.Answer answer = controlPlane().ask(json() ? request : asText(request))) {
            terminal().print(answer.text());
            boolean well = "true".equals(answer.headers().get("belay-well"));
            return well ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IOException e) {
            throw Stop.failed("the control plane broke off: " + e.getMessage(), "");
        }
    }

    /// What is verified; a journal of this workspace is believed to be signed by its own key.
    private Path subject(OfflineAudit audit) {
        Path path;
        try {
            if (file.isEmpty()) {
                Path state = workspace().state();
                path = state.resolve("journal.db");
                if (!audit.trusts()) {
                    audit.trustOwn(state);
                }
            } else {
                path = context().folder().resolve(file);
            }
            if (!Files.isRegularFile(path)) {
                throw wrong("audit/unreadable", path.toString(), "there is no such file", "");
            }
            if (!audit.trusts() && OfflineAudit.isJournal(path)) {
                throw wrong(
                        "audit/no-key",
                        path.toString(),
                        "without a key nobody can tell who signed it",
                        "give the one that `belay audit key` prints as `--key KEY`");
            }
            return path;
        } catch (IOException e) {
            throw wrong("audit/unreadable", file, String.valueOf(e.getMessage()), "");
        }
    }

    private ExitCode offline(OfflineAudit audit, Path path) {
        Verified verified;
        try {
            verified = audit.verify(path);
        } catch (IOException e) {
            throw wrong("audit/unreadable", path.toString(), String.valueOf(e.getMessage()), "");
        }
        terminal().print(json() ? verified.json() : verified.text(terminal().colour()));
        return verified.isWell() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
