package dev.belay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
    private static final List<String> FILES =
            List.of("schemas.txt", "openapi.txt", "asyncapi.txt", "protobuf.txt");

    static Stream<Corpus.Case> cases() throws IOException {
        var all = new ArrayList<Corpus.Case>();
        for (String file : FILES) {
            all.addAll(Corpus.cases(file));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void what_is_different_is_found_where_it_is_written(Corpus.Case one) {
        List<Difference> found = one.differences();
        assertThat(found.stream().map(Corpus::line))
                .as(() -> String.join("\n", found.stream().map(Difference::sentence).toList()))
                .containsExactlyInAnyOrderElementsOf(one.expected());
    }

    /// Whatever is written, nothing changes by writing it again.
    @ParameterizedTest
    @MethodSource("cases")
    void what_is_the_same_has_no_difference(Corpus.Case one) {
        assertThat(Corpus.set(one.after()).since(Corpus.set(one.after()))).isEmpty();
        assertThat(Corpus.set(one.before()).since(Corpus.set(one.before()))).isEmpty();
    }

    @Test
    void every_rule_has_a_case() throws IOException {
        var missing = EnumSet.allOf(Rule.class);
        cases().flatMap(one -> one.differences().stream())
                .forEach(one -> missing.remove(one.rule()));
        // That is tried among hostile files.
        missing.remove(Rule.TOO_LARGE);
        assertThat(missing).isEmpty();
    }
}
