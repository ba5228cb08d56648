package dev.belay.gateway.log;

import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The access log: a line of JSON for each request that is of interest, in `access.jsonl` of the
/// gateway's folder. Event loops only fill pages in memory; one thread writes. Between the two is
/// room for so many pages, and what does not fit is lost and counted.
public final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final String NAME = "access.jsonl";
    private static final long FILE_BYTES_MAX = 64L * 1_024 * 1_024;
    private static final int FILES_MAX = 4;
    private static final int PAGES_MAX = 32;
    private static final Duration WRITTEN_EVERY = Duration.ofMillis(250);
    private static final Duration END_WITHIN = Duration.ofSeconds(2);

    private final Path path;
    private final LongConsumer kept;
    private final LongConsumer lost;
    private final LogFile file;
    private final BlockingQueue<LogPage.Batch> full = new ArrayBlockingQueue<>(PAGES_MAX);
    private final List<LogPage> pages = new CopyOnWriteArrayList<>();
    private final FastThreadLocal<LogPage> page =
            new FastThreadLocal<>() {
                @Override
                protected LogPage initialValue() {
                    var made = new LogPage();
                    pages.add(made);
                    return made;
                }
            };

    private volatile LogSettings settings = LogSettings.OFF;
    private @Nullable Thread writer;
    private boolean failing;

    /// @param kept told how many lines were written
    /// @param lost told how many were not
    public AccessLog(Path folder, LongConsumer kept, LongConsumer lost) {
        this(folder, FILE_BYTES_MAX, kept, lost);
    }

    AccessLog(Path folder, long fileBytesMax, LongConsumer kept, LongConsumer lost) {
        this.path = folder.resolve(NAME);
        this.kept = kept;
        this.lost = lost;
        this.file = new LogFile(path, fileBytesMax, FILES_MAX);
    }

    /// Where the lines go.
    public Path path() {
        return path;
    }

    public LogSettings settings() {
        return settings;
    }

    /// Goes by these from now on.
    public synchronized void settings(LogSettings next) {
        settings = next;
        if (next.on() && writer == null) {
            writer = Thread.ofPlatform().daemon().name("access-log").start(this::write);
        }
    }

    /// Keeps a request that is over, if it is of interest. Called on its event loop, and never
    /// waits.
    public void take(Transcript transcript) {
        LogSettings now = settings;
        if (now.wants(transcript)) {
            page.get().add(transcript, now.queries(), full, lost);
        }
    }

    private synchronized boolean ends() {
        if (settings.on()) {
            return false;
        }
        writer = null;
        return true;
    }

    private void write() {
        try {
            boolean last = false;
            while (!last) {
                // What came before it was turned off is still written.
                last = ends();
                LogPage.Batch batch =
                        full.poll(last ? 0 : WRITTEN_EVERY.toNanos(), TimeUnit.NANOSECONDS);
                while (batch != null) {
                    write(batch);
                    batch = full.poll();
                }
                for (LogPage one : pages) {
                    LogPage.Batch rest = one.take();
                    if (rest != null) {
                        write(rest);
                    }
                }
            }
            file.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("the access log {} was not closed cleanly: {}", path, e.getMessage());
        }
    }

    private void write(LogPage.Batch batch) {
        try {
            file.append(batch.bytes());
            kept.accept(batch.lines());
            if (failing) {
                LOG.info("the access log {} can be written again", path);
            }
            failing = false;
        } catch (IOException e) {
            lost.accept(batch.lines());
            if (!failing) {
                LOG.warn("the access log {} loses lines: {}", path, e.getMessage());
            }
            failing = true;
        }
    }

    /// Writes what is there, and ends.
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            settings = LogSettings.OFF;
            running = writer;
        }
        if (running != null) {
            try {
                running.join(END_WITHIN);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
