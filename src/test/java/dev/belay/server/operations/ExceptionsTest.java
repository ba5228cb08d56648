package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Reading;
import dev.belay.plan.Plan;
import dev.belay.plan.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExceptionsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 29);

    @TempDir private Path folder;
    private EnvironmentView view;

    @BeforeEach
    void read() throws Exception {
        Path file = folder.resolve("belay.yaml");
        Files.writeString(
                file,
                """
                platform: small
                components:
                  api: {kind: service, build: {output: app}, run: sh run.sh, port: 3000}
                  verify: {kind: worker, build: {output: app}, run: sh run.sh}
                environments:
                  local: {target: process}
                """);
        Files.createDirectory(folder.resolve("app"));
        view = value(value(ManifestReader.read(file)).in("local"));
    }

    private static <T> T value(Reading<T> reading) {
        if (reading instanceof Reading.Read<T>(T value)) {
            return value;
        }
        throw new AssertionError(reading);
    }

    private Selection dated(String until, String... skip) {
        var asked = new Selection(List.of(), List.of(skip), List.of(), "ada", "users wait");
        return Exceptions.dated(asked, view, until, TODAY);
    }

    @Test
    void what_is_excepted_is_so_for_a_week_or_a_month_at_most() {
        assertThat(dated("", "soak").until()).isEqualTo("2026-12-06");
        assertThat(dated("2026-11-29", "soak").until()).isEqualTo("2026-11-29");
        assertThat(dated("2026-12-29", "promotion").until()).isEqualTo("2026-12-29");
        for (String day : List.of("2026-12-30", "2026-11-28", "2027-11-29", "tomorrow", "30d")) {
            assertThatThrownBy(() -> dated(day, "soak"))
                    .isInstanceOf(Denied.class)
                    .hasMessageContaining("request/until")
                    .hasMessageContaining(day);
        }
    }

    @Test
    void less_work_is_no_exception() {
        assertThat(dated("", "api").until()).isNull();
        // A component hides the phase of its name.
        assertThat(dated("", "verify").until()).isNull();
        assertThat(dated("", "frontends").until()).isNull();
        assertThatThrownBy(() -> dated("2026-12-01", "api"))
                .hasMessageContaining("nothing is excepted from what `local` asks for");
    }

    @Test
    void one_that_is_over_is_shown_while_it_is_still_so() {
        assertThat(notices("soak", TODAY))
                .containsExactly(
                        new Notice(
                                "exception",
                                "api, web runs by local-7 without `soak`, asked by ada, until"
                                        + " 2026-11-29: users wait",
                                false));
        assertThat(notices("soak", TODAY.plusDays(1))).isEmpty();
        assertThat(notices("promotion", TODAY.plusDays(1)))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.wrong()).isTrue();
                    assertThat(one.text()).contains("which was over on 2026-11-29");
                });
    }

    private static List<Notice> notices(String what, LocalDate on) {
        return Exceptions.notice(
                new Plan.Skip(what, "ada", "users wait", TODAY),
                "local-7",
                new java.util.TreeSet<>(Set.of("api", "web")),
                on);
    }
}
