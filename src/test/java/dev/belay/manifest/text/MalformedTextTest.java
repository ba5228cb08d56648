package dev.belay.manifest.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Text that is wrong before any key of it means something.
class MalformedTextTest {
    @Test
    void nesting_of_twenty_thousand_is_refused_where_it_becomes_too_deep() {
        assertThat(problems("a: " + "[".repeat(20_000) + "]".repeat(20_000)))
                .containsExactly("manifest/too-deep 1:67");
        assertThat(problems("{a: ".repeat(20_000))).containsExactly("manifest/too-deep 1:254");
        var stairs = new StringBuilder();
        IntStream.range(0, 600).forEach(i -> stairs.append(" ".repeat(i)).append("a:\n"));
        assertThat(problems(stairs.toString())).containsExactly("manifest/too-deep 64:64");
    }

    @Test
    void a_bomb_of_aliases_is_refused_before_it_is_expanded() {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 40; i++) {
            String below = "*a" + (i - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, (below + ", ").repeat(8) + below));
        }
        assertThat(problems(bomb.toString())).containsExactly("manifest/too-many-aliases 6:5");
    }

    @Test
    void a_tower_of_aliases_counts_its_whole_height() {
        var tower = new StringBuilder("a0: &a0 [x]\n");
        IntStream.range(1, 100)
                .forEach(i -> tower.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1)));
        assertThat(problems(tower.toString())).containsExactly("manifest/too-deep 62:12");
    }

    @Test
    void an_alias_of_what_holds_it_is_refused() {
        assertThat(problems("a: &a [*a]")).containsExactly("manifest/unknown-alias 1:8");
    }

    @Test
    void a_key_that_stands_twice_is_pointed_at_with_its_first_place() {
        assertThat(read("a: 1\nb: 2\na: 3\n"))
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("`a` is already in line 1");
    }

    @Test
    void every_tag_is_refused() {
        assertThat(problems("a: !!javax.script.ScriptEngineManager [x]\nb: !x 1\nc: !!str 3"))
                .containsExactly("manifest/tag 1:4", "manifest/tag 2:4", "manifest/tag 3:4");
    }

    @Test
    void tabs_are_named_as_tabs() {
        assertThat(problems("a:\n\tb: 1\n")).containsExactly("manifest/tab 2:1");
        assertThat(problems("a:\n  \tb:\n  \t\tc: 1\n")).containsExactly("manifest/tab 2:3");
    }

    @Test
    void invisible_characters_are_refused_wherever_they_hide() {
        assertThat(problems("a: b\r\nc: d\0\n")).containsExactly("manifest/control-character 2:5");
        assertThat(problems("a: \"\\0\"")).containsExactly("manifest/control-character 1:4");
        assertThat(problems("a: b\u202Ec")).containsExactly("manifest/control-character 1:5");
        assertThat(problems("a: \u001B[31m")).containsExactly("manifest/control-character 1:4");
        assertThat(problems("a: \ud800")).containsExactly("manifest/control-character 1:4");
    }

    @Test
    void merge_keys_and_keys_that_are_not_text_are_refused() {
        assertThat(problems("x: &x {a: 1}\ny: {<<: *x}\n? [a, b]\n: 1\n"))
                .containsExactly("manifest/merge-key 2:5", "manifest/key-not-text 3:3");
    }

    @Test
    void one_file_is_one_document() {
        assertThat(problems("a: 1\n---\nb: 2\n")).containsExactly("manifest/several-documents 2:1");
        assertThat(problems("")).containsExactly("manifest/empty 1:1");
        assertThat(problems("# only a comment\n")).containsExactly("manifest/empty 1:1");
        assertThat(problems("---\n...\n")).containsExactly("manifest/empty 1:1");
    }

    @Test
    void what_is_not_yaml_is_pointed_at() {
        assertThat(problems("a: [1, 2\nb: 3\n")).containsExactly("manifest/syntax 2:2");
        assertThat(problems("a: 'open\n")).containsExactly("manifest/syntax 2:1");
        assertThat(problems("a: b: c\n")).containsExactly("manifest/syntax 1:5");
        assertThat(problems("a: @b\n")).containsExactly("manifest/syntax 1:4");
        assertThat(problems("%YAML 3.0\n---\na: 1")).containsExactly("manifest/syntax 1:1");
    }

    @Test
    void random_damage_never_breaks_the_reader() {
        String good = "a: &x [1, 'b', \"c\\n\"]\nd: {e: *x, f: |\n  text\n  }\n# g\n";
        dev.belay.Choices.forAll(
                2000,
                choices -> {
                    var text = new StringBuilder(good);
                    for (int i = choices.between(1, 4); i > 0; i--) {
                        int at = choices.between(0, text.length() - 1);
                        text.setCharAt(
                                at, "[]{}:,'\"\n\t -*&!|>%@\0".charAt(choices.between(0, 19)));
                    }
                    // Anything but an exception is right.
                    read(text.toString());
                });
    }

    @Test
    void plain_values_are_what_yaml_1_2_says() {
        assertThat(YamlReader.kind("no")).isEqualTo(Node.Kind.TEXT);
        assertThat(YamlReader.kind("22:22")).isEqualTo(Node.Kind.TEXT);
        assertThat(YamlReader.kind("1.25x")).isEqualTo(Node.Kind.TEXT);
        assertThat(YamlReader.kind("007")).isEqualTo(Node.Kind.INTEGER);
        assertThat(YamlReader.kind("1e3")).isEqualTo(Node.Kind.DECIMAL);
        assertThat(YamlReader.kind("~")).isEqualTo(Node.Kind.NULL);
        assertThat(YamlReader.kind("+")).isEqualTo(Node.Kind.TEXT);
    }

    @Test
    void carriage_returns_end_lines() {
        assertThat(problems("a: 1\r\nb: [\r\na: 2\r\n]\r\nb: 3\r\n"))
                .containsExactly("manifest/duplicate-key 5:1");
    }

    private static List<Problem> read(String text) {
        var complaints = new Complaints();
        YamlReader.read(new TextFile("belay.yaml", text), complaints);
        return complaints.inOrder();
    }

    private static List<String> problems(String text) {
        return read(text).stream()
                .map(problem -> {
                    var span = ((Place.Line) problem.place()).span();
                    return problem.code() + " " + span.line() + ":" + span.column();
                })
                .toList();
    }
}
