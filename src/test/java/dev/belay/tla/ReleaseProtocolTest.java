package dev.belay.tla;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every state of the small models, and each part of the design taken away once. The large model is
/// for `bench/tla`.
class ReleaseProtocolTest {
    private static final Pattern PARTS = Pattern.compile("(?s)\nParts == \\{(.*?)}");
    private static final Pattern NAME = Pattern.compile("\"([a-z-]+)\"");

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"scopes", "queue", "storm", "ends"})
    void the_design_keeps_its_promises(String configuration) throws Exception {
        Tlc.Report report = Tlc.check(configuration, folder);
        assertThat(report.code()).as(report.output()).isZero();
        assertThat(report.output()).contains("No error has been found");
    }

    @ParameterizedTest
    @CsvSource({
        "target-fence, Invariant AtMostOnce is violated",
        "attempt-tokens, Invariant AtMostOnce is violated",
        "sealing, Invariant AtMostOnce is violated",
        "probing, Invariant AtMostOnce is violated",
        "journal-fence, Invariant AtMostOnce is violated",
        "journal-version, Action property CancelWins is violated",
        "scopes-at-once, Invariant OneActivePerScope is violated",
        "undo-of-failed, Invariant NothingLost is violated",
        "undo-in-reverse, Invariant UndoInReverse is violated",
        "takeover, Temporal properties were violated"
    })
    void without_a_part_of_the_design_a_promise_is_broken(String part, String verdict)
            throws Exception {
        assertThat(Tlc.check("without-" + part, folder).output()).contains(verdict);
    }

    @Test
    void every_part_of_the_design_is_taken_away_once() throws IOException {
        var parts = PARTS.matcher(Files.readString(Tlc.MODELS.resolve("ReleaseProtocol.tla")));
        assertThat(parts.find()).isTrue();
        var names = new TreeSet<String>();
        NAME.matcher(parts.group(1)).results().forEach(name -> names.add(name.group(1)));
        assertThat(names).isNotEmpty().isEqualTo(taken());
    }

    private static Set<String> taken() throws IOException {
        var names = new TreeSet<String>();
        try (var files = Files.newDirectoryStream(Tlc.MODELS, "without-*.cfg")) {
            files.forEach(file -> {
                String name = file.getFileName().toString();
                names.add(name.substring("without-".length(), name.length() - ".cfg".length()));
            });
        }
        return names;
    }
}
