package dev.belay.gateway;

import dev.belay.gateway.handover.TakeOver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running gateway: put together here, taken apart by [#close].
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /// The kernel has it released by then, if its process has ended.
    private static final Duration LOCK_FREE_WITHIN = Duration.ofSeconds(1);

    private final Succession succession;

    private Gateway(Succession succession) {
        this.succession = succession;
    }

    /// Loads the table of the last run, opens its ports and then the admin socket.
    ///
    /// @throws IOException when another gateway has the folder, or its table cannot be used
    public static Gateway start(GatewayOptions options) throws IOException {
        return start(options, System.getenv());
    }

    /// @param environment the variables of OpenTelemetry are in it
    static Gateway start(GatewayOptions options, Map<String, String> environment)
            throws IOException {
        var lock = new FolderLock(own(options.folder()));
        lock.take();
        var loops = new Loops(options.threads(), options.limits());
        var parts = GatewayParts.of(options, loops, environment);
        try {
            parts.predecessors().discover();
            parts.keeper().restore();
            var succession = new Succession(parts, lock);
            succession.begin();
            return new Gateway(succession);
        } catch (IOException | RuntimeException e) {
            parts.close();
            lock.close();
            throw e;
        }
    }

    /// Takes the place of the gateway that runs in the folder, with its ports, so that no
    /// connection is lost; starts as usual where none runs.
    ///
    /// @param drain how long what runs long may go on in that other gateway
    /// @param listensWhereToldTo whether the options' addresses hold, not that other gateway's
    /// @throws IOException when it does not hand over; it then serves on
    public static Gateway takeOver(
            GatewayOptions options, Duration drain, boolean listensWhereToldTo) throws IOException {
        var lock = new FolderLock(own(options.folder()));
        var loops = new Loops(options.threads(), options.limits());
        var heir = new Inheritance(options, loops, lock, listensWhereToldTo);
        try {
            if (!loops.passesSockets()) {
                throw new IOException("ports can be taken over on Linux with epoll only");
            }
            TakeOver.from(options.offer(), loops.group(), Build.RUNNING, drain, heir);
        } catch (IOException e) {
            heir.close();
            if (!lock.takeWithin(LOCK_FREE_WITHIN)) {
                String why = "nothing was taken over: " + e.getMessage();
                throw new IOException(why, e);
            }
            lock.close();
            LOG.warn("there is no gateway to take the place of ({})", e.getMessage());
            return start(heir.options());
        } catch (RuntimeException e) {
            heir.close();
            throw e;
        }
        heir.succession().begin();
        return new Gateway(heir.succession());
    }

    private static Path own(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    /// Returns when a successor has taken its place and nothing is left to do here.
    public void await() throws InterruptedException {
        succession.await();
    }

    /// Stops at once: ports, connections, socket. The table stays on disk.
    @Override
    public void close() throws IOException {
        succession.close();
    }
}
