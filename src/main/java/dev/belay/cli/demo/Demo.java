package dev.belay.cli.demo;

import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.Terminal;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import dev.belay.cli.live.Attachment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/// The play in three acts: the first version starts, the second takes over under traffic, the third
/// is bad and is caught. What counts is the number of requests that failed meanwhile.
final class Demo {
    private static final Duration BUILD = Duration.ofMinutes(5);

    private final Stage stage;
    private final Terminal terminal;

    Demo(Stage stage) {
        this.stage = stage;
        this.terminal = stage.terminal();
    }

    ExitCode run() {
        var hint = new Thread(this::interrupted);
        Runtime.getRuntime().addShutdownHook(hint);
        try {
            return play();
        } finally {
            forget(hint);
        }
    }

    /// Ctrl-C: what was begun stays, as always.
    private void interrupted() {
        terminal.say("");
        terminal.say("the demo was left in the middle; what it began goes on");
        terminal.say("  " + stage.program() + " demo             begins anew");
        terminal.say("  " + stage.program() + " demo --stop      ends and removes it");
    }

    private static void forget(Thread hint) {
        try {
            Runtime.getRuntime().removeShutdownHook(hint);
        } catch (IllegalStateException _) {
            // The process is ending already, by Ctrl-C, and the hint is being said.
        }
    }

    private ExitCode play() {
        long began = System.nanoTime();
        if (stage.clear()) {
            terminal.say("removed what an earlier demo left");
        }
        stage.set();
        terminal.print(
                "The platform is in " + stage.folder() + ": a service, a frontend, a worker.");
        ControlPlane server = stage.start();
        act("1. Version 1 is shipped.");
        expect(ExitCode.DONE, deploy(server, "the first version"));
        var traffic = new Traffic(stage.apiPort());
        try (traffic) {
            traffic.start();
            act("2. Under traffic from now on: " + Edition.SECOND.title() + ".");
            edit(Edition.SECOND);
            expect(ExitCode.DONE, deploy(server, "another greeting"));
            act("3. Also under traffic: " + Edition.THIRD.title() + ".");
            edit(Edition.THIRD);
            expect(ExitCode.FAILED, deploy(server, "a change that was not tried out"));
        }
        return end(server, traffic, Duration.ofNanos(System.nanoTime() - began).toSeconds());
    }

    private void act(String title) {
        terminal.print("");
        terminal.print(title);
    }

    private void edit(Edition edition) {
        try {
            edition.apply(stage.folder());
        } catch (IOException e) {
            throw Stop.failed("cannot change the demo's sources: " + e.getMessage(), "");
        }
        for (Edition.Edit edit : edition.edits()) {
            terminal.print("   " + edit.file() + ":  " + edit.before() + "  →  " + edit.after());
        }
    }

    private ExitCode deploy(ControlPlane server, String reason) {
        var body =
                Map.of(
                        "environment",
                        "local",
                        "reason",
                        reason,
                        "requestKey",
                        UUID.randomUUID().toString());
        String answer =
                server.text(Http.Request.post("/api/v1/releases", Json.of(body)).patient(BUILD));
        List<String> releases = new ArrayList<>();
        JsonMapper.shared()
                .readTree(answer)
                .path("releases")
                .forEach(id -> releases.add(id.asString()));
        return new Attachment(terminal, server, false, () -> {})
                .in(stage.folder())
                .follow(releases);
    }

    private static void expect(ExitCode wanted, ExitCode came) {
        if (came != wanted) {
            throw Stop.failed(
                    "this is not how the demo should go: " + came.meaning(),
                    "`belay why local` in `" + Stage.FOLDER + "` says more");
        }
    }

    private ExitCode end(ControlPlane server, Traffic traffic, long seconds) {
        String belay = stage.program();
        act("Version 3 was caught by its smoke test, and never had traffic.");
        terminal.print(
                "   " + traffic.answered() + " requests answered, " + traffic.failed() + " failed");
        traffic.byVersion()
                .forEach(
                        (version, count) -> terminal.print("   version " + version + ": " + count));
        traffic.firstFailure().ifPresent(failure -> terminal.print("   first failure: " + failure));
        terminal.print("   all of it in " + seconds + " s");
        terminal.print("");
        terminal.print("Look:   the platform     http://127.0.0.1:" + stage.webPort() + "/");
        terminal.print("        the status page  " + server.page(terminal.interactive()));
        terminal.print("Try:    cd " + stage.folder());
        terminal.print("        " + belay + " status local");
        terminal.print("        " + belay + " releases local");
        terminal.print("        " + belay + " rollback local api      (to version 1)");
        terminal.print("        " + belay + " logs local worker -f");
        terminal.print(
                "        " + belay + " plan local              (the bug is still in api/Api.java)");
        terminal.print(
                "End:    "
                        + belay
                        + " demo --stop             (in "
                        + stage.folder().getParent()
                        + ")");
        boolean good =
                traffic.failed() == 0 && traffic.byVersion().keySet().equals(Set.of("1", "2"));
        return good ? ExitCode.DONE : ExitCode.FAILED;
    }
}
