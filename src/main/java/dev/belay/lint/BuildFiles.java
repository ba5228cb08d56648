package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What files of build tools say that something is built with: Gradle, Cargo, .NET.
final class BuildFiles {
    private static final Pattern SECTION = Pattern.compile("\\s*\\[([^\\]]{1,200})\\].*");
    private static final Pattern CRATE =
            Pattern.compile(
                    "\\s*\"?([A-Za-z0-9_-]{1,100})\"?\\s*(?:\\.\\s*(path|workspace)\\s*)?=.*");
    private static final Pattern PATH = Pattern.compile("\\bpath\\s*=\\s*\"([^\"]{1,300})\"");
    private static final Pattern RENAMED = Pattern.compile("\\bpackage\\s*=\\s*\"([^\"]{1,100})\"");
    private static final Pattern BESIDE = Pattern.compile("\\bworkspace\\s*=\\s*true");
    private static final Pattern PROJECT =
            Pattern.compile("<ProjectReference\\s+Include\\s*=\\s*\"([^\"]{1,300})\"");

    private BuildFiles() {}

    /// `project(":services:orders")`.
    static List<Import> gradle(Known known, SourceText file) {
        var imports = new ArrayList<Import>();
        List<Token> tokens = new SourceText("a.js", file.text()).tokens();
        String root =
                FilePath.upwards(file.path())
                        .filter(folder ->
                                known.paths().contains(folder + "/settings.gradle")
                                        || known.paths().contains(folder + "/settings.gradle.kts"))
                        .findFirst()
                        .orElse("");
        for (int i = 0; i + 2 < tokens.size(); i++) {
            if (tokens.get(i).isWord("project") && tokens.get(i + 1).isSign('(')) {
                boolean named = i + 4 < tokens.size() && tokens.get(i + 2).isWord("path");
                Token name = tokens.get(named ? i + 4 : i + 2);
                if (name.isText() && name.text().startsWith(":") && !isOfTests(tokens, i)) {
                    FilePath.resolve(root, name.text().substring(1).replace(':', '/'))
                            .filter(known::isFolder)
                            .map(folder ->
                                    Import.unit(name.text(), folder, name.offset(), name.end()))
                            .ifPresent(imports::add);
                }
            }
        }
        return imports;
    }

    private static boolean isOfTests(List<Token> tokens, int at) {
        for (int i = at - 1; i >= Math.max(0, at - 2); i--) {
            Token token = tokens.get(i);
            if (token.kind() == Token.Kind.WORD) {
                return token.text().startsWith("test")
                        || token.text().endsWith("TestImplementation");
            }
        }
        return false;
    }

    /// `orders = { path = "../orders" }`, `orders.workspace = true`.
    static List<Import> cargo(Known known, SourceText file) {
        var imports = new ArrayList<Import>();
        String section = "";
        int start = 0;
        for (String written : file.text().split("\n", -1)) {
            String line = written.replaceFirst("^\\s*#.*", "");
            Matcher header = SECTION.matcher(line);
            if (header.matches()) {
                section = header.group(1).strip();
            } else if (isShipped(section)) {
                String of = ofSection(section);
                int from = start;
                crate(known, file.path(), of, line)
                        .map(found ->
                                new Import(
                                        found.written(),
                                        found.target(),
                                        found.unit(),
                                        from + found.offset(),
                                        from + found.end()))
                        .ifPresent(imports::add);
            }
            start += written.length() + 1;
        }
        return imports;
    }

    private static boolean isShipped(String section) {
        return section.matches("(.*\\.)?(build-)?dependencies(\\.[^.]+)?")
                && !section.startsWith("workspace.");
    }

    /// `[dependencies.orders]` is about one of them.
    private static String ofSection(String section) {
        return section.matches(".*dependencies\\.[^.]+")
                ? section.substring(section.lastIndexOf('.') + 1)
                : "";
    }

    private static Optional<Import> crate(Known known, String file, String of, String line) {
        Matcher key = CRATE.matcher(line);
        if (!key.matches()) {
            return Optional.empty();
        }
        Matcher path = PATH.matcher(line);
        if (path.find()) {
            return FilePath.resolve(FilePath.folder(file), path.group(1))
                    .map(folder -> Import.unit(path.group(1), folder, path.start(1), path.end(1)));
        }
        Matcher renamed = RENAMED.matcher(line);
        String name = renamed.find() ? renamed.group(1) : of.isEmpty() ? key.group(1) : of;
        return BESIDE.matcher(line).find()
                ? known.crateFolder(name)
                        .map(folder -> Import.unit(name, folder, key.start(1), key.end(1)))
                : Optional.empty();
    }

    /// `<ProjectReference Include="..\Orders\Orders.csproj" />`.
    static List<Import> dotnet(SourceText file) {
        var imports = new ArrayList<Import>();
        Matcher found = PROJECT.matcher(file.text());
        while (found.find()) {
            FilePath.resolve(FilePath.folder(file.path()), found.group(1))
                    .map(FilePath::folder)
                    .map(folder ->
                            Import.unit(found.group(1), folder, found.start(1), found.end(1)))
                    .ifPresent(imports::add);
        }
        return imports;
    }
}
