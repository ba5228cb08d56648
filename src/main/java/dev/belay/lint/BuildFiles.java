package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What files of build tools say that something is built with: Cargo, .NET.
final class BuildFiles {
    private static final Pattern SECTION = Pattern.compile("\\s*\\[([^\\]]{1,200})\\].*");
    private static final Pattern CRATE =
            Pattern.compile(
                    "\\s*\"?([A-Za-z0-9_-]{1,100})\"?\\s*(?:\\.\\s*(path|workspace)\\s*)?=.*");
    private static final Pattern PATH = Pattern.compile("\\bpath\\s*=\\s*\"([^\"]{1,300})\"");
    private static final Pattern RENAMED = Pattern.compile("\\bpackage\\s*=\\s*\"([^\"]{1,100})\"");
    private static final Pattern BESIDE = Pattern.compile("\\bworkspace\\s*=\\s*true");
    private static final Pattern PROJECT =
            Pattern.compile(
                    "<!--.*?-->|<ProjectReference\\s[^>]{0,300}?\\bInclude\\s*=\\s*"
                            + "(?:\"([^\"]{1,300})\"|'([^']{1,300})')",
                    Pattern.DOTALL);

    private static final String HERE = "$(MSBuildThisFileDirectory)";

    private BuildFiles() {}

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
            int group = found.group(1) == null ? 2 : 1;
            String written = found.group(group);
            if (written != null) {
                project(file.path(), written, found.start(group)).forEach(imports::add);
            }
        }
        return imports;
    }

    /// One or several, which `;` parts.
    private static List<Import> project(String file, String written, int from) {
        var imports = new ArrayList<Import>();
        int start = from;
        for (String one : written.split(";", -1)) {
            int at = start;
            FilePath.resolve(FilePath.folder(file), one.replace(HERE, "./").strip())
                    .map(path ->
                            new Import(one, path, FilePath.folder(path), at, at + one.length()))
                    .ifPresent(imports::add);
            start += one.length() + 1;
        }
        return imports;
    }
}
