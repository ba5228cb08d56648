package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyAnswer;
import dev.belay.driver.probe.DependencyProbe;
import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.PortHolder;
import dev.belay.driver.probe.ProbeFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Starts, adopts and stops the datastores of a developer's machine. A started one outlives us; a
/// later call finds it again by its process number and start time and takes it as it is. What a
/// failing [#up] started, it stops again.
public final class LocalDatastores {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final Duration QUESTION = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1");

    /// Hears what happens, one line at a time.
    public interface Progress {
        void says(String datastore, String line);
    }

    private final DependencyProbe probe;
    private final Host host;

    public LocalDatastores() {
        this(System.getenv().getOrDefault("PATH", "") + ":/usr/local/bin:/usr/bin:/usr/sbin");
    }

    /// Looks for programs in the folders of `path` only.
    LocalDatastores(String path) {
        this.probe = new DependencyProbe();
        this.host = new Host(path);
    }

    /// Starts what does not run yet and waits until each answers by its protocol.
    ///
    /// @param folder where their data, logs and process numbers are kept, one folder for each
    public List<DatastoreStatus.Up> up(List<LocalDatastore> wanted, Path folder, Progress progress)
            throws DatastoreFailure, InterruptedException {
        var started = new ArrayList<ServerFolder>();
        try (var _ = lock(folder)) {
            boolean whole = false;
            try {
                var up = new ArrayList<DatastoreStatus.Up>();
                for (LocalDatastore datastore : wanted) {
                    up.add(up(datastore, folder, started, progress));
                }
                whole = true;
                return up;
            } finally {
                for (ServerFolder half : whole ? List.<ServerFolder>of() : started.reversed()) {
                    stop(half, progress);
                }
            }
        } catch (IOException disk) {
            throw onDisk(folder, disk);
        }
    }

    /// Stops every datastore of `folder`; their data stays.
    public void down(Path folder, Progress progress) throws DatastoreFailure {
        try (var _ = lock(folder)) {
            for (ServerFolder server : servers(folder)) {
                stop(server, progress);
            }
        } catch (IOException disk) {
            throw onDisk(folder, disk);
        }
    }

    /// Stops every datastore of `folder` and deletes its data for good.
    public void wipe(Path folder, Progress progress) throws DatastoreFailure {
        try (var _ = lock(folder)) {
            for (ServerFolder server : servers(folder)) {
                stop(server, progress);
                server.delete();
                progress.says(server.name(), "data deleted");
            }
        } catch (IOException disk) {
            throw onDisk(folder, disk);
        }
    }

    /// How the wanted ones are.
    public List<DatastoreStatus> status(List<LocalDatastore> wanted, Path folder)
            throws DatastoreFailure {
        try {
            var all = new ArrayList<DatastoreStatus>();
            for (LocalDatastore datastore : wanted) {
                var server = new ServerFolder(folder.resolve(checkedName(datastore)));
                Optional<ServerProcess> process = ServerProcess.recorded(server.pid());
                all.add(
                        process.isEmpty()
                                ? new DatastoreStatus.Down(datastore.name())
                                : asked(datastore, process.get()));
            }
            return all;
        } catch (IOException disk) {
            throw onDisk(folder, disk);
        }
    }

    private DatastoreStatus asked(LocalDatastore datastore, ServerProcess process) {
        return switch (probe.ask(datastore.engine(), datastore.url(), QUESTION)) {
            case DependencyAnswer.Reached reached ->
                    new DatastoreStatus.Up(datastore.name(), process.pid(), reached);
            case DependencyAnswer.NotReached not ->
                    new DatastoreStatus.NotAnswering(datastore.name(), process.pid(), not);
        };
    }

    private DatastoreStatus.Up up(
            LocalDatastore datastore, Path folder, List<ServerFolder> started, Progress progress)
            throws DatastoreFailure, IOException, InterruptedException {
        var home = new ServerFolder(folder.toAbsolutePath().resolve(checkedName(datastore)));
        LocalServer server = server(datastore);
        DependencyUrl url = localUrl(datastore);
        Optional<ServerProcess> running = ServerProcess.recorded(home.pid());
        if (running.isPresent()) {
            if (asked(datastore, running.get()) instanceof DatastoreStatus.Up up) {
                progress.says(datastore.name(), "runs already (process " + up.pid() + ")");
                return up;
            }
            // Its address may have changed: port, user or database.
            progress.says(datastore.name(), "runs but does not answer at its address: restarts");
            stop(home, progress);
        }
        home.create();
        List<String> command = server.prepare(home, url, host);
        checkPort(datastore, url);
        progress.says(datastore.name(), "starts on port " + LocalServer.port(url));
        Process process = host.start(home, command);
        started.add(home);
        ServerProcess.of(process.pid(), server.stopSignal())
                .orElseThrow(() -> ended(datastore, home))
                .writeTo(home.pid());
        DatastoreStatus.Up up = awaitReady(datastore, server, url, process, home);
        progress.says(
                datastore.name(),
                "ready: version " + up.answer().serverVersion() + " (process " + up.pid() + ")");
        return up;
    }

