package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Components whose environments say that commands deploy them: a shell script with a folder for a
/// service of somebody else. Every test has an environment of its own, and all have one control
/// plane.
class CommandedTest {
    /// Keeps revisions in a folder, refuses tokens that are not greater than the last one, and does
    /// before each command what a test asks for.
    private static final String OPS =
            """
            set -eu
            here=$CLOUD/$BELAY_ENVIRONMENT
            mkdir -p "$here/stands"
            echo "$1 $(cat index.html)" >> "$here/calls"
            if [ -e "$here/before-$1" ]; then . "$here/before-$1"; fi
            case $1 in
              deploy|promote|rollback|remove)
                last=$(cat "$here/token" 2> /dev/null || echo 0)
                [ "$BELAY_TOKEN" -gt "$last" ] || exit 77
                echo "$BELAY_TOKEN" > "$here/token" ;;
            esac
            case $1 in
              deploy)
                cp index.html "$here/stands/$BELAY_REVISION"
                echo "{\\"deployment\\": \\"dpl-$(cat index.html)\\"}" ;;
              observe)
                if [ "$(cat "$here/live" 2> /dev/null)" = "$BELAY_REVISION" ]; then
                  echo '{"state": "live"}'
                elif [ -e "$here/stands/$BELAY_REVISION" ]; then echo '{"state": "ready"}'
                else echo '{"state": "absent"}'; fi ;;
              promote|rollback) echo "$BELAY_REVISION" > "$here/live" ;;
              probe) grep -qv ill "$here/stands/$BELAY_REVISION" || exit 77 ;;
              remove)
                rm -f "$here/stands/$BELAY_REVISION"
                [ "$(cat "$here/live" 2> /dev/null)" != "$BELAY_REVISION" ] || rm "$here/live" ;;
            esac
            if [ -e "$here/after-$1" ]; then . "$here/after-$1"; fi
            """;

    private static final String ALL =
            "deploy: sh ops.sh deploy, observe: sh ops.sh observe, promote: sh ops.sh promote,"
                    + " rollback: sh ops.sh rollback, probe: sh ops.sh probe, remove: sh ops.sh"
                    + " remove, timeout: 20s";

    @TempDir private static Path folder;
    private static Whole whole;

