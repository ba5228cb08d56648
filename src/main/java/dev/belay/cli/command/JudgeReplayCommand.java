package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import dev.belay.server.rollout.Rollouts;
import dev.belay.server.text.RolloutText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay judge replay`.
@Command(
        description = {
            "Judges again what was counted, and says whether every decision comes to the same, bit",
            "for bit.",
            "",
            "It is this program that judges, not the control plane. With a file it needs neither."
        },
        footer = {
            "",
            "It ends with 0 when everything comes to the same, else with 4.",
            "",
            "Examples:",
            "  belay judge replay production-17",
            "  belay judge production-17 --json > rollouts.json",
            "  belay judge replay rollouts.json"
        })
public final class JudgeReplayCommand extends BelayCommand {
    @Parameters(
            paramLabel = "RELEASE|FILE",
            description = "A release, or what `belay judge RELEASE --json` printed.")
    private String subject = "";

    public JudgeReplayCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Path file = context().folder().resolve(subject);
        Rollouts rollouts = parsed(Files.isRegularFile(file) ? kept(file) : asked());
        if (json()) {
            var all = new ArrayList<Map<String, Object>>();
            rollouts.of()
                    .forEach((component, rollout) ->
                            all.add(
                                    Map.of(
                                            "component",
                                            component,
                                            "decisions",
                                            List.copyOf(rollout.decisions()).size(),
                                            "holds",
                                            rollout.holds())));
            terminal().print(Json.of(Map.of("rollouts", all)) + "\n");
        } else {
            terminal().print(RolloutText.replayed(rollouts, terminal().colour()));
        }
        boolean holds = rollouts.of().values().stream().allMatch(one -> one.holds());
        return holds ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static String kept(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw wrong("judge/unreadable", file.toString(), String.valueOf(e.getMessage()), "");
        }
    }

    private String asked() {
        if (!ReleaseId.matches(subject)) {
            throw wrong(
                    "judge/unreadable",
                    subject,
                    "there is no such file, and it is no release",
                    "`belay releases` lists them");
        }
        Http.Request request = Http.Request.get(ReleaseId.path(subject) + "/rollouts");
        try (Http.Answer answer = controlPlane().ask(request)) {
            return answer.text();
        } catch (IOException e) {
            throw Stop.failed("the control plane broke off: " + e.getMessage(), "");
        }
    }

    private Rollouts parsed(String text) {
        try {
            return Rollouts.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong("judge/unreadable", subject, String.valueOf(e.getMessage()), "");
        }
    }
}
