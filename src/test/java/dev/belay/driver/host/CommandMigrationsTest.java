package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.MigrationContract;
import dev.belay.driver.TargetGround;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Commands of artifacts on this host change schemas as every target promises, and more is known of
/// what became of them.
class CommandMigrationsTest extends MigrationContract {
    @Override
    protected TargetGround ground(Path folder) throws Exception {
        return new HostGround(new Host(folder));
    }

    private Host host() {
        return ((HostGround) ground()).host;
    }

    @Test
    void killed_with_its_launcher_nobody_can_say_and_the_state_is_told() throws Exception {
        var dies = by("printf 2 > " + schema + "; exec sleep 1000", ":", "cat " + schema);
        CompletableFuture<Answer> answer = later(() -> up(dies, 1));
        await("it has begun", () -> !calls().isEmpty());
        await("it has changed something", () -> Files.readString(schema).equals("2"));
        host().close();
        assertThat(answer.join()).isInstanceOf(Answer.InDoubt.class);
        assertThat(probe(dies, 2))
                .isInstanceOfSatisfying(
                        Finding.Unknowable.class,
                        no ->
                                assertThat(no.why())
                                        .contains("nobody saw how")
                                        .contains(
                                                "`status` printed `1` before it, and prints `2`"));
        assertThat(calls()).hasSize(1);
    }

    @Test
    void where_the_records_were_deleted_nothing_is_taken_back_by_guess() throws IOException {
        assertThat(up(to(2), 1)).isInstanceOf(Answer.Done.class);
        Path scope = host().state.resolve("instances/local/api");
        Files.move(scope, folder().resolve("gone"));
        failed(down(to(2), 2), "there is no record of where the schema was before");
        failed(down(to(2), 3), "there is no record of where the schema was before");
        assertThat(schema).hasContent("2");
    }
}
