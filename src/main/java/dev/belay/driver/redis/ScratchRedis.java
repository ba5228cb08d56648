package dev.belay.driver.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ScratchServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A Redis server of its own that lives as long as one copy or one trial. Listens on loopback only,
/// for whoever knows a password that nobody else has; writes nothing by itself; its folder is
/// deleted at the end.
///
/// A server that outlived a killed process is found by [#discardLeftOver] and ended.
final class ScratchRedis implements AutoCloseable {
    /// What is loaded at the start, and written by `SAVE`.
    static final String DUMP = "dump.rdb";

    private static final Logger LOG = LoggerFactory.getLogger(ScratchRedis.class);
    private static final String PREFIX = "redis-";
    private static final String CONFIG = "redis.conf";
    private static final List<String> FOLDERS =
            List.of("/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin");
    private static final int PORTS_TRIED = 5;
    private static final Pattern VERSION = Pattern.compile("v=([0-9]+)\\.([0-9]+)");

    private final Path folder;
    private final String password;
    private int port;
    private final Process process;

    private ScratchRedis(Path folder, int databases, String more) throws IOException, DataFailure {
        this.folder = folder;
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        password = HexFormat.of().formatHex(random);
        process = started(databases, more);
    }

    /// A new folder for one; what is to be loaded goes there as [#DUMP].
    static Path folder(Path scratch) throws IOException {
        Files.createDirectories(scratch);
        return Files.createTempDirectory(scratch, PREFIX);
    }

    /// @param folder of [#folder]; gone when this is closed, or did not start
    /// @param more lines for its configuration
    /// @throws Unloadable when what lies in its folder is not to be loaded
    static ScratchRedis start(Path folder, int databases, String more) throws DataFailure {
        try {
            return new ScratchRedis(folder, databases, more);
        } catch (IOException e) {
            ScratchServer.end(folder, ending(folder));
            throw new DataFailure(
                    "no scratch server can be made in " + folder + ": " + e.getMessage(), "", e);
        } catch (DataFailure e) {
            ScratchServer.end(folder, ending(folder));
            throw e;
        }
    }

    /// It ended while it loaded.
    static final class Unloadable extends DataFailure {
        Unloadable(String reason) {
            super(reason, "");
        }
    }

    /// The major and the minor version of this machine's program, as 700 for 7.0.
    static int version() throws DataFailure {
        try {
            Process asked =
                    new ProcessBuilder(program().toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            asked.getOutputStream().close();
            String said = new String(asked.getInputStream().readAllBytes(), US_ASCII);
            var found = VERSION.matcher(said);
            if (found.find()) {
                return 100 * Integer.parseInt(found.group(1)) + Integer.parseInt(found.group(2));
            }
            throw new DataFailure("`redis-server` does not say its version", "");
        } catch (IOException e) {
            throw new DataFailure("`redis-server` cannot be started: " + e.getMessage(), "", e);
        }
    }

    private static Path program() throws DataFailure {
        return FOLDERS.stream()
                .map(one -> Path.of(one, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new DataFailure(
                                "the program `redis-server` is not on this machine",
                                "sudo apt-get install redis-server"));
    }

    /// Ends what a killed process left below `scratch`. To be called by whoever alone uses it.
    static void discardLeftOver(Path scratch) {
        if (!Files.isDirectory(scratch)) {
            return;
        }
        try (Stream<Path> folders = Files.list(scratch)) {
            folders.filter(one -> one.getFileName().toString().startsWith(PREFIX))
                    .forEach(one -> ScratchServer.end(one, ending(one)));
        } catch (IOException e) {
            LOG.warn("{} cannot be cleared: {}", scratch, e.getMessage());
        }
    }

    /// A connection that waits for as long as the server works.
    RedisSession session() throws DataFailure {
        try {
            return RedisSession.open(address(), SSLContext.getDefault(), Duration.ZERO);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    private RedisAddress address() {
        return new RedisAddress("127.0.0.1", port, false, "", password, OptionalInt.empty());
    }

    Path dump() {
        return folder.resolve(DUMP);
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /// The last that it said of something that went wrong; empty when it said nothing of it.
    String complaint() {
        try (Stream<String> lines = Files.lines(folder.resolve("log"))) {
            return lines.filter(line ->
                            line.contains(" # ")
                                    || line.contains("rror")
                                    || line.contains("Unable")
                                    || line.contains("Fatal"))
                    .filter(line -> !line.contains("WARNING"))
                    .reduce((_, last) -> last)
                    .map(line -> line.replaceFirst("^.*? [#*-] ", "").strip())
                    .orElse("");
        } catch (IOException | java.io.UncheckedIOException e) {
            return "";
        }
    }

    /// How often it began to follow another server.
    long attempts() {
        try (Stream<String> lines = Files.lines(folder.resolve("log"))) {
            return lines.filter(line -> line.contains("REPLICA sync started")).count();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }

    private Process started(int databases, String more) throws IOException, DataFailure {
        for (int i = 0; i < PORTS_TRIED; i++) {
            port = ScratchServer.freePort();
            Process one = begun(databases, more);
            if (answers(one)) {
                return one;
            }
            one.destroyForcibly();
            if (!Files.readString(folder.resolve("log")).contains("Address already in use")) {
                break;
            }
        }
        String said = complaint();
        throw new Unloadable(said.isEmpty() ? "it says nothing of why" : said);
    }

    private Process begun(int databases, String more) throws IOException, DataFailure {
        Path config =
                Files.writeString(
                        folder.resolve(CONFIG),
                        """
                        bind 127.0.0.1
                        port %d
                        requirepass %s
                        dir "%s"
                        dbfilename %s
                        logfile "%s"
                        pidfile "%s"
                        set-proc-title no
                        daemonize no
                        save ""
                        appendonly no
                        databases %d
                        enable-debug-command local
                        activerehashing no
                        maxmemory 0
                        %s
                        """
                                .formatted(
                                        port,
                                        password,
                                        folder,
                                        DUMP,
                                        folder.resolve("log"),
                                        folder.resolve("pid"),
                                        databases,
                                        more));
        var builder =
                new ProcessBuilder("setsid", program().toString(), config.toString())
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8"));
        return builder.start();
    }

    /// Whether it has loaded what it was given, asked until it has or has ended.
    private boolean answers(Process one) {
        while (one.isAlive()) {
            try (RedisSession session = session()) {
                if (session.ask("PING").text().equals("PONG")) {
                    // Nothing goes away by itself while it is looked at.
                    session.need("DEBUG", "SET-ACTIVE-EXPIRE", "0");
                    return true;
                }
            } catch (DataFailure _) {
                LOG.trace("a scratch server does not listen yet");
            }
            try {
                if (one.waitFor(20, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    private static ScratchServer.Ending ending(Path folder) {
        return new ScratchServer.Ending("pid", folder.resolve(CONFIG).toString(), "KILL");
    }

    @Override
    public void close() {
        ScratchServer.end(process, folder, ending(folder));
    }
}