    @BeforeAll
    static void start() throws Exception {
        whole = new Whole(folder);
        Files.writeString(folder.resolve("app/ops.sh"), OPS);
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  web:
                    kind: frontend
                    build: {output: app}
                    env: {values: {CLOUD: "%s"}}
                    commands: {%s}
                environments:
                  local: {target: command, rollout: {soak: 0s}}
                  ill: {target: command, rollout: {soak: 0s}}
                  seen: {target: command, rollout: {soak: 0s}}
                  blind:
                    target: command
                    rollout: {soak: 0s}
                    components: {web: {commands: {observe: null}}}
                """
                        .formatted(Files.createDirectory(folder.resolve("cloud")), ALL));
        whole.start();
    }

    @AfterAll
    static void stop() throws Exception {
        whole.end();
    }

    private static void writes(String word) throws IOException {
        Files.writeString(folder.resolve("app/index.html"), word + "\n");
    }

    private static void ships(String environment, String word) throws Exception {
        writes(word);
        whole.released(environment, Map.of());
    }

    private static List<String> calls(String environment) throws IOException {
        return Files.readAllLines(folder.resolve("cloud/" + environment + "/calls")).stream()
                .filter(line -> !line.startsWith("observe") && !line.startsWith("probe"))
                .toList();
    }

    private static String live(String environment) throws IOException {
        Path cloud = folder.resolve("cloud/" + environment);
        return Files.readString(
                        cloud.resolve("stands")
                                .resolve(Files.readString(cloud.resolve("live")).strip()))
                .strip();
    }

    @Test
    void a_revision_is_deployed_and_promoted_and_the_one_before_comes_back() throws Exception {
        ships("local", "v1");
        assertThat(live("local")).isEqualTo("v1");
        assertThat(calls("local")).containsExactly("deploy v1", "promote v1");

        ships("local", "v2");
        assertThat(live("local")).isEqualTo("v2");
        assertThat(calls("local"))
                .containsExactly("deploy v1", "promote v1", "deploy v2", "promote v2", "remove v1");

        assertThat(whole.belay("rollback", "local", "--reason", "as before").text())
                .contains("completed");
        assertThat(live("local")).isEqualTo("v1");
        assertThat(calls("local").subList(5, 8))
                .as("it was removed, and is deployed anew")
                .containsExactly("deploy v1", "promote v1", "remove v2");
    }

    @Test
    void one_that_is_not_well_gets_no_requests_and_is_removed() throws Exception {
        ships("ill", "v1");
        writes("ill");

        JsonNode shown = rolledBack("ill");

        assertThat(live("ill")).isEqualTo("v1");
        assertThat(calls("ill"))
                .containsExactly("deploy v1", "promote v1", "deploy ill", "remove ill");
        assertThat(shown.path("because").asString()).contains("`probe` says that it will not be");

        // Nobody knows who has the requests after that.
        hook("ill", "after-promote", "exit 1");
        writes("v3");
        rolledBack("ill");
        assertThat(live("ill")).isEqualTo("v1");
        assertThat(calls("ill").subList(4, 8))
                .containsExactly("deploy v3", "promote v3", "rollback v1", "remove v3");
    }

    private static JsonNode rolledBack(String environment) throws Exception {
        return whole.awaitState(release(environment), "rolled-back");
    }

    @Test
    void a_deploy_goes_on_while_the_control_plane_is_away_and_is_not_begun_again()
            throws Exception {
        hook("seen", "after-deploy", "while [ ! -e \"$here/go\" ]; do sleep 0.05; done");
        writes("v1");
        String release = release("seen");
        whole.await("it deploys", () -> Files.exists(cloud("seen").resolve("token")));

        whole.killServer();
        whole.start();
        Files.createFile(cloud("seen").resolve("go"));

        whole.awaitState(release, "completed");
        assertThat(calls("seen")).containsExactly("deploy v1", "promote v1");
        assertThat(live("seen")).isEqualTo("v1");

        // The launcher dies with it, so that its end is on no record: `observe` decides.
        hook("seen", "after-deploy", "kill -9 $PPID");
        ships("seen", "v2");
        assertThat(calls("seen").subList(2, 5))
                .containsExactly("deploy v2", "promote v2", "remove v1");
    }

    @Test
    void a_deploy_that_nobody_saw_end_is_a_persons_to_decide_where_nothing_observes()
            throws Exception {
        hook("blind", "after-deploy", "kill -9 $PPID");
        writes("v1");
        String release = release("blind");
        whole.awaitState(release, "held");

        assertThat(whole.belay("why", release).text())
                .contains("held/once-only", "no `observe`", "--mark-done");
        assertThat(calls("blind")).containsExactly("deploy v1");

        assertThat(
                        whole.belay(
                                        "decide",
                                        release,
                                        "--mark-done",
                                        "--step",
                                        stepOf(release),
                                        "--reason",
                                        "it is there")
                                .exit())
                .isZero();
        whole.awaitState(release, "completed");
        assertThat(calls("blind")).containsExactly("deploy v1", "promote v1");
    }

    /// As `why` advises.
    private static String stepOf(String release) throws Exception {
        Matcher step =
                Pattern.compile("--mark-done --step ([0-9]+)")
                        .matcher(whole.belay("why", release).text());
        assertThat(step.find()).isTrue();
        return step.group(1);
    }

    private static Path cloud(String environment) throws IOException {
        return Files.createDirectories(folder.resolve("cloud").resolve(environment));
    }

    /// What the service does around a command, from now on.
    private static void hook(String environment, String when, String does) throws IOException {
        Files.writeString(cloud(environment).resolve(when), does + "\n");
    }

    private static String release(String environment) throws Exception {
        Whole.Answer answer = whole.asked(environment, Map.of());
        return answer.json().path("releases").path(0).asString("no release: " + answer);
    }
}
