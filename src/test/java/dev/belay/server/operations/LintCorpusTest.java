package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Reading;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Small platforms as data, each with all that is to be found in it: what is not named is a false
/// alarm.
class LintCorpusTest {
    @TempDir private Path folder;

    /// @param files name, then text
    record Case(String title, Map<String, String> files, List<String> expected) {
        @Override
        public String toString() {
            return title;
        }
    }

    static Stream<Case> cases() throws IOException {
        var all = new ArrayList<Case>();
        for (String file : List.of("imports", "databases", "sdk", "order")) {
            try (InputStream in =
                    LintCorpusTest.class.getResourceAsStream("/lint/" + file + ".txt")) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                for (String one : text.split("(?m)^##### ", -1)) {
                    if (!one.isBlank()) {
                        all.add(read(one));
                    }
                }
            }
        }
        return all.stream();
    }

    private static Case read(String written) {
        String[] halves = written.split("(?m)^===\\n", -1);
        String[] parts = halves[0].split("(?m)^--- ", -1);
        var files = new LinkedHashMap<String, String>();
        for (int i = 1; i < parts.length; i++) {
            int end = parts[i].indexOf('\n');
            files.put(parts[i].substring(0, end), parts[i].substring(end + 1));
        }
        return new Case(
                parts[0].strip(),
                files,
                halves[1].lines().filter(line -> !line.isBlank()).toList());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void all_is_found_and_nothing_more(Case one) throws IOException {
        for (var file : one.files().entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Linting found = look(folder);
        assertThat(found.body(Set.of()).stream().map(LintCorpusTest::line))
                .as(() -> found.body(Set.of()).toString())
                .containsExactlyInAnyOrderElementsOf(one.expected());
        assertThat(found.passedBy()).isEmpty();
    }

    static Linting look(Path folder) {
        Manifest manifest = read(ManifestReader.read(folder.resolve("belay.yaml")));
        List<EnvironmentView> views =
                manifest.environments().stream().map(name -> read(manifest.in(name))).toList();
        return Linting.of(manifest, views, folder.resolve(".belay"), LocalDate.of(2026, 12, 1));
    }

    private static <T> T read(Reading<T> reading) {
        return switch (reading) {
            case Reading.Read<T>(T value) -> value;
            case Reading.Refused<T>(var problems) -> throw new AssertionError(problems);
        };
    }

    private static String line(Map<String, Object> finding) {
        return "%s:%s:%s %s %s"
                .formatted(
                        finding.get("path"),
                        finding.get("line"),
                        finding.get("column"),
                        finding.get("rule"),
                        String.join(",", strings(finding.get("about"))));
    }

    private static List<String> strings(@Nullable Object list) {
        return (list instanceof List<?> all ? all : List.of())
                .stream().map(String::valueOf).toList();
    }
}
