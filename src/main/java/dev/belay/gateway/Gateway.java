package dev.belay.gateway;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A running gateway: put together here, taken apart by [#close].
public final class Gateway implements AutoCloseable {
    private final FileChannel lockFile;
    private final Loops loops;
    private final TableKeeper keeper;
    private final AdminServer admin;
    private final Chronicle chronicle;

    private Gateway(
            FileChannel lockFile,
            Loops loops,
            TableKeeper keeper,
            AdminServer admin,
            Chronicle chronicle) {
        this.lockFile = lockFile;
        this.loops = loops;
        this.keeper = keeper;
        this.admin = admin;
        this.chronicle = chronicle;
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
        Path folder = options.folder();
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        FileChannel lockFile = lock(folder);
        var chronicle = Chronicle.open(folder, environment);
        var loops = new Loops(options.threads(), options.limits());
        loops.watchLag(chronicle.tallies().loopLag());
        var prober = new Prober(loops);
        var proxy = new Proxy(loops, options, prober, chronicle);
        var certificates = new Certificates();
        var listeners = new Listeners(proxy, certificates);
        var keeper = new TableKeeper(proxy, prober, listeners, new TableStore(folder));
        try {
            keeper.restore();
            var admin =
                    new AdminServer(options.socket(), new AdminApi(keeper, proxy, certificates));
            return new Gateway(lockFile, loops, keeper, admin, chronicle);
        } catch (IOException | RuntimeException e) {
            keeper.close();
            loops.close();
            chronicle.close();
            lockFile.close();
            throw e;
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel file =
                FileChannel.open(
                        folder.resolve("gateway.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (tryLock(file) == null) {
            file.close();
            throw new IOException("another gateway runs in " + folder);
        }
        return file;
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    /// Stops at once: ports, connections, socket. The table stays on disk.
    @Override
    public void close() throws IOException {
        admin.close();
        keeper.close();
        loops.close();
        // After the last request has ended.
        chronicle.close();
        lockFile.close();
    }
}
