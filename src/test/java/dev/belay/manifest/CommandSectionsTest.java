package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.release.DeployCommands;
import dev.belay.release.Launch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `target: command`, and what components say for it.
class CommandSectionsTest {
    @TempDir private Path folder;

    private static final String TEXT =
            """
            platform: shop
            components:
              web: {kind: frontend, build: {output: dist}, %s}
            environments:
              production: {target: command}
            """;

    private Component web(String more) {
        EnvironmentView view = view(good(folder, TEXT.formatted(more)), "production");
        assertThat(view.target()).isEqualTo(new Target.Commands());
        return Objects.requireNonNull(view.components().get("web"));
    }

    private static DeployCommands commands(Component component) {
        Launch launch = Objects.requireNonNull(Component.launchOf(component.kind()));
        return Objects.requireNonNull(launch.commands());
    }

    @Test
    void it_needs_neither_a_port_nor_a_folder_of_files() {
        var web = web("commands: {deploy: ./ops deploy, promote: [./ops, promote], timeout: 3m}");

        assertThat(web.kind())
                .isInstanceOfSatisfying(
                        Component.Service.class,
                        service -> {
                            assertThat(service.port()).isZero();
                            assertThat(service.instances()).isEqualTo(1);
                            assertThat(service.launch().command()).isEmpty();
                        });
        assertThat(commands(web).byKey())
                .containsExactly(
                        Map.entry("deploy", List.of("./ops", "deploy")),
                        Map.entry("promote", List.of("./ops", "promote")));
        assertThat(commands(web).timeout()).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void without_promote_there_is_nothing_to_send_anywhere() {
        assertThat(web("commands: {deploy: ./ops, remove: 'true'}").kind())
                .isInstanceOf(Component.Worker.class);
    }

    @Test
    void a_preset_has_commands_and_those_beside_it_take_their_place() {
        DeployCommands by =
                commands(web("commands: {preset: object-storage, promote: ./purge-and-promote}"));

        assertThat(by.deploy()).containsExactly("@object-storage", "deploy");
        assertThat(by.promote()).containsExactly("./purge-and-promote");
        assertThat(by.tells()).isTrue();
        assertThat(by.probe()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "port: 80 | manifest/missing-key | has no `commands`",
                "commands: {observe: ./ops} | manifest/missing-key | must have `deploy`",
                "commands: {deploy: ./ops} | manifest/missing-key | neither `promote` nor `remove`",
                "'public: {values: [A]}, commands: {preset: object-storage}' | manifest/not-yet | `public`",
                "'strategy: rolling, commands: {preset: object-storage}' | manifest/not-yet | in parts",
                "commands: {preset: object-store} | manifest/wrong-value | object-storage",
            })
    void what_is_missing_or_says_nothing_is_a_problem(String more, String code, String says) {
        List<Problem> found = problems(folder, TEXT.formatted(more));

        assertThat(found)
                .anySatisfy(problem -> {
                    assertThat(problem.code()).isEqualTo(code);
                    assertThat(problem.toString()).contains(says);
                });
    }

    @Test
    void elsewhere_they_say_nothing() {
        String text =
                """
                platform: shop
                components:
                  web: {kind: frontend, static: dist, port: 80, commands: {preset: object-storage}}
                environments:
                  local: {target: process}
                """;

        assertThat(
                        Objects.requireNonNull(
                                        view(good(folder, text), "local").components().get("web"))
                                .kind())
                .isInstanceOf(Component.Frontend.class);
    }
}
