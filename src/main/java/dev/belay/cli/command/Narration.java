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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Follows something long: says how far it is, and answers with what came of it. Whoever stops
/// following ends nothing.
final class Narration {
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private Narration() {}

    /// @throws Stop when it failed, or the control plane ended before it was done
    static JsonNode follow(Terminal terminal, ControlPlane server, Http.Request request) {
        try (Http.Answer answer =
                        server.ask(
                                request.patient(SILENCE).with("Accept", "application/x-ndjson"));
                var lines =
                        new BufferedReader(
                                new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode said = JsonMapper.shared().readTree(line);
                if (said.has("progress")) {
                    terminal.say(said.path("progress").asString(""));
                } else if (said.has("failed")) {
                    JsonNode failed = said.path("failed");
                    throw Stop.failed(
                            failed.path("reason").asString(""), failed.path("hint").asString(""));
                } else {
                    return said.path("result");
                }
            }
            throw cutOff("it says nothing more");
        } catch (IOException | JacksonException e) {
            throw cutOff(String.valueOf(e.getMessage()));
        }
    }

    private static Stop cutOff(String why) {
        return Stop.failed(
                "the control plane ended before it was done: " + why,
                "the work may have ended well: look before it is done again");
    }
}