    private DatastoreStatus.Up awaitReady(
            LocalDatastore datastore,
            LocalServer server,
            DependencyUrl url,
            Process process,
            ServerFolder home)
            throws DatastoreFailure, InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        DependencyAnswer answer;
        do {
            if (!process.isAlive()) {
                throw ended(datastore, home);
            }
            settle(server, url);
            answer = probe.ask(datastore.engine(), datastore.url(), QUESTION);
            if (answer instanceof DependencyAnswer.Reached reached) {
                return new DatastoreStatus.Up(datastore.name(), process.pid(), reached);
            }
            Thread.sleep(LOOK);
        } while (System.nanoTime() - deadline < 0);
        throw new DatastoreFailure(
                datastore.name(),
                "it started and does not answer within "
                        + READY.toSeconds()
                        + " s: "
                        + ((DependencyAnswer.NotReached) answer).reason()
                        + "\n"
                        + home.lastLog(),
                "see " + home.log());
    }

    private static void settle(LocalServer server, DependencyUrl url) throws InterruptedException {
        try {
            server.settle(url);
        } catch (IOException notYet) {
            // It is still starting; the probe says so should it stay like this.
        }
    }

    private static DatastoreFailure ended(LocalDatastore datastore, ServerFolder home) {
        return new DatastoreFailure(
                datastore.name(),
                "its server ended at once; its last words:\n" + home.lastLog(),
                "see " + home.log());
    }

    /// Politely first. Whoever does not go within the grace is killed.
    private void stop(ServerFolder home, Progress progress) throws DatastoreFailure, IOException {
        Optional<ServerProcess> running = ServerProcess.recorded(home.pid());
        if (running.isEmpty()) {
            return;
        }
        ServerProcess process = running.get();
        signal(home, process, process.signal());
        if (!gone(process)) {
            signal(home, process, "KILL");
            progress.says(home.name(), "did not stop within its grace and was killed");
            if (!gone(process)) {
                throw new DatastoreFailure(home.name(), "its process cannot be ended", "");
            }
        }
        progress.says(home.name(), "stopped");
    }

    private void signal(ServerFolder home, ServerProcess process, String signal)
            throws DatastoreFailure {
        if (process.lives()) {
            host.run(home, List.of("kill", "-s", signal, Long.toString(process.pid())));
        }
    }

    /// Waits to the end even when interrupted: a half-stopped server is left behind by nobody.
    private static boolean gone(ServerProcess process) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + GRACE.toNanos();
        while (process.lives() && System.nanoTime() - deadline < 0) {
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !process.lives();
    }

    private static void checkPort(LocalDatastore datastore, DependencyUrl url)
            throws DatastoreFailure {
        int port = LocalServer.port(url);
        try (var socket = new ServerSocket()) {
            socket.bind(
                    new InetSocketAddress(InetAddress.getByName(LocalServer.loopback(url)), port));
        } catch (IOException taken) {
            throw new DatastoreFailure(
                    datastore.name(),
                    "its port " + port + " is taken" + PortHolder.said(PortHolder.of(port)),
                    "stop that program, or give the address another port");
        }
    }

    private static LocalServer server(LocalDatastore datastore) throws DatastoreFailure {
        return switch (datastore.engine()) {
            case POSTGRES -> new PostgresServer();
            case REDIS -> new RedisServer();
            case NATS -> new NatsServer();
            case CLICKHOUSE -> new ClickhouseServer();
            case MYSQL, RABBITMQ, KAFKA, HTTP, SQLITE ->
                    throw new DatastoreFailure(
                            datastore.name(),
                            "Belay starts no "
                                    + datastore.engine().name().toLowerCase(Locale.ROOT)
                                    + " on this machine",
                            "start it yourself");
        };
    }

    private static DependencyUrl localUrl(LocalDatastore datastore) throws DatastoreFailure {
        DependencyUrl url;
        try {
            url = DependencyUrl.parse(datastore.engine(), datastore.url());
        } catch (ProbeFailure unreadable) {
            throw new DatastoreFailure(datastore.name(), unreadable.reason(), unreadable.hint());
        }
        if (url.tls()
                || url.hosts().size() != 1
                || !LOCAL.contains(url.hosts().getFirst().name())) {
            throw new DatastoreFailure(
                    datastore.name(),
                    "its address is not a plain one on this machine: " + url.hosts(),
                    "start it yourself, or use `localhost`");
        }
        String words = url.user() + url.password() + url.path();
        if (words.chars().anyMatch(Character::isISOControl)) {
            throw new DatastoreFailure(
                    datastore.name(), "its address holds control characters", "leave them out");
        }
        return url;
    }

    /// The name becomes a folder.
    private static String checkedName(LocalDatastore datastore) throws DatastoreFailure {
        if (!datastore.name().matches("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")) {
            throw new DatastoreFailure(
                    datastore.name(), "its name cannot be a folder's", "use letters and digits");
        }
        return datastore.name();
    }

    private static List<ServerFolder> servers(Path folder) throws IOException {
        try (Stream<Path> below = Files.list(folder.toAbsolutePath())) {
            return below.map(ServerFolder::new)
                    .filter(ServerFolder::isOurs)
                    .sorted(java.util.Comparator.comparing(ServerFolder::name))
                    .toList();
        }
    }

    private static DatastoreFailure onDisk(Path folder, IOException disk) {
        return new DatastoreFailure(
                "datastores", "`" + folder + "` cannot be used: " + disk, "see to the disk");
    }

    /// One call at a time, also across processes.
    private static FileChannel lock(Path folder) throws DatastoreFailure, IOException {
        Files.createDirectories(folder);
        var channel =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException mine) {
            // Held by another thread of this process: said below.
        }
        if (lock == null) {
            channel.close();
            throw new DatastoreFailure(
                    "datastores",
                    "another Belay is starting or stopping the datastores of `" + folder + "`",
                    "wait for it to end");
        }
        return channel;
    }
}
