package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ScratchServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A ClickHouse server of its own that lives as long as one trial. Listens on loopback only, for
/// whoever knows a password that nobody else has; its folder is deleted at the end.
///
/// A server that outlived a killed process is found by [#discardLeftOver] and ended.
final class ScratchClickhouse implements AutoCloseable {
    /// The server makes one by itself; it is not to be one that is restored.
    private static final String OWN_DATABASE = "belay_scratch";

    private static final Logger LOG = LoggerFactory.getLogger(ScratchClickhouse.class);
    private static final String PREFIX = "clickhouse-";
    private static final String CONFIG = "config.xml";
    private static final List<String> FOLDERS =
            List.of("/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin");
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
    private static final int PORTS_TRIED = 5;

    private final Path folder;
    private final String password;
    private int port;
    private final Process process;

    private ScratchClickhouse(Path folder, Path program, String timezone)
            throws IOException, DataFailure {
        this.folder = folder;
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        password = HexFormat.of().formatHex(random);
        process = started(program, timezone);
    }

    /// @param timezone in which it writes times: the source's
    static ScratchClickhouse start(Path scratch, String timezone) throws DataFailure {
        return start(scratch, timezone, FOLDERS);
    }

    /// @param folders where its program is looked for
    static ScratchClickhouse start(Path scratch, String timezone, List<String> folders)
            throws DataFailure {
        Path program = program(folders);
        Path folder;
        try {
            Files.createDirectories(scratch);
            folder = Files.createTempDirectory(scratch, PREFIX);
        } catch (IOException e) {
            throw new DataFailure(
                    "no scratch server can be made in " + scratch + ": " + e.getMessage(), "", e);
        }
        try {
            return new ScratchClickhouse(folder, program, timezone);
        } catch (IOException e) {
            end(folder);
            throw new DataFailure(
                    "no scratch server can be made in " + folder + ": " + e.getMessage(), "", e);
        } catch (DataFailure e) {
            end(folder);
            throw e;
        }
    }

    private static Path program(List<String> folders) throws DataFailure {
        return folders.stream()
                .map(one -> Path.of(one, "clickhouse-server"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new DataFailure(
                                "the program `clickhouse-server` is not on this machine, and no"
                                        + " backup can be tried without it",
                                "sudo apt-get install clickhouse-server"));
    }

    /// Ends what a killed process left below `scratch`. To be called by whoever alone uses it.
    static void discardLeftOver(Path scratch) {
        if (!Files.isDirectory(scratch)) {
            return;
        }
        try (Stream<Path> folders = Files.list(scratch)) {
            folders.filter(one -> one.getFileName().toString().startsWith(PREFIX))
                    .forEach(ScratchClickhouse::end);
        } catch (IOException e) {
            LOG.warn("{} cannot be cleared: {}", scratch, e.getMessage());
        }
    }

    ClickhouseSession session() {
        return new ClickhouseSession(
                new ClickhouseAddress("127.0.0.1", port, false, "default", password, OWN_DATABASE),
                trust());
    }

    private static SSLContext trust() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    private Process started(Path program, String timezone) throws IOException, DataFailure {
        for (int i = 0; i < PORTS_TRIED; i++) {
            port = ScratchServer.freePort();
            Process one = begun(program, timezone);
            if (answers(one)) {
                return one;
            }
            one.destroyForcibly();
            if (!log().contains("Address already in use")) {
                break;
            }
        }
        throw new DataFailure(
                "the scratch server of ClickHouse does not start: " + complaint(),
                "run by root it runs as `nobody`, who has to be able to enter "
                        + folder.getParent());
    }

    private String log() {
        try {
            return Files.readString(
                    folder.resolve("log"), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private String complaint() {
        return log().lines()
                .filter(line -> line.contains("Exception") || line.contains("Error"))
                .reduce((_, last) -> last)
                .map(line -> line.replaceFirst("^.*?<[A-Za-z]+> ", "").strip())
                .orElse("it says nothing of why");
    }

    private Process begun(Path program, String timezone) throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Path users =
                Files.writeString(
                        folder.resolve("users.xml"),
                        """
                        <yandex>
                          <profiles><default/></profiles>
                          <quotas><default/></quotas>
                          <users><default>
                            <password>%s</password>
                            <networks><ip>127.0.0.1</ip></networks>
                            <profile>default</profile><quota>default</quota>
                          </default></users>
                        </yandex>
                        """
                                .formatted(password));
        Path config =
                Files.writeString(
                        folder.resolve(CONFIG),
                        """
                        <yandex>
                          <logger><level>error</level><console>1</console></logger>
                          <http_port>%d</http_port>
                          <listen_host>127.0.0.1</listen_host>
                          <path>%2$s/</path>
                          <tmp_path>%2$s/tmp/</tmp_path>
                          <users_config>%3$s</users_config>
                          <default_profile>default</default_profile>
                          <default_database>%4$s</default_database>
                          <mark_cache_size>67108864</mark_cache_size>
                          <timezone>%5$s</timezone>
                        </yandex>
                        """
                                .formatted(
                                        port,
                                        xml(data.toString()),
                                        xml(users.toString()),
                                        OWN_DATABASE,
                                        xml(timezone)));
        hand(folder, data, users, config);
        var words = new ArrayList<>(List.of("setsid"));
        words.addAll(
                ScratchServer.unprivileged(List.of(program.toString(), "--config-file=" + config)));
        var builder =
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH",
                                "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                                "LANG",
                                "C.UTF-8"));
        Process one = builder.start();
        Files.writeString(folder.resolve("pid"), Long.toString(one.pid()));
        return one;
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    /// ClickHouse refuses to run as root where its data are another's.
    private static void hand(Path... files) throws IOException {
        if (ScratchServer.isRoot()) {
            var nobody =
                    FileSystems.getDefault()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("nobody");
            for (Path file : files) {
                Files.setOwner(file, nobody);
            }
        }
    }

    /// Whether it lets us in, asked until it does or has ended.
    private boolean answers(Process one) throws DataFailure {
        long deadline = System.nanoTime() + STARTED_WITHIN.toNanos();
        try (ClickhouseSession session = session()) {
            while (one.isAlive() && System.nanoTime() - deadline < 0) {
                try {
                    if (session.value("SELECT 1").equals("1")) {
                        return true;
                    }
                } catch (DataFailure _) {
                    LOG.trace("a scratch server does not listen yet");
                }
                if (one.waitFor(20, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            one.destroyForcibly();
            throw new DataFailure("it was ended", "", e);
        }
    }

    private static void end(Path folder) {
        ScratchServer.end(folder, ending(folder));
    }

    /// At once: its data is of no use any more.
    private static ScratchServer.Ending ending(Path folder) {
        return new ScratchServer.Ending("pid", folder.resolve(CONFIG).toString(), "KILL");
    }

    @Override
    public void close() {
        ScratchServer.end(process, folder, ending(folder));
    }
}
