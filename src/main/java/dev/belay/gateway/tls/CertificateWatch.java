package dev.belay.gateway.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Certificates that follow their files: read when something there changes, and every ten seconds,
/// as the system does not tell of every way to exchange a file. Connections keep the one that they
/// began with.
public final class CertificateWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration POLL = Duration.ofSeconds(10);

    /// Two files are exchanged one after the other.
    private static final Duration SETTLE = Duration.ofMillis(200);

    private final CertificateFolder folder;
    private final AtomicReference<State> state = new AtomicReference<>();
    private final @Nullable WatchService changes;
    private volatile boolean closed;

    private record State(ServerNames names, List<String> problems) {}

    /// Reads them for the first time, and follows them from then on.
    public static CertificateWatch of(TlsUse use) {
        return of(use, provider());
    }

    static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    static CertificateWatch of(TlsUse use, SslProvider provider) {
        var watch = new CertificateWatch(new CertificateFolder(use, provider));
        // Before the first look, so that nothing happens between it and the second one unseen.
        watch.register();
        watch.read();
        if (watch.awaited() && watch.names().all().isEmpty()) {
            LOG.info("{}: no certificate yet; handshakes are refused until one comes", use);
        }
        Thread.ofVirtual().name("certificates").start(watch::follow);
        return watch;
    }

    private CertificateWatch(CertificateFolder folder) {
        this.folder = folder;
        this.changes = changes();
        state.set(new State(new ServerNames(List.of(), Instant.now()), List.of()));
    }

    /// What is served at this moment.
    public ServerNames names() {
        return state.get().names();
    }

    /// Whether a port may be open before there is a certificate.
    public boolean awaited() {
        return folder.awaited();
    }

    /// What is wrong with the files, in sentences.
    public List<String> problems() {
        return state.get().problems();
    }

    /// Looks now. What is no longer served is given back.
    synchronized void read() {
        if (closed) {
            return;
        }
        State before = state.get();
        List<Certificate> old = before.names().all();
        CertificateFolder.Reading reading = folder.read(old);
        state.set(
                new State(
                        new ServerNames(reading.certificates(), Instant.now()),
                        reading.problems()));
        tell(old, reading, before.problems());
        Set<Certificate> kept = new HashSet<>(reading.certificates());
        old.stream().filter(one -> !kept.contains(one)).forEach(Certificate::release);
    }

    private static void tell(
            List<Certificate> old, CertificateFolder.Reading reading, List<String> before) {
        for (String problem : reading.problems()) {
            if (!before.contains(problem)) {
                LOG.warn("{}", problem);
            }
        }
        for (Certificate one : reading.certificates()) {
            if (!old.contains(one)) {
                LOG.info("certificate `{}` for {} until {}", one.file(), one.names(), one.until());
            }
        }
    }

    /// Null where the system has no more of them: what is left is to look every ten seconds.
    private static @Nullable WatchService changes() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("certificates are looked at every {} s only: {}", POLL.toSeconds(), e);
            return null;
        }
    }

    private void follow() {
        try {
            while (!closed) {
                await();
                read();
                register();
            }
        } catch (ClosedWatchServiceException _) {
            // Which is how the watch ends.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() throws InterruptedException {
        if (changes == null) {
            Thread.sleep(POLL);
            return;
        }
        WatchKey key = changes.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
        while (key != null) {
            key.pollEvents();
            key.reset();
            key = changes.poll(SETTLE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Again each time: a folder may have been exchanged as a whole. Of the same one it is no
    /// second registration.
    private void register() {
        for (Path path : folder.folders()) {
            try {
                if (changes != null) {
                    path.register(
                            changes,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE);
                }
            } catch (IOException _) {
                // Not there yet, or not readable, of which the next reading tells.
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (changes != null) {
            try {
                changes.close();
            } catch (IOException e) {
                LOG.warn("a watch did not end cleanly: {}", e.getMessage());
            }
        }
        List<Certificate> last = state.get().names().all();
        state.set(new State(new ServerNames(List.of(), Instant.now()), List.of()));
        last.forEach(Certificate::release);
    }
}
