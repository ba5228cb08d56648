package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.ReleaseWindow;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `gates: {window: …}`.
class WindowSectionsTest {
    private static final String TEXT =
            """
            platform: shop
            components:
              api: {kind: service, run: ./api, port: 80}
            environments:
              local: {target: process, gates: {window: %s}}
            """;

    @TempDir private Path folder;

    private Gates gates(String window) {
        return view(good(folder, TEXT.formatted(window)), "local").gates();
    }

    @Test
    void one_or_several_windows_are_read_with_their_holidays() {
        assertThat(
                        gates(
                                        "{days: mon-thu, hours: \"09:00-16:00\", zone: Europe/Oslo,"
                                                + " holidays: [2026-12-24, 2027-01-01]}")
                                .windows())
                .containsExactly(
                        ReleaseWindow.of(
                                "mon-thu",
                                "09:00-16:00",
                                ZoneId.of("Europe/Oslo"),
                                List.of(LocalDate.of(2026, 12, 24), LocalDate.of(2027, 1, 1))));
        assertThat(gates("[{days: 'sat,sun'}, {hours: \"22:00-04:00\"}]").windows())
                .extracting(ReleaseWindow::text)
                .containsExactly("sat-sun 00:00-00:00 UTC", "mon-sun 22:00-04:00 UTC");
        assertThat(gates("{}").windows()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{days: weekdays}",
                "{days: mon-wed-fri}",
                "{days: ''}",
                "{days: 'mon,'}",
                "{hours: \"9-16\"}",
                "{hours: \"09:00-24:00\"}",
                "{zone: Europe/Olso}",
                "{holidays: [2026-02-30]}",
                "{holidays: [christmas]}",
                "{holidays: 2026-12-24}",
                "{day: mon}",
                "[]",
                "always"
            })
    void what_is_no_window_is_refused(String window) {
        assertThat(problems(folder, TEXT.formatted(window))).as(window).isNotEmpty();
    }
}
