package dev.belay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Terminal;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.Manifests;
import dev.belay.problem.Problem;
import dev.belay.release.ReleaseState;
import dev.belay.release.StepClass;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

/// What the documents say, held against the code. `-Dwrite-reference=true` writes what is
/// generated.
class DocumentationTest {
    private static final Path ARCHITECTURE = Path.of("ARCHITECTURE.md");
    private static final Path COMMANDS = Path.of("docs/reference/commands.md");

    /// Its examples are parts of sections, and have a test of their own.
    private static final Path MANIFEST_REFERENCE = Path.of("docs/reference/manifest.md");

    /// A block of YAML that begins with this is laid over [#SMALLEST], key by key.
    private static final String FRAGMENT = "# Part of belay.yaml";

    private static final Map<String, String> SMALLEST =
            Map.of(
                    "platform", "platform: shop\n",
                    "components",
                            "components: {api: {kind: service, run: node main.js, port: 3000}}\n",
                    "environments", "environments: {local: {target: process}}\n");

    @TempDir Path folder;

    @Test
    void every_type_that_the_architecture_names_exists() throws IOException {
        String sources =
                Stream.concat(
                                files(Path.of("src/main/java"), ".java"),
                                files(Path.of("src/test/java"), ".java"))
                        .map(DocumentationTest::text)
                        .collect(Collectors.joining("\n"));
        Set<String> declared = all("\\b(?:class|record|interface|enum) ([A-Z]\\w*)", sources);
        assertThat(all("`([A-Z]\\w*[a-z]\\w*)`", text(ARCHITECTURE)))
                .hasSizeGreaterThan(30)
                .isSubsetOf(declared);
    }

    @Test
    void the_table_of_packages_is_the_one_that_is_enforced() {
        var written = new TreeMap<String, Set<String>>();
        Pattern.compile("^\\| `([a-z]+)` \\| [^|]+ \\| ([a-z, -]+) \\|$", Pattern.MULTILINE)
                .matcher(text(ARCHITECTURE))
                .results()
                .forEach(row -> written.put(row.group(1), imports(row.group(2))));
        assertThat(written).isEqualTo(new TreeMap<>(ArchitectureTest.MAY_IMPORT));
    }

    @Test
    void every_manifest_in_the_documents_is_in_order() {
        var problems = new TreeMap<String, List<Problem>>();
        int checked = 0;
        for (Path file : documents(file -> !file.equals(MANIFEST_REFERENCE))) {
            for (String block : blocks(file, "yaml")) {
                checked++;
                String manifest = block.startsWith(FRAGMENT) ? completed(block) : block;
                var reading = Manifests.read(folder, manifest);
                List<Problem> found = Manifests.problems(reading);
                if (!found.isEmpty()) {
                    problems.put(file + ": " + block, found);
                    continue;
                }
                Manifest good = Manifests.good(folder, manifest);
                good.environments()
                        .forEach(name ->
                                assertThat(Manifests.view(good, name).unsupported())
                                        // Environments that are printed and not released.
                                        .filteredOn(one -> !one.hint().contains("belay render"))
                                        .as("%s: what cannot be enforced yet", file)
                                        .isEmpty());
            }
        }
        assertThat(problems).isEmpty();
        assertThat(checked).isPositive();
    }

