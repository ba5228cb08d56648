package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Target;
import dev.belay.driver.command.CommandRouter;
import dev.belay.driver.s3.ObjectStorage;
import dev.belay.release.DeployCommands;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The preset for static files, against a storage that checks every signature and every hash.
class ObjectStorageTargetTest {
    private static final DeployCommands PRESET =
            new DeployCommands(
                    preset("deploy"),
                    preset("observe"),
                    preset("promote"),
                    preset("rollback"),
                    List.of(),
                    List.of(),
                    preset("remove"),
                    Duration.ofSeconds(20));

    @TempDir private Path folder;
    private CommandGround ground;
    private ObjectStorage storage;
    private Target target;
    private CommandRouter router;
    private final AtomicLong tokens = new AtomicLong();

    private static List<String> preset(String verb) {
        return List.of("@object-storage", verb);
    }

    @BeforeEach
    void begin() throws IOException {
        ground = new CommandGround(folder);
        storage = new ObjectStorage();
        ground.host.plain.putAll(
                Map.of(
                        "S3_ENDPOINT",
                        storage.url(),
                        "S3_BUCKET",
                        ObjectStorage.BUCKET,
                        "S3_PREFIX",
                        "web",
                        "AWS_REGION",
                        "eu-north-1",
                        "AWS_ACCESS_KEY_ID",
                        ObjectStorage.KEY_ID));
        ground.secret("AWS_SECRET_ACCESS_KEY", ObjectStorage.SECRET);
        target = ground.target(ground.host.table);
        router = new CommandRouter(ground.commands());
    }

    @AfterEach
    void end() throws IOException {
        ground.close();
        storage.close();
    }

    private Order order() {
        return new Order(Host.SCOPE, tokens.incrementAndGet(), "r-1", 3, Host.PATIENCE);
    }

    private Answer scale(Revision revision, int instances) {
        return target.scale(new Work.Scale(revision, instances), order());
    }

    private void promoted(Revision to) {
        var line = new Traffic(0, List.of(new Traffic.Share(to.id(), 100, 1)));
        assertThat(router.route(new Work.Route("api", line, List.of(to)), order()))
                .isInstanceOf(Answer.Done.class);
    }

    private String live() {
        return new String(
                storage.objects().getOrDefault("web/live", new byte[0]), StandardCharsets.UTF_8);
    }

    @Test
    void revisions_lie_beside_each_other_and_a_pointer_says_which_is_live() throws Exception {
        var v1 = ground.revision("api-1", "", PRESET);
        var v2 = ground.revision("api-2", "", PRESET);

        assertThat(scale(v1, 1)).isInstanceOf(Answer.Done.class);
        assertThat(target.ready(new Work.Ready(v1, 1), order()))
                .get()
                .isInstanceOf(Look.Done.class);
        promoted(v1);
        assertThat(scale(v2, 1)).isInstanceOf(Answer.Done.class);
        assertThat(live()).isEqualTo("api-1");
        promoted(v2);
        assertThat(live()).isEqualTo("api-2");
        promoted(v1);
        assertThat(live()).isEqualTo("api-1");
        assertThat(storage.objects().get("web/revisions/api-2/index.html"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("api-2");

        assertThat(scale(v2, 0)).isInstanceOf(Answer.Done.class);
        assertThat(storage.objects())
                .containsOnlyKeys(
                        "web/live",
                        "web/revisions/api-1/index.html",
                        "web/revisions/api-1/main.sh",
                        "web/revisions/api-1.complete");
    }

    @Test
    void who_is_not_let_in_is_refused_for_good() throws Exception {
        ground.secret("AWS_SECRET_ACCESS_KEY", "another");
        target = ground.target(ground.host.table);

        assertThat(scale(ground.revision("api-1", "", PRESET), 1))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        no -> assertThat(no.reason()).contains("the storage refuses it"));
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void a_storage_that_is_away_is_asked_again() throws Exception {
        storage.close();

        assertThat(scale(ground.revision("api-1", "", PRESET), 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class, no -> assertThat(no.retryable()).isTrue());
        storage = new ObjectStorage();
    }
}
