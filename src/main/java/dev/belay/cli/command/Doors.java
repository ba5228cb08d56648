package dev.belay.cli.command;

import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// Which components' doors a command is about, and how their bounds are written.
final class Doors {
    private static final String TIME = "([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?";
    private static final String SIZE = "[0-9]{1,9}(B|KiB|MiB)";

    @Parameters(index = "0", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(
            index = "1..*",
            paramLabel = "COMPONENT",
            description = "Only these; all of them when none is named.")
    private List<String> components = new ArrayList<>();

    /// The wish for these components.
    ///
    /// @param body takes what else is to be said
    Http.Request request(String what, Map<String, Object> body) {
        body.put("components", components);
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/" + what;
        return Http.Request.post(path, Json.of(body));
    }

    /// `30s`, `10m`, `1h30m`; empty when it is none.
    static Optional<Duration> time(String text) {
        try {
            return text.isEmpty() || !text.matches(TIME)
                    ? Optional.empty()
                    : Optional.of(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /// `512KiB`, `16MiB`; empty when it is none.
    static Optional<Long> size(String text) {
        if (!text.matches(SIZE)) {
            return Optional.empty();
        }
        long count = Long.parseLong(text.replaceAll("[^0-9]", ""));
        return Optional.of(
                text.endsWith("MiB") ? count << 20 : text.endsWith("KiB") ? count << 10 : count);
    }
}
