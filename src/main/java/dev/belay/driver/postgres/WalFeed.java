package dev.belay.driver.postgres;

import dev.belay.driver.archive.ArchiveTool;
import dev.belay.driver.archive.BaseBackup;
import dev.belay.driver.archive.WalSegment;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.ScratchServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Hands a server that recovers what it asks of its log, one file after the other.
///
/// The server's `restore_command` is a script that leaves a wish in a folder and waits. So the tool
/// is run by us, who may read the archive, and not by the server, which may be another user's and
/// would need the archive's keys. What comes next is fetched while the server replays.
final class WalFeed implements AutoCloseable {
    private static final String SCRIPT =
            """
            #!/bin/sh
            # $1 the file, $2 where to, $3 the folder, $4 the process that brings it
            : > "$3/$1.want"
            while [ -d "/proc/$4" ]; do
                if [ -e "$3/$1.here" ]; then exec mv "$3/$1.here" "$2"; fi
                if [ -e "$3/$1.none" ]; then rm "$3/$1.none"; exit 1; fi
                if [ -e "$3/broken" ]; then exit 126; fi
                sleep 0.02
            done
            exit 126
            """;
    private static final int AHEAD = 3;
    private static final int PREFIX = 16;
    private static final int HEX = 16;
    private static final long LAST = 0xFF;
    private static final long LOOK_MILLIS = 10;
    private static final long SEGMENT = 16L << 20;

    private final ArchiveTool tool;
    private final BaseBackup base;
    private final ArchiveTool.Place place;
    private final Path folder;
    private final Path fetched;
    private final Meter meter;
    private final Thread thread;
    private final Map<String, Future<Boolean>> under = new ConcurrentHashMap<>();
    private final ExecutorService fetching = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable DataFailure failure;
    private volatile long lastAsked = System.nanoTime();

    private WalFeed(ArchiveTool tool, BaseBackup base, ArchiveTool.Place place, Meter meter)
            throws IOException {
        this.tool = tool;
        this.base = base;
        this.place = place;
        this.meter = meter;
        this.folder = Files.createDirectory(place.folder().resolve("wal"));
        this.fetched = Files.createDirectory(place.folder().resolve("fetched"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(fetched, PosixFilePermissions.fromString("rwx------"));
        own(folder);
        Files.writeString(script(), SCRIPT);
        Files.setPosixFilePermissions(script(), PosixFilePermissions.fromString("rw-r--r--"));
        thread = Thread.ofVirtual().name("wal").unstarted(this::serve);
    }

    static WalFeed begin(ArchiveTool tool, BaseBackup base, ArchiveTool.Place place, Meter meter)
            throws IOException {
        var feed = new WalFeed(tool, base, place, meter);
        feed.thread.start();
        return feed;
    }

    private Path script() {
        return place.folder().resolve("bring.sh");
    }

    /// What a server in scratch has for `restore_command`.
    String command() {
        // It is run in the folder of the data: so no name above it has to be quoted.
        return "/bin/sh ../%s %%f %%p ../%s %d"
                .formatted(
                        script().getFileName(),
                        folder.getFileName(),
                        ProcessHandle.current().pid());
    }

    /// Why the tool did not answer, when the server gave up for that.
    @Nullable DataFailure failure() {
        return failure;
    }

    /// When it was asked for something the last time, by the clock of [System#nanoTime].
    long lastAsked() {
        return lastAsked;
    }

    private void serve() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                for (Path wish : wishes()) {
                    lastAsked = System.nanoTime();
                    String name = wish.getFileName().toString().replace(".want", "");
                    Files.delete(wish);
                    serve(name);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            broken(DataFailure.of(e));
        }
    }

    private List<Path> wishes() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(one -> one.toString().endsWith(".want")).toList();
        }
    }

    private void serve(String name) throws IOException, InterruptedException {
        try {
            boolean here = WalSegment.isWanted(name) && fetch(name).get();
            under.remove(name);
            // What was not there when it was fetched ahead may have come since.
            here = here || (WalSegment.isWanted(name) && fetch(name).get());
            under.remove(name);
            if (!here) {
                Files.createFile(folder.resolve(name + ".none"));
                return;
            }
            Path file = fetched.resolve(name);
            own(file);
            if (WalSegment.isName(name)) {
                meter.add(SEGMENT);
                for (int i = 1; i <= AHEAD; i++) {
                    next(name, i);
                }
            }
            Files.move(file, folder.resolve(name + ".here"), StandardCopyOption.ATOMIC_MOVE);
        } catch (ExecutionException e) {
            broken(
                    e.getCause() instanceof DataFailure told
                            ? told
                            : new DataFailure("the log cannot be brought: " + e.getCause(), ""));
        }
    }

    private Future<Boolean> fetch(String name) {
        return under.computeIfAbsent(
                name,
                _ -> fetching.submit(() -> tool.fetch(base, place, name, fetched.resolve(name))));
    }

    /// Begins to fetch a later segment; where the number of the log changes it waits to be asked.
    private void next(String name, int further) {
        long number = Long.parseLong(name.substring(PREFIX), HEX) + further;
        if (number <= LAST) {
            var _ = fetch(name.substring(0, PREFIX) + "%08X".formatted(number));
        }
    }

    private void broken(DataFailure why) {
        failure = why;
        try {
            Files.writeString(folder.resolve("broken"), "");
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private static void own(Path file) throws IOException {
        if (ScratchServer.isRoot()) {
            UserPrincipal nobody =
                    file.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("nobody");
            Files.setOwner(file, nobody);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        fetching.shutdownNow();
        fetching.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
