package dev.belay.driver.clickhouse;

import dev.belay.FreePort;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ScratchServer;
import java.io.File;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/// A real server for tests, on a port of its own, in a time zone that is not ours.
public final class TestClickhouse implements AutoCloseable {
    /// Of its only user.
    static final String PASSWORD = "a secret: %/@?&";

    private static final Map<String, String> FOR_TABLES =
            Map.of(
                    "allow_experimental_low_cardinality_type",
                    "1",
                    "allow_deprecated_syntax_for_merge_tree",
                    "1");

    private final Path folder;
    private final Process process;
    private final int port;

    private TestClickhouse() throws Exception {
        folder = Files.createTempDirectory("belay-clickhouse");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        port = FreePort.choose();
        Path data = Files.createDirectory(folder.resolve("data"));
        if (ScratchServer.isRoot()) {
            var users = FileSystems.getDefault().getUserPrincipalLookupService();
            Files.setOwner(data, users.lookupPrincipalByName("nobody"));
        }
        process =
                new ProcessBuilder(
                                ScratchServer.unprivileged(
                                        List.of(
                                                "/usr/sbin/clickhouse-server",
                                                "--config-file=" + config(data))))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new AssertionError(Files.readString(folder.resolve("log")));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private Path config(Path data) throws Exception {
        Path users =
                Files.writeString(
                        folder.resolve("users.xml"),
                        """
                        <yandex>
                          <profiles>
                            <default/><reads><readonly>1</readonly></reads>
                            <cut>
                              <max_block_size>1</max_block_size>
                              <max_result_rows>1</max_result_rows>
                              <result_overflow_mode>break</result_overflow_mode>
                            </cut>
                          </profiles>
                          <quotas><default/></quotas>
                          <users><default>
                            <password>%1$s</password><networks><ip>127.0.0.1</ip></networks>
                            <profile>default</profile><quota>default</quota>
                          </default><reader>
                            <password>%1$s</password><networks><ip>127.0.0.1</ip></networks>
                            <profile>reads</profile><quota>default</quota>
                          </reader><cut>
                            <password>%1$s</password><networks><ip>127.0.0.1</ip></networks>
                            <profile>cut</profile><quota>default</quota>
                          </cut></users>
                        </yandex>
                        """
                                .formatted(PASSWORD.replace("&", "&amp;")));
        return Files.writeString(
                folder.resolve("config.xml"),
                """
                <yandex>
                  <logger><level>error</level><console>1</console></logger>
                  <http_port>%d</http_port><listen_host>127.0.0.1</listen_host>
                  <path>%2$s/</path><tmp_path>%2$s/tmp/</tmp_path>
                  <users_config>%3$s</users_config>
                  <default_profile>default</default_profile>
                  <default_database>default</default_database>
                  <mark_cache_size>67108864</mark_cache_size>
                  <timezone>Asia/Kathmandu</timezone>
                  <remote_servers><one><shard><replica><host>127.0.0.1</host><port>1</port>
                  </replica></shard></one></remote_servers>
                </yandex>
                """
                        .formatted(port, data, users));
    }

    public static TestClickhouse start() throws Exception {
        return new TestClickhouse();
    }

    private boolean listens() {
        try {
            return say("SELECT 1").equals("1");
        } catch (Exception e) {
            return false;
        }
    }

    public String url(String database) {
        return url(database, PASSWORD);
    }

    String url(String database, String password) {
        String encoded =
                java.net.URLEncoder.encode(password, java.nio.charset.StandardCharsets.UTF_8)
                        .replace("+", "%20");
        return "http://default:%s@127.0.0.1:%d/%s".formatted(encoded, port, database);
    }

    ClickhouseSession session() throws DataFailure {
        return new ClickhouseSession(ClickhouseAddress.of(url("")), trust());
    }

    private static SSLContext trust() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// One statement, and what the server answers.
    public String say(String statement) throws Exception {
        try (ClickhouseSession session = session()) {
            Map<String, String> settings =
                    statement.startsWith("CREATE TABLE")
                            ? Catalogue.settings(session, FOR_TABLES)
                            : Map.of();
            return session.run(statement, settings).strip();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        try {
            BackupStore.remove(folder);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
