package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Instance;
import dev.belay.driver.probe.HealthAnswer;
import dev.belay.driver.probe.HealthProbe;
import dev.belay.driver.probe.ProbeTarget;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Instances that listen at a Unix socket.
class SocketInstanceTest {
    private static final String SERVES =
            "exec node -e 'require(\"http\").createServer((q, s) => s.end(\"port \" +"
                    + " process.env.PORT)).listen(process.env.SOCKET)'";

    @TempDir private Path folder;
    private Host host;

    @BeforeEach
    void start() {
        host = new Host(folder);
        host.listen = Launch.Listen.SOCKET;
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private static boolean well(Instance instance, Health.Check check) {
        var target =
                new ProbeTarget(
                        UnixDomainSocketAddress.of(instance.socket()),
                        () -> true,
                        Path.of("/"),
                        Map.of());
        return new HealthProbe().ask(check, target, Duration.ofSeconds(5))
                instanceof HealthAnswer.Well;
    }

    @Test
    void each_listens_at_its_own_which_nobody_else_may_reach_and_no_port() throws Exception {
        var v1 = host.revision("api-1", SERVES);
        host.scaled(v1, 2);
        assertThat(host.instances())
                .hasSize(2)
                .allMatch(one -> one.port() == 0)
                .extracting(Instance::socket)
                .doesNotHaveDuplicates();
        var page =
                new Health.Http("/", new Health.StatusRange(200, 200), Map.of(), "port undefined");
        for (Instance one : host.instances()) {
            Host.await("it answers", () -> well(one, page));
            assertThat(well(one, new Health.Tcp())).isTrue();
            Path inside = Path.of(one.socket()).getParent();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void what_a_killed_one_left_is_gone_before_the_next_start_and_after_the_end() throws Exception {
        var v1 = host.revision("api-1", SERVES);
        host.scaled(v1, 1);
        Instance first = host.only();
        Path file = Path.of(first.socket());
        Host.await("it listens", () -> well(first, new Health.Tcp()));
        host.kill("KILL", first.pid());
        Host.await("it is dead", () -> !Host.lives(first.pid()));
        host.scaled(v1, 1);
        Host.await("the next one listens", () -> well(first, new Health.Tcp()));
        assertThat(host.only().socket()).isEqualTo(first.socket());
        host.kill("KILL", host.only().pid());
        host.scaled(v1, 0);
        assertThat(file).doesNotExist();
    }

    @Test
    void a_state_folder_too_deep_for_it_is_a_sentence_and_nothing_starts() throws Exception {
        host.close();
        host = new Host(folder.resolve("d".repeat(100)));
        host.listen = Launch.Listen.SOCKET;
        assertThat(host.scale(host.revision("api-1", SERVES), 1))
                .isInstanceOf(Answer.Failed.class)
                .asString()
                .contains("107 is the most")
                .contains("shorter path");
        assertThat(host.instances()).isEmpty();
    }

    @Test
    void a_record_of_before_there_were_sockets_is_read() throws Exception {
        host.listen = Launch.Listen.PORT;
        host.scaled(host.revision("api-1", Host.SLEEPS), 1);
        Path record = host.folder(host.only()).path().resolve("record.json");
        String old = Files.readString(record).replace("\"socket\":\"\",", "");
        assertThat(old).doesNotContain("socket");
        Files.writeString(record, old);
        assertThat(host.only().socket()).isEmpty();
        assertThat(host.only().port()).isPositive();
    }
}
