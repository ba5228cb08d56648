package dev.belay.journal;

import static dev.belay.journal.Appends.running;

import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Measures appends per second beside the bare sync rate of the same disk; run by `bench/journal`.
final class JournalBench {
    private static final long SECONDS = 5;
    private static final int BLOCK = 4096;

    private JournalBench() {}

    public static void main(String[] arguments) throws Exception {
        Path parent =
                Path.of(arguments.length > 0 ? arguments[0] : System.getProperty("java.io.tmpdir"));
        Path folder = Files.createTempDirectory(parent, "belay-bench");
        try {
            append(folder.resolve("warm-up.db"), 4);
            print("fdatasync of 4 KiB", syncs(folder.resolve("sync")), 0);
            for (int writers : new int[] {1, 32}) {
                Path file = folder.resolve("journal-" + writers + ".db");
                long[] counts = append(file, writers);
                print("appends, " + writers + " writer(s)", counts[0], counts[1]);
            }
            print("fdatasync of 4 KiB, again", syncs(folder.resolve("sync")), 0);
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void print(String what, long count, long commits) {
        String shared = commits == 0 ? "" : "  (" + commits / SECONDS + " commits/s)";
        System.out.printf("%-28s %8d/s%s%n", what, count / SECONDS, shared);
    }

    private static long syncs(Path file) throws IOException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var block = ByteBuffer.allocate(BLOCK);
            long end = end();
            long count = 0;
            for (; System.nanoTime() < end; count++) {
                channel.write(block.rewind());
                channel.force(false);
            }
            return count;
        }
    }

    /// Intent and outcome in turn, each writer on a scope of its own.
    private static long[] append(Path file, int writers) throws Exception {
        try (var journal = SqliteJournal.open(file);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var rows = new ArrayList<ReleaseRow>();
            for (int i = 0; i < writers; i++) {
                rows.add(Appends.start(journal, Scope.component("bench", "c" + i)));
            }
            long before = journal.commits();
            long end = end();
            var counts = new ArrayList<Future<Long>>();
            for (ReleaseRow row : rows) {
                counts.add(threads.submit(() -> append(journal, row, end)));
            }
            long sum = 0;
            for (Future<Long> count : counts) {
                sum += count.get();
            }
            return new long[] {sum, journal.commits() - before};
        }
    }

    private static long append(Journal journal, ReleaseRow row, long end) {
        Scope scope = row.scopes().iterator().next();
        long version = row.version();
        int step = 1;
        while (System.nanoTime() < end) {
            Fact fact =
                    (version - row.version()) % 2 == 0
                            ? Appends.intent(step, scope)
                            : Appends.done(step++);
            Append next = running(row, fact);
            Appends.appended(
                    journal.append(
                            new Append(
                                    next.release(),
                                    next.writer(),
                                    version,
                                    next.actor(),
                                    next.facts(),
                                    next.state(),
                                    false,
                                    next.deployed())));
            version++;
        }
        return version - row.version();
    }

    private static long end() {
        return System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    }
}
