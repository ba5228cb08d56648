package dev.belay.driver.postgres;

import dev.belay.driver.backup.Meter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Tells how much somebody else has written below a folder, every second.
final class FolderGrowth implements AutoCloseable {
    private final Path folder;
    private final Meter meter;
    private final Thread thread = Thread.ofVirtual().name("growth").unstarted(this::watch);

    FolderGrowth(Path folder, Meter meter) {
        this.folder = folder;
        this.meter = meter;
    }

    void start() {
        thread.start();
    }

    private void watch() {
        long told = 0;
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                long now = size();
                meter.add(Math.max(0, now - told));
                told = Math.max(told, now);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private long size() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.mapToLong(one -> one.toFile().length()).sum();
        } catch (IOException | UncheckedIOException moved) {
            // Files come and go meanwhile; the next look sees more.
            return 0;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
