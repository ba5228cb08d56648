package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// [ParserOracle] holds for the corpus, and for every input that once broke it. `bench/fuzz` looks
/// for others.
class ParserTest {
    private static final Path SEEDS = Path.of("src/test/resources/fuzz");

    static List<Corpus.Entry> requests() throws IOException {
        return Corpus.read("requests");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void a_request_of_the_corpus_leaves_as_what_it_was_taken_for(Corpus.Entry one)
            throws IOException {
        FuzzTarget.REQUESTS.check(RawMessage.bytes(one.block("send")));
    }

    static List<Corpus.Entry> answers() throws IOException {
        return Corpus.read("responses");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_of_the_corpus_leaves_as_what_it_was_taken_for(Corpus.Entry one)
            throws IOException {
        for (String bytes : one.blocks("answers")) {
            FuzzTarget.ANSWERS.check(RawMessage.bytes(bytes));
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_found_once_is_not_found_again(FuzzTarget target) throws IOException {
        for (Path seed : seeds(target)) {
            try {
                target.check(Files.readAllBytes(seed));
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(seed.toString(), e);
            }
        }
    }

    private static List<Path> seeds(FuzzTarget target) throws IOException {
        try (Stream<Path> files = Files.list(SEEDS.resolve(target.word()))) {
            return files.sorted().toList();
        }
    }
}
