package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.LinkedHashMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay decide`.
@Command(
        description = "Decides for a held release what Belay refuses to guess.",
        footer = {
            "",
            "Look first: `belay why RELEASE` says what is known and what is not.",
            "",
            "Examples:",
            "  belay decide local-17 --mark-done --step 4 --reason \"I saw the row\"",
            "  belay decide local-17 --roll-back --reason \"not worth the night\""
        })
public final class DecideCommand extends BelayCommand {
    @Parameters(paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @ArgGroup(multiplicity = "1")
    private final Decision decision = new Decision();

    private static final class Decision {
        @Option(names = "--retry", description = "Try the step again.")
        private boolean retry;

        @Option(names = "--mark-done", description = "The step did happen: I looked.")
        private boolean markDone;

        @Option(names = "--mark-not-done", description = "The step did not happen: I looked.")
        private boolean markNotDone;

        @Option(names = "--roll-back", description = "Undo everything.")
        private boolean rollBack;

        @Option(names = "--adopt", description = "What is there now is what is wanted.")
        private boolean adopt;

        @Option(names = "--write-off", description = "Give the release up as it is.")
        private boolean writeOff;

        String word() {
            if (retry) {
                return "retry";
            }
            if (markDone) {
                return "mark-done";
            }
            if (markNotDone) {
                return "mark-not-done";
            }
            if (rollBack) {
                return "roll-back";
            }
            if (adopt) {
                return "adopt";
            }
            return writeOff ? "write-off" : "";
        }
    }

    @Option(names = "--step", paramLabel = "N", description = "The step that is in doubt.")
    private int step;

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; kept with the release.")
    private String reason = "";

    public DecideCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var body = new LinkedHashMap<String, Object>();
        body.put("command", "decide");
        body.put("decision", decision.word());
        if (step > 0) {
            body.put("step", step);
        }
        body.put("reason", reason);
        return command(release, body);
    }
}
