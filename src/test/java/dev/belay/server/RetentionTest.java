package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A whole control plane that is deployed to many times: its folder must not grow for ever, and
/// nothing may go that something goes back to.
class RetentionTest {
    private static final int DEPLOYS = 11;
    private static final Set<String> ENDED =
            Set.of("completed", "rolled-back", "rejected", "superseded", "held");

    /// Of each of two components: what runs and five rollback targets.
    private static final int NEEDED_MAX = 2 * 6;

    @TempDir private Path folder;
    private ControlPlane plane;
    private Client client;
    private int keys;
    private final Map<String, String> artifacts = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(folder.resolve("site"));
        int port = FreePort.choose();
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  ticker:
                    kind: worker
                    build: {run: sh build.sh, inputs: [source.txt], output: out}
                    run: sh work.sh
                    stop: {grace: 1s}
                  web:
                    kind: frontend
                    static: site
                    port: %d
                environments:
                  local: {target: process, rollout: {soak: 0s}}
                """
                        .formatted(port));
        Files.writeString(
                folder.resolve("build.sh"),
                "mkdir -p out\n(echo \"# $(cat source.txt)\"; echo exec sleep 600) > out/work.sh\n");
        begin(new Retention(1, Duration.ZERO));
    }

    private void begin(Retention retention) throws IOException {
        plane = TestPlane.start(Settings.of(folder).with(retention));
        client = new Client(plane.port(), Files.readString(folder.resolve(".belay/token")));
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        Leftovers.end(folder.resolve(".belay"));
    }

    @Test
    void many_deploys_leave_a_bounded_folder_in_which_every_listed_rollback_target_is_whole()
            throws Exception {
        for (int i = 1; i <= DEPLOYS; i++) {
            deploy("v" + i);
        }
        awaitOnly(NEEDED_MAX);
        awaitOnly("artifacts/unpacked", NEEDED_MAX);
        awaitOnly("artifacts/locks", NEEDED_MAX);
        // Only the worker is built.
        awaitOnly("builds/from", NEEDED_MAX / 2);

        Files.writeString(folder.resolve("source.txt"), "next");
        Files.writeString(folder.resolve("site/index.html"), "next");
        JsonNode plan = client.post("/api/v1/plans", "{\"environment\": \"local\"}").json();
        var listed = new HashSet<String>();
        plan.path("plans")
                .forEach(one ->
                        one.path("targets")
                                .forEach(target ->
                                        listed.add(
                                                artifacts.get(
                                                        target.path("revision").asString()))));
        assertThat(listed).hasSize(10).doesNotContainNull();
        assertThat(stored()).containsAll(listed);

        // There and back again, and nothing on the way was missing.
        for (int i = 0; i < 3; i++) {
            assertThat(rollBack()).isEqualTo("completed");
            assertThat(running()).contains(i % 2 == 0 ? "# v" + (DEPLOYS - 1) : "# v" + DEPLOYS);
        }
    }

    @Test
    void what_was_only_planned_stays_for_a_while_and_the_start_of_a_control_plane_removes_it()
            throws Exception {
        plane.close();
        begin(new Retention(1, Duration.ofHours(1)));
        deploy("v1");
        Set<String> before = stored();
        Files.writeString(folder.resolve("source.txt"), "planned");
        client.post("/api/v1/plans", "{\"environment\": \"local\"}");
        assertThat(stored()).hasSize(before.size() + 1);
        String site = "other";
        Files.writeString(folder.resolve("site/index.html"), site);
        assertThat(client.post("/api/v1/plans", "{\"environment\": \"local\"}").status())
                .isEqualTo(200);
        assertThat(stored()).hasSize(before.size() + 2);

        plane.close();
        begin(new Retention(1, Duration.ZERO));
        awaitOnly(before.size());
        assertThat(stored()).isEqualTo(before);
    }

    private void deploy(String word) throws Exception {
        Files.writeString(folder.resolve("source.txt"), word);
        Files.writeString(folder.resolve("site/index.html"), word);
        keys++;
        JsonNode made =
                client.post(
                                "/api/v1/releases",
                                "{\"environment\": \"local\", \"requestKey\": \"k%d\"}"
                                        .formatted(keys))
                        .json();
        assertThat(made.path("releases").size()).as(made.toString()).isPositive();
        for (JsonNode release : made.path("releases")) {
            assertThat(end(release.asString())).isEqualTo("completed");
            client.get("/api/v1/releases/" + release.asString() + "/plan")
                    .json()
                    .path("revisions")
                    .properties()
                    .forEach(revision ->
                            artifacts.put(
                                    revision.getKey(),
                                    revision.getValue().path("artifact").asString().substring(7)));
        }
    }

    private String rollBack() throws Exception {
        keys++;
        var answer =
                client.post(
                        "/api/v1/rollbacks",
                        "{\"environment\": \"local\", \"requestKey\": \"k%d\"}".formatted(keys));
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        String state = "completed";
        for (JsonNode release : answer.json().path("releases")) {
            String ended = end(release.asString());
            state = ended.equals("completed") ? state : ended;
        }
        return state;
    }

    private String end(String release) throws InterruptedException {
        return client.await(
                        "/api/v1/releases/" + release,
                        view -> ENDED.contains(view.at("/release/state").asString()))
                .at("/release/state")
                .asString();
    }

    /// The script of the one worker that runs.
    private String running() throws IOException {
        JsonNode status = client.get("/api/v1/environments/local/status").json();
        for (JsonNode component : status.path("components")) {
            long pid = component.at("/revisions/0/instances/0/pid").asLong();
            if (pid > 0) {
                return Files.readString(Path.of("/proc/" + pid + "/cwd/work.sh"));
            }
        }
        throw new AssertionError("no worker runs: " + status);
    }

    private void awaitOnly(int count) throws Exception {
        awaitOnly("artifacts/archives", count);
    }

    /// An artifact goes in several steps, and the sweeper is another thread: each is waited for.
    private void awaitOnly(String place, int count) throws Exception {
        client.await(
                "/healthz",
                _ -> {
                    try {
                        return files(place).size() <= count;
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private Set<String> stored() throws IOException {
        return files("artifacts/archives").stream()
                .map(name -> name.replace(".tar", ""))
                .collect(Collectors.toSet());
    }

    private Set<String> files(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(".belay").resolve(name))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
