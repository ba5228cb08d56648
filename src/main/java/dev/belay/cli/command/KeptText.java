package dev.belay.cli.command;

import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// A backup that was just proven, in two lines and its remarks.
final class KeptText {
    private KeptText() {}

    static String of(JsonNode result) {
        JsonNode backup = result.path("backup");
        var text = new StringBuilder();
        text.append(backup.path("name").asString(""))
                .append(": restored and compared in ")
                .append(Duration.ofMillis(backup.path("took").asLong(0)).toSeconds())
                .append(" s\n")
                .append(
                        "%,d rows of %d tables, %,d KiB stored of %,d KiB"
                                .formatted(
                                        backup.path("rows").asLong(0),
                                        backup.path("tables").asLong(0),
                                        backup.path("bytes").asLong(0) >> 10,
                                        backup.path("databaseBytes").asLong(0) >> 10));
        for (JsonNode remark : result.path("remarks")) {
            text.append("\nnote: ").append(remark.asString(""));
        }
        return text.toString();
    }
}
