package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Which other projects a `build.gradle` says that its own is shipped with: `project(":orders")`,
/// and `projects.orders` where these names are made by the tool. Read as text, without running it.
final class GradleFile {
    private static final List<String> SETTINGS = List.of("settings.gradle", "settings.gradle.kts");

    private final Known known;
    private final List<Token> tokens;
    private final String root;

    /// Folders by the names of projects, where a name is not its path.
    private final Map<String, String> moved = new HashMap<>();

    /// Projects by what the tool calls them in code.
    private final Map<String, String> accessors = new HashMap<>();

    private final List<Import> imports = new ArrayList<>();

    private GradleFile(Known known, SourceText file) {
        this.known = known;
        tokens = tokens(file);
        Optional<String> settings =
                Stream.concat(FilePath.upwards(file.path()), Stream.of(""))
                        .flatMap(folder -> SETTINGS.stream().map(name -> FilePath.in(folder, name)))
                        .filter(path -> known.paths().contains(path))
                        .findFirst();
        root = settings.map(FilePath::folder).orElse("");
        settings.flatMap(known::source).ifPresent(this::settings);
    }

    static List<Import> of(Known known, SourceText file) {
        var build = new GradleFile(known, file);
        build.walk();
        return build.imports;
    }

    /// Groovy and Kotlin write texts and comments as scripts do.
    private static List<Token> tokens(SourceText file) {
        return new SourceText("a.js", file.text()).tokens();
    }

    /// `include("a:b")`, and `project(":a:b").projectDir = file("services/b")`.
    private void settings(SourceText text) {
        List<Token> all = tokens(text);
        String project = "";
        boolean included = false;
        for (int i = 0; i < all.size(); i++) {
            Token token = all.get(i);
            if (token.first() && token.kind() == Token.Kind.WORD) {
                included = token.isWord("include");
                project = "";
            }
            if (token.isText() && included) {
                accessors.put(accessor(token.text()), colon(token.text()));
            } else if (token.isText() && i > 1 && all.get(i - 2).isWord("project")) {
                project = token.text();
            } else if (token.isText() && !project.isEmpty()) {
                String name = project;
                FilePath.resolve(root, token.text()).ifPresent(folder -> moved.put(name, folder));
                project = "";
            }
        }
    }

    private static String colon(String name) {
        return name.startsWith(":") ? name : ":" + name;
    }

    /// Of `:order-service:api`, `orderService.api`.
    private static String accessor(String project) {
        var name = new StringBuilder();
        boolean upper = false;
        for (char c : project.replaceFirst("^:", "").toCharArray()) {
            if (c == '-' || c == '_') {
                upper = true;
            } else {
                name.append(
                        c == ':'
                                ? "."
                                : upper
                                        ? String.valueOf(c).toUpperCase(Locale.ROOT)
                                        : String.valueOf(c));
                upper = false;
            }
        }
        return name.toString();
    }

    private void walk() {
        for (int i = 0; i + 2 < tokens.size(); i++) {
            if (tokens.get(i).isWord("project") && tokens.get(i + 1).isSign('(')) {
                boolean named = i + 4 < tokens.size() && tokens.get(i + 2).isWord("path");
                Token name = tokens.get(named ? i + 4 : i + 2);
                if (name.isText() && name.text().startsWith(":")) {
                    add(i, name.text(), name.text(), name.offset(), name.end());
                }
            } else if (tokens.get(i).isWord("projects") && tokens.get(i + 1).isSign('.')) {
                accessed(i);
            }
        }
    }

    private void accessed(int at) {
        var name = new StringBuilder();
        String longest = "";
        int end = at;
        for (int i = at + 1; i + 1 < tokens.size() && tokens.get(i).isSign('.'); i += 2) {
            name.append(name.isEmpty() ? "" : ".").append(tokens.get(i + 1).text());
            if (accessors.containsKey(name.toString())) {
                longest = name.toString();
                end = i + 1;
            }
        }
        String project = accessors.get(longest);
        if (project != null) {
            add(at, project, "projects." + longest, tokens.get(at).offset(), tokens.get(end).end());
        }
    }

    private void add(int at, String project, String written, int offset, int end) {
        if (isOfTests(at)) {
            return;
        }
        Optional.ofNullable(moved.get(project))
                .or(() -> FilePath.resolve(root, project.substring(1).replace(':', '/')))
                .filter(known::isFolder)
                .map(folder -> new Import(written, known.buildIn(folder), folder, offset, end))
                .ifPresent(imports::add);
    }

    /// `testImplementation(project(…))`, `integrationTestApi project(…)`.
    private boolean isOfTests(int at) {
        for (int i = at - 1; i >= Math.max(0, at - 2); i--) {
            Token token = tokens.get(i);
            if (token.kind() == Token.Kind.WORD) {
                return token.text().startsWith("test") || token.text().contains("Test");
            }
        }
        return false;
    }
}