    @Test
    void every_link_leads_somewhere() {
        var broken = new ArrayList<String>();
        for (Path file : documents(_ -> true)) {
            String prose = text(file).replaceAll("(?s)```.*?```", "");
            for (String link : all("\\]\\(([^)\\s]+)\\)", prose)) {
                if (!link.startsWith("http") && !leadsSomewhere(file, link)) {
                    broken.add(file + " → " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void every_command_in_the_documents_can_be_typed() {
        var wrong = new ArrayList<String>();
        int typed = 0;
        for (Path file : documents(_ -> true)) {
            for (String line : blocks(file, "sh").stream().flatMap(String::lines).toList()) {
                var command = Pattern.compile("(?:^|&& )(?:\\.{0,2}/)?belay(?: ([^>|&]*))?");
                for (MatchResult match : command.matcher(line).results().toList()) {
                    typed++;
                    String rest = match.group(1) == null ? "" : match.group(1);
                    try {
                        tree(System.out).all().parseArgs(words(rest));
                    } catch (ParameterException e) {
                        wrong.add(file + ": " + line + ": " + e.getMessage());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(typed).isGreaterThan(20);
    }

    @Test
    void the_page_of_commands_is_what_they_say_themselves() throws IOException {
        var page =
                new StringBuilder(
                        """
                        # Every command

                        What `belay COMMAND --help` says. What holds for all of them, exit codes
                        included, stands in [the command line](command-line.md).
                        """);
        for (String name : CommandTree.names()) {
            String help = help(name).replaceFirst("(?s)\nExit codes:.*", "");
            page.append("\n## ").append(name).append("\n\n```text\n").append(help).append("```\n");
            for (String part : tree(System.out).parts(name)) {
                String own = help(name, part).replaceFirst("(?s)\nExit codes:.*", "");
                page.append("\n### ").append(name).append(' ').append(part);
                page.append("\n\n```text\n").append(own).append("```\n");
            }
        }
        if (Boolean.getBoolean("write-reference")) {
            Files.writeString(COMMANDS, page);
        }
        assertThat(COMMANDS).hasContent(page.toString());
    }

    @Test
    void every_exit_code_state_and_class_has_its_line() {
        String codes = text(Path.of("docs/reference/command-line.md"));
        for (ExitCode code : ExitCode.values()) {
            assertThat(codes).contains("\n| " + code.number() + " | ");
        }
        String life = text(Path.of("docs/concepts/release-life.md"));
        for (ReleaseState state : ReleaseState.values()) {
            assertThat(life).contains("\n| `" + state + "` | ");
        }
        String classes = text(Path.of("docs/concepts/step-classes.md"));
        for (StepClass stepClass : StepClass.values()) {
            assertThat(classes).contains("\n| `" + stepClass + "` | ");
        }
    }

    @Test
    void every_variable_that_an_instance_is_given_has_its_line() {
        String names = "\"(BELAY_[A-Z]+|PORT|SOCKET)\"";
        var given = all(names, text(Path.of("src/main/java/dev/belay/driver/host/Names.java")));
        given.addAll(
                all(
                        "VERSION = " + names,
                        text(Path.of("src/main/java/dev/belay/server/operations/Sources.java"))));
        assertThat(all("\\| `(\\w+)` \\|", text(Path.of("docs/reference/instances.md"))))
                .isEqualTo(given)
                .contains("BELAY_VARIABLES");
    }

    @Test
    void every_reason_to_hold_is_explained_and_no_other() throws IOException {
        String sources =
                files(Path.of("src/main/java"), ".java")
                        .map(DocumentationTest::text)
                        .collect(Collectors.joining("\n"));
        String page = text(Path.of("docs/how-to/decide-about-a-held-release.md"));
        assertThat(all("\\| `(held/[a-z-]+)` \\|", page))
                .isEqualTo(all("\"(held/[a-z-]+)\"", sources));
    }

    private static Set<String> imports(String written) {
        return written.equals("-") ? Set.of() : Set.of(written.split(", "));
    }

    /// The fragment, and of the smallest manifest what the fragment does not say.
    private static String completed(String fragment) {
        var whole = new StringBuilder(fragment);
        SMALLEST.forEach((key, line) -> {
            if (!Pattern.compile("^" + key + ":", Pattern.MULTILINE).matcher(fragment).find()) {
                whole.append(line);
            }
        });
        return whole.toString();
    }

    private static boolean leadsSomewhere(Path file, String link) {
        String[] parts = link.split("#", 2);
        Path there = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        if (!Files.exists(there)) {
            return false;
        }
        return parts.length == 1
                || text(there)
                        .lines()
                        .filter(line -> line.startsWith("#"))
                        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
                        .map(line -> line.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
                        .anyMatch(parts[1]::equals);
    }

    /// As a shell splits them, comments left out.
    private static String[] words(String rest) {
        return Pattern.compile("#.*|\"([^\"]*)\"|(\\S+)")
                .matcher(rest)
                .results()
                .filter(word -> !word.group().startsWith("#"))
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toArray(String[]::new);
    }

    private String help(String... command) {
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var words = new ArrayList<>(List.of(command));
        words.add("--help");
        assertThat(tree(out).run(words.toArray(String[]::new))).isZero();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private CommandTree tree(PrintStream out) {
        return new CommandTree(new Context(new Terminal(out, out, false, false), folder, Map.of()));
    }

    private static List<Path> documents(Predicate<Path> which) {
        return Stream.concat(
                        Stream.of("README", "ARCHITECTURE", "GLOSSARY", "CONTRIBUTING", "CHANGELOG")
                                .map(name -> Path.of(name + ".md")),
                        files(Path.of("docs"), ".md"))
                .filter(which)
                .toList();
    }

    private static List<String> blocks(Path file, String language) {
        return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
                .matcher(text(file))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /// The first group of every match.
    private static Set<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Path> files(Path root, String end) {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(file -> file.toString().endsWith(end)).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
