package dev.belay.driver.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.belay.FreePort;
import dev.belay.driver.probe.DependencyAnswer;
import dev.belay.driver.probe.DependencyProbe;
import dev.belay.release.Dependency.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class LocalDatastoresTest {
    private static final String PASSWORD = "s3'c%22r\"et$1\\x";
    private static final String ENCODED = "s3'c%2522r%22et$1%5Cx";

    @TempDir Path temp;

    private final LocalDatastores datastores = new LocalDatastores();
    private final List<String> said = new ArrayList<>();
    private Path folder = Path.of("");

    @BeforeEach
    void let_an_unprivileged_server_in() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        folder = temp.resolve("state with blank");
    }

    @AfterEach
    void stop() throws DatastoreFailure {
        datastores.wipe(folder, (_, _) -> {});
    }

    /// Dead, and taken note of by its parent, which may be a moment later.
    private static void assertGone(long pid) {
        ProcessHandle.of(pid)
                .ifPresent(one -> assertThat(one.onExit()).succeedsWithin(Duration.ofSeconds(10)));
    }

    @ParameterizedTest
    @CsvSource({
        "POSTGRES, postgres://app:%1$s@localhost:%2$d/shop",
        "REDIS, redis://app:%1$s@localhost:%2$d/2",
        "NATS, nats://app:%1$s@localhost:%2$d",
        "CLICKHOUSE, http://app:%1$s@localhost:%2$d/shop",
    })
    void a_datastore_comes_up_at_its_address_and_only_with_its_password(Engine engine, String url)
            throws Exception {
        int port = freePort();
        var wanted = new LocalDatastore("store", engine, url.formatted(ENCODED, port));
        List<DatastoreStatus.Up> up = up(wanted);
        assertThat(up).hasSize(1);
        assertThat(up.getFirst().answer().serverVersion()).isNotEmpty();
        String wrong = url.formatted("wrong", port);
        assertThat(new DependencyProbe().ask(engine, wrong, Duration.ofSeconds(10)))
                .isInstanceOf(DependencyAnswer.NotReached.class);
        assertThat(datastores.status(List.of(wanted), folder))
                .singleElement()
                .isInstanceOf(DatastoreStatus.Up.class);
        assertThat(Files.readString(folder.resolve("store/log"))).doesNotContain(PASSWORD);

        datastores.down(folder, this::note);
        assertGone(up.getFirst().pid());
        assertThat(datastores.status(List.of(wanted), folder))
                .containsExactly(new DatastoreStatus.Down("store"));
        assertThat(said).noneMatch(line -> line.contains("killed"));
    }

    @Test
    void a_running_one_is_adopted_and_data_outlives_a_stop() throws Exception {
        var redis = redis(freePort());
        long pid = up(redis).getFirst().pid();
        assertThat(new LocalDatastores().up(List.of(redis), folder, this::note).getFirst().pid())
                .isEqualTo(pid);
        assertThat(said).contains("redis: runs already (process " + pid + ")");
        Path kept = folder.resolve("redis/data/kept");
        Files.writeString(kept, "x");
        datastores.down(folder, this::note);
        assertThat(up(redis).getFirst().pid()).isNotEqualTo(pid);
        assertThat(kept).exists();
        datastores.wipe(folder, this::note);
        assertThat(folder.resolve("redis")).doesNotExist();
    }

    @Test
    void a_postgres_that_was_killed_comes_back_with_its_role_and_a_new_database() throws Exception {
        int port = freePort();
        String url = "postgres://app:pw@127.0.0.1:" + port;
        long pid = up(new LocalDatastore("pg", Engine.POSTGRES, url + "/one")).getFirst().pid();
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        server.destroyForcibly();
        server.onExit().join();
        assertThat(up(new LocalDatastore("pg", Engine.POSTGRES, url + "/two"))).hasSize(1);
        // A running one whose address changed is started anew.
        String renamed = "postgres://other:pw2@127.0.0.1:" + port + "/three";
        assertThat(up(new LocalDatastore("pg", Engine.POSTGRES, renamed))).hasSize(1);
        assertThat(said).contains("pg: runs but does not answer at its address: restarts");
    }

    @Test
    void a_process_that_only_has_the_recorded_number_is_not_ours() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            Path home = Files.createDirectories(folder.resolve("redis"));
            String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            Files.writeString(home.resolve("pid"), stranger.pid() + " 1 " + boot + " TERM\n");
            datastores.down(folder, this::note);
            assertThat(stranger.isAlive()).isTrue();
            assertThat(said).isEmpty();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void a_port_that_is_taken_is_said_with_who_holds_it() throws Exception {
        try (var holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(failure(redis(holder.getLocalPort())).reason())
                    .isEqualTo(
                            "its port %d is taken, held by java (process %d)"
                                    .formatted(
                                            holder.getLocalPort(), ProcessHandle.current().pid()));
        }
    }

    @Test
    void what_a_failing_start_began_is_stopped_again() throws Exception {
        try (var holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var first = redis(freePort());
            String url = "nats://localhost:" + holder.getLocalPort();
            var second = new LocalDatastore("nats", Engine.NATS, url);
            assertThatThrownBy(() -> datastores.up(List.of(first, second), folder, this::note))
                    .isInstanceOf(DatastoreFailure.class);
            assertThat(said).endsWith("redis: stopped");
            assertThat(datastores.status(List.of(first), folder))
                    .containsExactly(new DatastoreStatus.Down("redis"));
        }
    }

    @Test
    void a_server_that_ends_at_once_is_shown_with_its_last_words() throws Exception {
        var redis = redis(freePort());
        up(redis);
        datastores.down(folder, this::note);
        try (var files = Files.walk(folder.resolve("redis/data"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".manifest")).toList()) {
                Files.writeString(file, "this is no manifest\n");
            }
        }
        assertThat(failure(redis).reason()).contains("ended at once").contains("manifest");
    }

    @ParameterizedTest
    @CsvSource({
        "REDIS, redis-server, redis-server",
        "NATS, nats-server, nats-server",
        "CLICKHOUSE, clickhouse-server, clickhouse-server",
        "POSTGRES, postgres, postgresql",
    })
    void a_missing_program_is_said_with_the_command_that_installs_it(
            Engine engine, String program, String debianPackage) throws Exception {
        String scheme = engine.name().toLowerCase(Locale.ROOT);
        String url = scheme + "://a:b@localhost:" + freePort() + "/x";
        var wanted = new LocalDatastore("store", engine, url);
        var failure =
                catchThrowableOfType(
                        DatastoreFailure.class,
                        () -> new LocalDatastores("").up(List.of(wanted), folder, this::note));
        assertThat(failure.reason()).contains("`" + program + "` is not on this machine");
        assertThat(failure.hint()).isEqualTo("sudo apt-get install " + debianPackage);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://db.example.com:6379",
                "rediss://localhost:6379",
                "redis://localhost:1,localhost:2",
                "redis://u:a%0Ab@localhost:6379",
                "redis://u%20x:pw@localhost:6379",
                "postgres://u:pw@localhost:1/db",
            })
    void an_address_that_cannot_be_served_here_is_refused(String url) {
        assertThat(failure(new LocalDatastore("redis", Engine.REDIS, url)).hint()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../redis", "a/b", "", ".", "a b"})
    void a_name_that_leaves_the_folder_is_refused(String name) {
        var wanted = new LocalDatastore(name, Engine.REDIS, "redis://localhost:1");
        assertThat(failure(wanted).reason()).contains("cannot be a folder's");
    }

    @Test
    void a_second_belay_at_the_same_time_is_told_so() throws Exception {
        var inner = new ArrayList<DatastoreFailure>();
        datastores.up(
                List.of(redis(freePort())),
                folder,
                (name, line) -> {
                    try {
                        new LocalDatastores().down(folder, (_, _) -> {});
                    } catch (DatastoreFailure told) {
                        inner.add(told);
                    }
                });
        assertThat(inner).isNotEmpty();
        assertThat(inner.getFirst().reason()).contains("another Belay");
    }

    private List<DatastoreStatus.Up> up(LocalDatastore wanted) throws Exception {
        return datastores.up(List.of(wanted), folder, this::note);
    }

    private DatastoreFailure failure(LocalDatastore wanted) {
        return catchThrowableOfType(DatastoreFailure.class, () -> up(wanted));
    }

    private void note(String datastore, String line) {
        said.add(datastore + ": " + line);
    }

    private static LocalDatastore redis(int port) {
        return new LocalDatastore("redis", Engine.REDIS, "redis://localhost:" + port);
    }

    private static int freePort() throws IOException {
        return FreePort.choose();
    }
}
