package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.belay.driver.Answer;
import dev.belay.driver.Order;
import dev.belay.driver.Target;
import dev.belay.driver.TestProgram;
import dev.belay.driver.ToldRouter;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs in pods are asked through the API server.
class PortForwardTest {
    @TempDir private Path folder;
    private FakeGround ground;
    private Target target;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void start() throws Exception {
        ground = FakeGround.forwarding(folder);
        target = ground.target(new ToldRouter());
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    private Revision running(String id, TestProgram program) {
        Revision revision = ground.revision(id, program);
        var order = new Order(KubernetesGround.SCOPE, 1, "r-1", 3, Duration.ofSeconds(30));
        assertThat(target.scale(new Work.Scale(revision, 1), order))
                .isInstanceOf(Answer.Done.class);
        return revision;
    }

    private Target.Reach reach(Revision revision) {
        return target.reach(KubernetesGround.SCOPE, revision.id(), false).orElseThrow();
    }

    private HttpResponse<byte[]> get(URI base, String path) throws Exception {
        var request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(20));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private byte[] awaited(URI base, String path) {
        var answer = new byte[1][];
        assertThat(
                        Deadline.in(Duration.ofSeconds(20))
                                .await(() -> {
                                    try {
                                        answer[0] = get(base, path).body();
                                        return true;
                                    } catch (IOException e) {
                                        return false;
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                }))
                .as("it listens")
                .isTrue();
        return answer[0];
    }

    @Test
    void what_a_pod_answers_comes_whole_and_several_times() throws Exception {
        Revision revision = running("api-1", TestProgram.ANSWERS);
        byte[] large = new byte[3 << 20];
        new Random(7).nextBytes(large);
        try (var pods = Files.list(folder.resolve("pods"))) {
            Files.write(pods.findFirst().orElseThrow().resolve("large"), large);
        }
        try (Target.Reach reach = reach(revision)) {
            assertThat(new String(awaited(reach.address(), "/"), StandardCharsets.UTF_8).strip())
                    .isEqualTo("api-1");
            assertThat(get(reach.address(), "/large").body()).isEqualTo(large);
            assertThat(get(reach.address(), "/none").statusCode()).isEqualTo(404);
            assertThat(reach.trouble()).isEmpty();
        }
    }

    @Test
    void where_nobody_listens_the_cluster_says_so() {
        Revision revision = running("api-1", TestProgram.WAITS);
        try (Target.Reach reach = reach(revision)) {
            assertThat(catchThrowable(() -> get(reach.address(), "/")))
                    .isInstanceOf(IOException.class);
            assertThat(Deadline.in(Duration.ofSeconds(10)).await(() -> !reach.trouble().isEmpty()))
                    .isTrue();
            assertThat(reach.trouble()).contains("cannot reach port 8080");
        }
    }

    @Test
    void when_it_is_closed_nobody_gets_in_any_more() {
        Revision revision = running("api-1", TestProgram.ANSWERS);
        Target.Reach reach = reach(revision);
        awaited(reach.address(), "/");
        reach.close();

        assertThat(catchThrowable(() -> get(reach.address(), "/"))).isInstanceOf(IOException.class);
    }

    @Test
    void a_revision_without_a_ready_pod_is_not_reached() {
        assertThat(target.reach(KubernetesGround.SCOPE, "api-7", false)).isEmpty();
    }
}
