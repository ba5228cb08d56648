package dev.belay.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ImageNameTest {
    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    private static String whole(String text) {
        return ImageName.read(text).map(ImageName::toString).orElse("none");
    }

    @Test
    void what_is_left_out_is_what_everybody_means() {
        assertThat(whole("node:22")).isEqualTo("docker.io/library/node:22");
        assertThat(whole("node")).isEqualTo("docker.io/library/node:latest");
        assertThat(whole("shop/api")).isEqualTo("docker.io/shop/api:latest");
        assertThat(whole("localhost/api:1")).isEqualTo("localhost/api:1");
        assertThat(whole("127.0.0.1:5000/shop/api")).isEqualTo("127.0.0.1:5000/shop/api:latest");
        assertThat(whole("ghcr.io/a/b:1@" + DIGEST)).isEqualTo("ghcr.io/a/b@" + DIGEST);
        assertThat(whole("ghcr.io/a/b@" + DIGEST)).isEqualTo("ghcr.io/a/b@" + DIGEST);
    }

    @Test
    void what_is_no_name_is_none() {
        for (String text :
                List.of(
                        "",
                        " ",
                        "Node",
                        "a//b",
                        "/a",
                        "a/",
                        "a:b:c",
                        "a@b",
                        "a@sha256:12",
                        "ghcr.io/",
                        "ghcr.io/A",
                        "a b",
                        "../a",
                        "a:-x",
                        "a/../b",
                        "-x",
                        "a\n",
                        "a".repeat(300),
                        "host:port/a",
                        "ghcr.io/a@" + DIGEST + "0")) {
            assertThat(whole(text)).as(text).isEqualTo("none");
        }
    }

    @Test
    void a_long_name_costs_no_more_than_its_length() {
        assertThat(whole("a-".repeat(100_000) + "!")).isEqualTo("none");
        assertThat(whole("a".repeat(100_000) + "!")).isEqualTo("none");
    }

    @Test
    void only_this_machines_addresses_are_its_own() {
        for (String own : List.of("localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000")) {
            assertThat(ImageName.isLoopback(own)).as(own).isTrue();
        }
        for (String other :
                List.of("127.0.0.1.example.org", "10.0.0.1:5000", "localhost.example.org")) {
            assertThat(ImageName.isLoopback(other)).as(other).isFalse();
        }
    }
}
