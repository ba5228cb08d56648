package dev.belay.driver.postgres;

import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// `pg_dump` of a snapshot into a backup's folder. It writes uncompressed files, several at once;
/// each is sealed while it grows and deleted when it is, so that of the plain text there is never
/// more on the disk than what is being worked on.
final class PgDump {
    /// Its table of contents, written last.
    static final String TOC = "toc.dat";

    static final String DATA = "data";

    private final PostgresPrograms programs;
    private final PostgresAddress address;
    private final String snapshot;
    private final Path work;
    private final Queue<SealedFile> sealed = new ConcurrentLinkedQueue<>();
    private final List<String> warnings = new ArrayList<>();

    /// @param work an empty folder for what is not sealed yet
    PgDump(PostgresPrograms programs, PostgresAddress address, String snapshot, Path work) {
        this.programs = programs;
        this.address = address;
        this.snapshot = snapshot;
        this.work = work;
    }

    /// Where the table of contents is, when the crew's works are done.
    Path plain() {
        return work.resolve(DATA);
    }

    List<SealedFile> sealed() {
        return List.copyOf(sealed);
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /// @param jobs tables at once
    void begin(Crew crew, Seal seal, Path backup, int jobs, Meter meter)
            throws PostgresFailure, IOException, InterruptedException {
        Files.createDirectory(backup.resolve(DATA));
        var command =
                List.of(
                        programs.program("pg_dump").toString(),
                        "--format=directory",
                        "--jobs=" + jobs,
                        "--compress=0",
                        "--snapshot=" + snapshot,
                        "--lock-wait-timeout=" + Snapshot.LOCK_WITHIN.toMillis(),
                        "--no-sync",
                        "--no-password",
                        "--file=" + plain());
        Program program =
                Program.start(command, address, work.resolve("said.out"), work.resolve("said"));
        crew.endBy(program::close);
        var files = new GrowingFiles(plain(), program);
        crew.begin(() -> {
            files.watch();
            String said = program.await();
            if (!said.isEmpty()) {
                warnings.add(said);
            }
            return null;
        });
        for (int i = 0; i < jobs; i++) {
            crew.begin(() -> {
                seal(files, seal, backup, meter);
                return null;
            });
        }
    }

    private void seal(GrowingFiles files, Seal seal, Path backup, Meter meter)
            throws IOException, InterruptedException {
        for (Optional<String> name = files.next(); name.isPresent(); name = files.next()) {
            String file = name.get();
            String stored = DATA + "/" + file + seal.suffix();
            try (var in = files.read(file)) {
                sealed.add(seal.write(in, backup, stored, meter));
            }
            if (!file.equals(TOC)) {
                Files.delete(plain().resolve(file));
            }
        }
    }
}
