package dev.belay.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.Terminal;
import dev.belay.cli.client.Login;
import dev.belay.cli.client.Workspace;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonsTest {
    @Test
    void what_was_stopped_on_purpose_is_not_started_by_who_only_looks(@TempDir Path folder)
            throws Exception {
        Files.createDirectory(folder.resolve(".belay"));
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        var context = new Context(new Terminal(out, out, false, false), folder, Map.of());
        var daemons =
                new Daemons(context, new Workspace(folder, folder.resolve(".belay"), Login.OWNER));
        daemons.stayDown();

        assertThatThrownBy(daemons::controlPlane)
                .isInstanceOfSatisfying(
                        Stop.class,
                        stop -> {
                            assertThat(stop.code()).isEqualTo(ExitCode.WAITING);
                            assertThat(stop.text()).contains("`belay down`").contains("`belay up`");
                        });
        daemons.revive();
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }
}
