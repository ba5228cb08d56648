package dev.belay.driver.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `pg_restore` into an empty database. It stops at the first error.
///
/// @param target exists and is empty
record PgRestore(
        PostgresPrograms programs, PostgresAddress target, Path dump, Path bench, int jobs) {
    /// Lines of the dump's contents that make schemas, and give rights on them.
    private static final Pattern OF_SCHEMAS =
            Pattern.compile("\\d+; \\d+ \\d+ (SCHEMA - |ACL - SCHEMA ).*");

    /// What a server says to somebody who may not do something, in English alone.
    private static final Pattern NOT_ALLOWED =
            Pattern.compile(
                    "permission denied|must be (owner|superuser|member)|must be able to SET ROLE"
                            + "|must have|not permitted|Must be superuser");

    private static final List<String> OF_THE_SERVER =
            List.of("No space left", "could not extend file", "was killed");

    /// The dump is what it complains of, or what its objects need.
    static final class Refusal extends Exception {
        private final String hint;

        Refusal(String reason, String hint) {
            super(reason);
            this.hint = hint;
        }

        String hint() {
            return hint;
        }
    }

    /// @param superuser whether the target's user is one. Whoever is none can give a table only to
    ///   a role that may make things in its schema already: schemas and their rights come first
    void run(boolean superuser) throws PostgresFailure, IOException, InterruptedException, Refusal {
        if (superuser) {
            run(List.of());
            return;
        }
        List<String> contents = contents();
        try {
            part(contents.stream().filter(line -> isOfSchemas(line)), 1);
            part(contents.stream().filter(line -> !isOfSchemas(line)), jobs);
        } catch (Refusal e) {
            String said = String.valueOf(e.getMessage());
            if (NOT_ALLOWED.matcher(said).find()) {
                throw new PostgresFailure(
                        "`%s` may not make what is in the backup: %s; that tells nothing of the backup"
                                .formatted(target.user(), said),
                        "give that role what it lacks on the scratch server, or name a superuser");
            }
            throw e;
        }
    }

    private static boolean isOfSchemas(String line) {
        return OF_SCHEMAS.matcher(line).matches();
    }

    private void part(Stream<String> lines, int atOnce)
            throws PostgresFailure, IOException, InterruptedException, Refusal {
        List<String> all = lines.toList();
        if (all.isEmpty()) {
            return;
        }
        Path list = Files.createTempFile(bench, "contents", ".list");
        Files.write(list, all);
        run(List.of("--jobs=" + atOnce, "--use-list=" + list));
        Files.delete(list);
    }

    /// What is in the dump, without remarks.
    private List<String> contents()
            throws PostgresFailure, IOException, InterruptedException, Refusal {
        Path out = bench.resolve("contents.out");
        run(List.of(programs.program("pg_restore").toString(), "--list", dump.toString()), out);
        return Files.readAllLines(out).stream().filter(line -> !line.startsWith(";")).toList();
    }

    private void run(List<String> more) throws PostgresFailure, InterruptedException, Refusal {
        var command =
                new ArrayList<>(
                        List.of(
                                programs.program("pg_restore").toString(),
                                "--exit-on-error",
                                "--jobs=" + jobs,
                                "--no-password",
                                // Not a bare name: one with `=` in it would be taken for more.
                                "--dbname=dbname='"
                                        + target.database()
                                                .replace("\\", "\\\\")
                                                .replace("'", "\\'")
                                        + "'"));
        command.addAll(more);
        command.add(dump.toString());
        run(command, bench.resolve("restore.out"));
    }

    private void run(List<String> command, Path out)
            throws PostgresFailure, InterruptedException, Refusal {
        Path said = bench.resolve("restore.said");
        try (Program program = Program.start(command, target, out, said)) {
            program.await();
        } catch (PostgresFailure e) {
            String text = String.valueOf(e.getMessage());
            if (text.contains("is not available") && text.contains("extension")) {
                throw new Refusal(text, "install that extension's package where it is restored");
            }
            if (OF_THE_SERVER.stream().anyMatch(text::contains)) {
                throw e;
            }
            throw new Refusal(text, e.hint());
        }
    }
}
