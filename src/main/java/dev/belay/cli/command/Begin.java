package dev.belay.cli.command;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// When a release is to begin, in place of now.
final class Begin {
    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "Begin then: an instant with its zone, or in how long, as `90m` or `3d`.")
    private String at = "";

    @Option(
            names = "--within",
            paramLabel = "TIME",
            description =
                    "How late after --at it may still begin, as `30m`; an hour when it is not said.")
    private String within = "";

    /// Whether a time was said; the release is waited for by nobody then.
    boolean later() {
        return !at.isEmpty();
    }

    void into(Map<String, Object> body) {
        if (!at.isEmpty()) {
            body.put("at", instant(at));
        }
        if (!within.isEmpty()) {
            body.put("withinSeconds", Math.toIntExact(seconds("--within", within)));
        }
    }

    static long seconds(String option, String text) {
        return Doors.time(text)
                .map(Duration::toSeconds)
                .orElseThrow(() ->
                        BelayCommand.wrong(
                                "cli/wrong-time",
                                option,
                                "`" + text + "` is no time",
                                "write such as `30m` or `1h`"));
    }

    /// How long from now is said by this machine's clock, as people do.
    static String instant(String text) {
        Optional<Duration> time =
                text.matches("[0-9]{1,3}d")
                        ? Optional.of(Duration.ofDays(Long.parseLong(text.replace("d", ""))))
                        : Doors.time(text);
        return time.map(in -> Instant.now().plus(in).truncatedTo(ChronoUnit.SECONDS).toString())
                .orElse(text);
    }
}
