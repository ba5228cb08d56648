package dev.belay.driver.postgres;

import java.nio.file.Path;
import java.util.List;

/// `pg_restore` into an empty database. It stops at the first error.
final class PgRestore {
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

    private PgRestore() {}

    /// @param target exists and is empty
    static void run(
            PostgresPrograms programs, PostgresAddress target, Path dump, Path bench, int jobs)
            throws PostgresFailure, InterruptedException, Refusal {
        var command =
                List.of(
                        programs.program("pg_restore").toString(),
                        "--exit-on-error",
                        "--jobs=" + jobs,
                        "--no-password",
                        // Not a bare name: one with `=` in it would be taken for more than that.
                        "--dbname=dbname='"
                                + target.database().replace("\\", "\\\\").replace("'", "\\'")
                                + "'",
                        dump.toString());
        Path said = bench.resolve("restore.said");
        try (Program program = Program.start(command, target, bench.resolve("restore.out"), said)) {
            program.await();
        } catch (PostgresFailure e) {
            String text = String.valueOf(e.getMessage());
            if (text.contains("is not available") && text.contains("extension")) {
                throw new Refusal(text, "install that extension's package where it is restored");
            }
            if (text.contains("No space left") || text.contains("was killed")) {
                throw e;
            }
            throw new Refusal(text, e.hint());
        }
    }
}
