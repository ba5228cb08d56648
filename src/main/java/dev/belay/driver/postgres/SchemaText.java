package dev.belay.driver.postgres;

import dev.belay.release.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A database's schema as `pg_dump` writes it, without what names the moment: everything that a
/// dump knows, with owners and rights.
///
/// @param lines of SQL
record SchemaText(List<String> lines) {
    private static final List<String> OF_THE_MOMENT =
            List.of("\\restrict ", "\\unrestrict ", "-- Dumped from ", "-- Dumped by ");

    SchemaText {
        lines = List.copyOf(lines);
    }

    /// Of a database.
    ///
    /// @param snapshot of another session, or empty for as it is now
    static SchemaText of(
            PostgresPrograms programs, PostgresAddress address, String snapshot, Path bench)
            throws PostgresFailure, IOException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                programs.program("pg_dump").toString(),
                                "--schema-only",
                                "--no-password",
                                "--lock-wait-timeout=" + Snapshot.LOCK_WITHIN.toMillis()));
        if (!snapshot.isEmpty()) {
            command.add("--snapshot=" + snapshot);
        }
        Path out = Files.createTempFile(bench, "schema", ".sql");
        Path said = Files.createTempFile(bench, "schema", ".said");
        try (Program program = Program.start(command, address, out, said)) {
            program.await();
            try (var in = Files.newInputStream(out)) {
                return read(in);
            }
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(said);
        }
    }

    /// Bytes as they are, whatever the database's encoding is.
    static SchemaText read(InputStream text) throws IOException {
        return new SchemaText(
                Stream.of(
                                new String(text.readAllBytes(), StandardCharsets.ISO_8859_1)
                                        .split("\n", -1))
                        .filter(line -> OF_THE_MOMENT.stream().noneMatch(line::startsWith))
                        .toList());
    }

    byte[] bytes() {
        return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    }

    String hash() {
        return Digest.of(bytes()).hex();
    }

    /// The first lines that one has and the other has not.
    String difference(SchemaText other) {
        return PostgresFacts.different(
                lines.stream().filter(line -> !line.startsWith("--")).toList(),
                other.lines.stream().filter(line -> !line.startsWith("--")).toList());
    }
}
