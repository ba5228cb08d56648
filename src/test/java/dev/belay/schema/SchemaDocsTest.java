package dev.belay.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The manual's table of rules is the rules. `-Dwrite-reference=true` writes it.
class SchemaDocsTest {
    private static final Path PAGE = Path.of("docs/reference/schema.md");
    private static final Pattern TABLE =
            Pattern.compile("(?s)(<!-- the rules, generated -->\n).*?(<!-- end -->\n)");

    @Test
    void every_rule_has_its_line_in_the_manual() throws IOException {
        var table = new StringBuilder("| | change | to expect | instead |\n|---|---|---|---|\n");
        for (Rule rule : Rule.values()) {
            table.append("| ")
                    .append(rule.id())
                    .append(" | ")
                    .append(rule.what())
                    .append(" | ")
                    .append(words(rule.danger()))
                    .append(" | ")
                    .append(rule.recipe())
                    .append(" |\n");
        }
        String page = Files.readString(PAGE);
        String wanted =
                TABLE.matcher(page)
                        .replaceAll(found ->
                                java.util.regex.Matcher.quoteReplacement(
                                        found.group(1) + table + found.group(2)));
        if (Boolean.getBoolean("write-reference")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(page).contains(table);
    }

    @Test
    void every_word_of_a_verdict_is_explained() throws IOException {
        String page = Files.readString(PAGE);
        for (Class<? extends Enum<?>> axis :
                List.of(OldOnNew.class, NewOnOld.class, Danger.class, Reversibility.class)) {
            Arrays.stream(axis.getEnumConstants())
                    .forEach(one -> assertThat(page).contains("`" + one.name() + "`"));
        }
    }

    @Test
    void no_two_rules_have_one_number() {
        assertThat(Arrays.stream(Rule.values()).map(Rule::id)).doesNotHaveDuplicates();
    }

    private static String words(Danger danger) {
        return danger.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
