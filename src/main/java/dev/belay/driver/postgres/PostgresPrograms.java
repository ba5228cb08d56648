package dev.belay.driver.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// One installation of PostgreSQL's programs.
///
/// @param major as 15
/// @param folder where `pg_dump`, `pg_restore` and, with a server, `postgres` lie
public record PostgresPrograms(int major, Path folder) {
    /// Where Debian, Red Hat and the PostgreSQL project's packages put them.
    private static final List<Path> HOMES =
            List.of(Path.of("/usr/lib/postgresql"), Path.of("/usr"));

    /// The programs for a server of that version. `pg_dump` must be of the server's own version: an
    /// older one refuses, and what a newer one writes an older server does not read.
    ///
    /// @param needed what must be there, as `pg_dump`
    public static PostgresPrograms of(int major, List<String> needed) throws PostgresFailure {
        for (PostgresPrograms one : all()) {
            if (one.major == major
                    && needed.stream().allMatch(name -> Files.isExecutable(one.program(name)))) {
                return one;
            }
        }
        String what = needed.contains("postgres") ? "postgresql-" : "postgresql-client-";
        throw new PostgresFailure(
                "this machine has no "
                        + String.join(", ", needed)
                        + " of PostgreSQL "
                        + major
                        + ", the server's version",
                "sudo apt-get install " + what + major);
    }

    private static List<PostgresPrograms> all() throws PostgresFailure {
        var found = new ArrayList<PostgresPrograms>();
        try {
            for (Path home : HOMES) {
                if (!Files.isDirectory(home)) {
                    continue;
                }
                try (Stream<Path> folders = Files.list(home)) {
                    folders.forEach(folder -> {
                        String name = folder.getFileName().toString().replace("pgsql-", "");
                        if (name.matches("[0-9]{1,3}")) {
                            int major = Integer.parseInt(name);
                            found.add(new PostgresPrograms(major, folder.resolve("bin")));
                        }
                    });
                }
            }
        } catch (IOException e) {
            throw new PostgresFailure(
                    "PostgreSQL's programs cannot be looked for: " + e.getMessage(), "");
        }
        return found;
    }

    public Path program(String name) {
        return folder.resolve(name);
    }
}
