package dev.belay.cli.command;

import dev.belay.cli.ExitCode;
import dev.belay.cli.Terminal;
import dev.belay.cli.live.Attachment;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whether a command stays with the releases that it began.
final class Waiting {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the release.")
    private String reason = "";

    @Option(
            names = "--no-wait",
            description = "Return at once, with exit code 3: the release goes on.")
    private boolean noWait;

    String reason() {
        return reason;
    }

    /// Nothing to begin, which is well only when nothing that was counted on is still under way.
    private ExitCode nothing(
            Terminal terminal, Attachment attachment, JsonNode ahead, boolean json) {
        if (ahead.isEmpty()) {
            if (!json) {
                terminal.print("nothing to do: what should run runs");
            }
            return ExitCode.DONE;
        }
        List<String> releases = new ArrayList<>();
        ahead.forEach(id -> releases.add(id.asString()));
        String names = String.join("`, `", releases);
        terminal.say("nothing more to do than what `" + names + "` has begun");
        return noWait ? ExitCode.WAITING : attachment.follow(releases);
    }

    ExitCode after(String answer, Terminal terminal, Attachment attachment, boolean json) {
        return after(answer, false, terminal, attachment, json);
    }

    /// @param answer of the control plane: the releases that were begun, or told to go back
    /// @param later whether they are to begin at a time that was said: then nobody waits
    ExitCode after(
            String answer, boolean later, Terminal terminal, Attachment attachment, boolean json) {
        boolean goesOn = noWait || later;
        JsonNode accepted = JsonMapper.shared().readTree(answer);
        List<String> releases = new ArrayList<>();
        accepted.path("releases").forEach(id -> releases.add(id.asString()));
        accepted.path("cancelled").forEach(id -> releases.add(id.asString()));
        if (json && (goesOn || releases.isEmpty())) {
            terminal.print(answer);
        } else if (!json) {
            accepted.path("unchanged")
                    .properties()
                    .forEach(entry ->
                            terminal.say(entry.getKey() + ": " + entry.getValue().asString()));
            accepted.path("warnings").forEach(one -> terminal.say("warning: " + one.asString()));
        }
        if (releases.isEmpty()) {
            return nothing(terminal, attachment, accepted.path("ahead"), json);
        }
        if (goesOn) {
            if (!json) {
                releases.forEach(terminal::print);
            }
            return ExitCode.WAITING;
        }
        return attachment.follow(releases);
    }
}
