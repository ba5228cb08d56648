package dev.belay.driver.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/// The files that a program writes into a folder, read while they grow: `pg_dump` writes several at
/// once and tells nobody which of them are done. A file is done when it is there and no process of
/// the program has it open (`/proc`), or when the program has ended.
final class GrowingFiles {
    private static final long LOOK_MILLIS = 10;
    private static final String END = "";

    private final Path folder;
    private final Program program;
    private final Set<String> known = new HashSet<>();
    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<String> names = new LinkedBlockingQueue<>();
    private volatile boolean over;

    GrowingFiles(Path folder, Program program) {
        this.folder = folder;
        this.program = program;
    }

    /// Looks until the program has ended.
    void watch() throws IOException, InterruptedException {
        try {
            while (program.isRunning()) {
                look(true);
                Thread.sleep(LOOK_MILLIS);
            }
            look(false);
        } finally {
            over = true;
            names.add(END);
        }
    }

    private void look(boolean running) throws IOException {
        Set<String> there = new HashSet<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.forEach(file -> there.add(file.getFileName().toString()));
        } catch (NoSuchFileException e) {
            return;
        }
        // In this order: whoever created a file that we saw is asked after that.
        Set<String> open = running ? open() : Set.of();
        for (String name : there) {
            if (known.add(name)) {
                names.add(name);
            }
            // Written at the very end, and perhaps not in one go.
            if (!open.contains(name) && !(running && name.equals(PgDump.TOC))) {
                done.add(name);
            }
        }
    }

    private Set<String> open() {
        Set<String> open = new HashSet<>();
        for (ProcessHandle process : program.processes()) {
            for (Path descriptor : descriptors(process)) {
                target(descriptor).ifPresent(open::add);
            }
        }
        return open;
    }

    /// One that has ended holds nothing.
    private static List<Path> descriptors(ProcessHandle process) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return all.toList();
        } catch (IOException ended) {
            return List.of();
        }
    }

    private Optional<String> target(Path descriptor) {
        try {
            Path file = Files.readSymbolicLink(descriptor);
            return folder.equals(file.getParent())
                    ? Optional.of(file.getFileName().toString())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// The next file's name, for any of several readers; empty when there is none any more.
    Optional<String> next() throws InterruptedException {
        String name = names.take();
        if (name.equals(END)) {
            // For the other readers.
            names.add(END);
            return Optional.empty();
        }
        return Optional.of(name);
    }

    /// The whole file, as it comes.
    InputStream read(String name) throws IOException {
        return new Following(FileChannel.open(folder.resolve(name)), name);
    }

    private final class Following extends InputStream {
        private final FileChannel file;
        private final String name;

        Following(FileChannel file, String name) {
            this.file = file;
            this.name = name;
        }

        @Override
        public int read() {
            throw new IllegalStateException("byte by byte is too slow");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (true) {
                // Asked first: what is done grows no more.
                boolean whole = over || done.contains(name);
                int n = file.read(ByteBuffer.wrap(bytes, offset, length));
                if (n > 0 || whole) {
                    return n;
                }
                try {
                    Thread.sleep(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("reading " + name);
                }
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
