package dev.belay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which versions of clusters are understood, and how they are ordered.
class ClusterVersionTest {
    @ParameterizedTest
    @CsvSource({
        "1.20, 1.20",
        "v1.29.4, 1.29",
        "v1.29.4+k3s1, 1.29",
        "v1.28.9-eks-036c24b, 1.28",
        "1.27+, 1.27",
        "2.0, 2.0"
    })
    void versions_are_read_as_they_are_written(String written, String read) {
        assertThat(ClusterVersion.parse(written)).map(ClusterVersion::toString).contains(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.19",
                "0.99",
                "v",
                "1.x",
                "1.30 ",
                "-1.30",
                "1..30",
                "1.30;x",
                "1.30\n",
                "1.99999",
                "99999999999.1"
            })
    void nothing_else_is_a_version(String written) {
        assertThat(ClusterVersion.parse(written)).isEmpty();
    }

    @Test
    void what_came_with_a_version_is_in_every_later_one() {
        var first = new ClusterVersion(1, 30);
        assertThat(first).isGreaterThan(new ClusterVersion(1, 9));
        assertThat(new ClusterVersion(2, 0)).isGreaterThan(first);
        assertThat(new ClusterVersion(2, 0).sleeps()).isTrue();
        assertThat(new ClusterVersion(1, 29).sleeps()).isFalse();
    }
}
