package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Canary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `rollout: {strategy: canary}`, and how it goes on.
class CanarySectionsTest {
    @TempDir private Path folder;

    private static String text(String rollout, String worker) {
        return """
        platform: shop
        components:
          api: {kind: service, run: ./api, port: 80}
          mail: {kind: worker, run: ./mail%s}
        environments:
          local: {target: process, rollout: {%s}}
        """
                .formatted(worker, rollout);
    }

    private EnvironmentView read(String rollout) {
        return view(good(folder, text(rollout, "")), "local");
    }

    private static Strategy strategy(EnvironmentView view, String name) {
        return switch (Objects.requireNonNull(view.components().get(name)).kind()) {
            case Component.Service service -> service.strategy();
            case Component.Worker worker -> worker.strategy();
            case Component.Frontend _, Component.Job _, Component.Contract _ ->
                    throw new AssertionError(name);
        };
    }

    @Test
    void all_but_the_strategy_is_as_usual() {
        EnvironmentView view = read("strategy: canary");
        assertThat(view.unsupported()).isEmpty();
        assertThat(view.canary()).isEqualTo(Canary.USUAL);
        assertThat(strategy(view, "api")).isEqualTo(Strategy.CANARY);
    }

    @Test
    void what_gets_no_requests_is_shipped_as_ever() {
        assertThat(strategy(read("strategy: canary"), "mail")).isEqualTo(Strategy.BLUE_GREEN);
    }

    @Test
    void everything_can_be_said() {
        String said =
                "strategy: canary, steps: [5%, 20%], step-time: 30s, step-limit: 1h, advance: time";
        String on = "}, roll-back-on: {error-rate: 1x, latency: +10%";
        assertThat(read(said + on).canary())
                .isEqualTo(
                        new Canary(
                                List.of(5, 20),
                                Duration.ofSeconds(30),
                                Duration.ofHours(1),
                                false,
                                0,
                                10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "steps: [10%, 5%] | must grow",
                "steps: [10%, 10%] | must grow",
                "steps: [0%] | must grow",
                "steps: [50%, 100%] | must grow",
                "steps: [] | steps",
                "steps: [1.5%] | percentage",
                "step-time: 3h | `step-limit` is shorter",
                "step-limit: 1m | `step-limit` is shorter",
                "soak: 0s}, roll-back-on: {error-rate: 0.9x | such as `1.25x`",
                "soak: 0s}, roll-back-on: {latency: +0% | such as `+5%`",
                "soak: 0s}, roll-back-on: {crash-loop: false | in any case",
                "advance: soon | advance"
            })
    void what_cannot_be_is_refused_with_its_place(String rollout, String message) {
        assertThat(problems(folder, text("strategy: canary, " + rollout, "")))
                .hasSize(1)
                .first()
                .satisfies(problem -> {
                    assertThat(problem.message()).contains(message);
                    assertThat(problem.place().toString()).contains(":6:");
                });
    }

    @Test
    void where_nothing_is_a_canary_nothing_is_compared() {
        assertThat(problems(folder, text("soak: 0s}, roll-back-on: {latency: +5%", "")))
                .hasSize(1)
                .first()
                .satisfies(problem ->
                        assertThat(problem.message()).contains("nothing here is a canary"));
    }

    @Test
    void a_worker_is_no_canary() {
        assertThat(problems(folder, text("soak: 0s", ", strategy: canary")))
                .hasSize(1)
                .first()
                .satisfies(problem ->
                        assertThat(problem.message()).contains("`mail` gets no requests"));
    }
}
