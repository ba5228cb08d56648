package dev.belay.cli.command;

import dev.belay.cli.Stop;
import dev.belay.cli.Terminal;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Answers that grow while something is being done.
final class Streaming {
    private static final Duration SILENCE = Duration.ofMinutes(10);

    private Streaming() {}

    /// Says each line as it comes.
    static void print(Terminal terminal, ControlPlane server, Http.Request request) {
        try (Http.Answer answer =
                        server.ask(request.patient(SILENCE).with("Accept", "text/plain"));
                var lines =
                        new BufferedReader(
                                new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                terminal.say(line);
            }
        } catch (IOException e) {
            throw Stop.failed(
                    "the control plane ended before it was done: " + e.getMessage(),
                    "look at `belay status`, then try again: it goes on where it was");
        }
    }
}
