package dev.belay.driver.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "latest", "node", ">=", "*"})
    void a_range_without_a_version_is_satisfied_by_nothing(String range) {
        assertThat(Tools.satisfies("20.1.0", range)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "18.19.1, >=18, true",
        "18.0.0, >=18.0.1, false",
        "9.15.0, >=18, false",
        "8.15.4, 8, true",
        "9.0.0, 8, false",
        "8.15.4, 8.15, true",
        "8.15.4, =8.14, false",
        "20.1.0, >=20 <23, true",
        "23.0.0, >=20 <23, false",
        "22.99.9, <23, true",
        "23.5.1, <=23, true",
        "24.0.0, <=23, false",
        "20.0.0, >20, false",
        "20.0.1, >20, true",
        "1.9.3, ^1.2, true",
        "1.1.9, ^1.2, false",
        "2.0.0, ^1.2, false",
        "1.2.9, ~1.2.3, true",
        "1.2.2, ~1.2.3, false",
        "1.3.0, ~1.2.3, false",
        "1.9, ~1, true",
        "3.11, >=3.9, true",
        "21, >=21.0.0, true"
    })
    void every_part_of_a_range_holds_or_it_does_not(String version, String range, boolean fits) {
        assertThat(Tools.satisfies(version, range)).isEqualTo(fits);
    }

    @Test
    void what_is_not_installed_or_too_old_is_said_with_a_way_to_get_it() {
        var tools = new Tools();

        assertThat(tools.missing("no-such-tool-here", ">=1"))
                .contains(
                        new Tools.Missing(
                                "`no-such-tool-here` is not installed",
                                "`sudo apt-get install no-such-tool-here`"));
        assertThat(tools.missing("bash", ">=1")).isEmpty();
        assertThat(tools.missing("bash", ">=999").orElseThrow().reason())
                .startsWith("`bash` is ")
                .endsWith(", and >=999 is wanted");
    }
}
