package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which paths two readers could take for two different ones.
class PathRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.",
                "/..",
                "/a/./b",
                "/a/../b",
                "/a/..",
                "//",
                "//a",
                "/a//b",
                "/a//",
                "/%2e",
                "/%2E%2e/a",
                "/.%2e/a",
                "/a/%2e./b",
                "/a%2fb",
                "/a%2Fb",
                "/a%5cb",
                "/a%5Cb",
                "/a\\b",
                "/\\..\\a",
                "/%00",
                "/a%0ab",
                "/a%1f",
                "/a%7f",
                "/%",
                "/a%2",
                "/a%zz",
                "/a%2g",
                "/a%%20",
                "/a%2?b",
                "/..;/a",
                "/..;x=1/a",
                "/.;/a",
                "/;/a",
                "/;x/a",
                "/a/;b/c",
                "/a/..%3b/b",
                "/.%3Bx/a",
                "/%3b/a",
                "/a/%2e%2e%3b",
                "/%c0%ae%c0%ae/a",
                "/a%C1%9Cb",
            })
    void what_has_two_readings_is_ambiguous(String target) {
        assertThat(PathRules.ambiguous(target)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "*, *",
        "/a/b, /a/b",
        "/a/, /a/",
        "/a?b=../..//%2f%, /a",
        "/%61pi/%7euser, /api/~user",
        "/a%20b, /a b",
        "/a;v=1/b;c=/d, /a/b/d",
        "/a.b/..c/.../d, /a.b/..c/.../d",
        "/a%3bb, /a;b",
        "/a%25b, /a%b",
    })
    void what_has_one_reading_is_compared_as_a_member_reads_it(String target, String path) {
        assertThat(PathRules.ambiguous(target)).isFalse();
        assertThat(PathRules.decoded(target)).isEqualTo(path);
    }

    @Test
    void an_ambiguous_path_stays_so_however_its_characters_are_escaped() {
        var pieces = List.of("/", ".", "..", "a", "%2e", "%2E", "%2f", "b", ";x", "%61", "//");
        Choices.forAll(
                3_000,
                choices -> {
                    var path = new StringBuilder("/");
                    for (int i = choices.between(0, 6); i > 0; i--) {
                        path.append(choices.oneOf(pieces));
                    }
                    var escaped = new StringBuilder();
                    for (char c : path.toString().toCharArray()) {
                        boolean plain = c == '.' || c == 'a' || c == 'b';
                        boolean inEscape = escaped.length() > 0 && insideEscape(escaped);
                        escaped.append(
                                plain && !inEscape && choices.chance(50)
                                        ? "%%%02x".formatted((int) c)
                                        : String.valueOf(c));
                    }
                    assertThat(PathRules.ambiguous(escaped.toString()))
                            .as(escaped.toString())
                            .isEqualTo(PathRules.ambiguous(path.toString()));
                });
    }

    private static boolean insideEscape(StringBuilder text) {
        int percent = text.lastIndexOf("%");
        return percent >= 0 && text.length() - percent < 3;
    }
}
