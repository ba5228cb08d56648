package dev.belay.driver.docker;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.stream.Stream;

/// Brings what containers wrote into the logs that people read. The engine keeps it meanwhile, so
/// that nothing is lost while nobody looks, up to the size that its own logs may have.
final class ContainerLogs {
    private static final String BEGINNING = "0.000000000";

    private record Line(Instant when, String text) {}

    /// Appends what is new since the last time. Two at a time would write it twice.
    synchronized void draw(Engine engine, String container, Path log) throws IOException {
        Path place = log.resolveSibling("log.drawn");
        // `container` is another for every start, and begins anew.
        String[] drawn = DurableFile.read(place).orElse("").strip().split(" ", -1);
        String since = drawn.length == 2 && drawn[0].equals(container) ? drawn[1] : BEGINNING;
        Engine.Written written;
        try {
            written = engine.logs(container, since, true);
        } catch (EngineFailure e) {
            if (e.isMissing()) {
                return;
            }
            throw e;
        }
        var lines =
                Stream.concat(written.output().lines(), written.errors().lines())
                        .map(ContainerLogs::line)
                        .sorted(Comparator.comparing(Line::when))
                        .toList();
        if (lines.isEmpty()) {
            return;
        }
        var text = new StringBuilder();
        lines.forEach(line -> text.append(line.text()).append('\n'));
        if (!Files.exists(log)) {
            Files.createFile(
                    log,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(log, text, StandardCharsets.UTF_8, CREATE, APPEND);
        Instant next = lines.getLast().when().plusNanos(1);
        DurableFile.write(
                place, "%s %d.%09d\n".formatted(container, next.getEpochSecond(), next.getNano()));
    }

    private static Line line(String stamped) {
        int space = stamped.indexOf(' ');
        try {
            return new Line(
                    Instant.parse(stamped.substring(0, Math.max(0, space))),
                    stamped.substring(space + 1));
        } catch (DateTimeParseException _) {
            return new Line(Instant.EPOCH, stamped);
        }
    }
}
