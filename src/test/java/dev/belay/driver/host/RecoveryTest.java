package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.process.ProcessRunner;
import dev.belay.release.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is found running, beside what is written of it.
class RecoveryTest {
    private static final Scope SCOPE = new Scope("local", Scope.Kind.COMPONENT, "api");

    @TempDir private Path state;
    private ScopeFolder scope;
    private InstanceFolder instance;
    private Process process;

    @BeforeEach
    void itRuns() throws Exception {
        var artifacts = new ArtifactStore(state.resolve("artifacts"));
        var runners = new Runners(List.of(new ProcessRunner(state, artifacts)));
        scope = new Records(state, runners).of(SCOPE);
        instance = scope.instance("api-1", 1);
        var environment = new HashMap<>(Names.instance(state, SCOPE, instance.id()));
        environment.put(Names.REVISION, "api-1");
        environment.put(Names.NUMBER, "1");
        environment.put(Names.RUN, "1");
        environment.put(Names.TOKEN, "7");
        var builder = new ProcessBuilder("sleep", "600");
        builder.environment().putAll(environment);
        process = builder.start();
    }

    @AfterEach
    void itEnds() throws Exception {
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }

    private Path claim() throws Exception {
        return instance.run(instance.read()).folder().resolve("claim");
    }

    private InstanceRecord launched(Instant when) {
        return new InstanceRecord(
                Recipe.PROCESS,
                1,
                0,
                "",
                7,
                Boot.ID,
                process.pid(),
                when,
                List.of(),
                0,
                Instant.EPOCH,
                false,
                Instant.EPOCH);
    }

    @Test
    void what_has_no_record_gets_it_back() throws Exception {
        Recovery.recover(scope);
        assertThat(instance.read().run()).isEqualTo(1);
        assertThat(claim()).content().startsWith(process.pid() + " ");
        assertThat(instance.life()).isInstanceOf(Life.Alive.class);
    }

    @Test
    void what_was_just_launched_claims_its_run_itself() throws Exception {
        instance.write(launched(Instant.now()));
        Recovery.recover(scope);
        assertThat(claim()).doesNotExist();
    }

    @Test
    void what_lost_its_claim_long_ago_gets_it_back() throws Exception {
        instance.write(launched(Instant.now().minus(Duration.ofHours(1))));
        Recovery.recover(scope);
        assertThat(claim()).exists();
        assertThat(Files.readString(claim())).startsWith(process.pid() + " ");
    }
}
