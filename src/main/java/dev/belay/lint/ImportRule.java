package dev.belay.lint;

import dev.belay.lint.code.Language;
import dev.belay.lint.code.SourceText;
import dev.belay.manifest.LintRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Files that import what belongs to a component which is shipped apart. Tests are let be: nobody
/// ships them.
final class ImportRule {
    private final Known known;
    private final Parts parts;
    private final Map<String, Finding> units = new LinkedHashMap<>();

    ImportRule(Known known, Parts parts) {
        this.known = known;
        this.parts = parts;
    }

    /// Packages that components name, each once: where its tool is told of it, else in the first
    /// file.
    List<Finding> units() {
        return List.copyOf(units.values());
    }

    /// What one file names by its path. Packages that it names are kept for [#units].
    ///
    /// @param owners whose it is
    List<Finding> look(SourceText file, List<Part> owners) {
        Map<String, Finding> found = new LinkedHashMap<>();
        for (Import one : imports(file, owners)) {
            List<Part> theirs = theirs(owners, one);
            if (!theirs.isEmpty()) {
                String own = owners.getFirst().name();
                String other = theirs.getFirst().name();
                var finding =
                        new Finding(
                                LintRule.CROSS_SERVICE_IMPORT,
                                file.at(one.offset(), one.end()),
                                own,
                                Set.of(own, other),
                                "`%s` imports `%s`, which is of `%s`"
                                        .formatted(own, one.written(), other),
                                "ask `%s` over the network, or give what both need a folder of its own; where it is meant, "
                                                .formatted(other)
                                        + Finding.allowing(
                                                LintRule.CROSS_SERVICE_IMPORT,
                                                List.of(own, other)));
                String key = own + " " + other + " " + one.unit();
                if (one.unit().isEmpty()) {
                    found.putIfAbsent(one.written() + one.offset(), finding);
                } else if (Language.of(file.path()).isEmpty()) {
                    units.put(key, finding);
                } else {
                    units.putIfAbsent(key, finding);
                }
            }
        }
        return List.copyOf(found.values());
    }

    private List<Part> theirs(List<Part> owners, Import one) {
        return parts.apart(owners, one.target()).stream()
                .filter(owner -> !one.isMeantForOthers(owner))
                .toList();
    }

    private List<Import> imports(SourceText file, List<Part> owners) {
        String name = FilePath.name(file.path());
        switch (name) {
            case "package.json" -> {
                return PackageNames.of(known, file);
            }
            case "go.mod" -> {
                return GoImports.replaced(file);
            }
            case "pom.xml" -> {
                return MavenFile.of(known, file);
            }
            case "build.gradle", "build.gradle.kts" -> {
                return GradleFile.of(known, file);
            }
            case "Cargo.toml" -> {
                return BuildFiles.cargo(known, file);
            }
            default -> {}
        }
        if (isDotnet(name)) {
            return BuildFiles.dotnet(file);
        }
        Optional<Language> language = Language.of(file.path());
        return language.isEmpty()
                ? List.of()
                : switch (language.get()) {
                    case SCRIPT -> ScriptImports.of(known, file);
                    case PYTHON -> PythonImports.of(known, file, owners);
                    case GO -> GoImports.of(known, file);
                    case BRACES ->
                            NamespaceImports.of(known, file, one -> !theirs(owners, one).isEmpty());
                    case RUST -> List.of();
                };
    }

    private static boolean isDotnet(String name) {
        return name.endsWith(".csproj")
                || name.endsWith(".fsproj")
                || name.endsWith(".vbproj")
                || name.equals("Directory.Build.props");
    }

    /// Whether a file is looked into.
    static boolean isOne(String path) {
        String name = FilePath.name(path);
        return Language.of(path).isPresent()
                || isDotnet(name)
                || Set.of(
                                "package.json",
                                "go.mod",
                                "pom.xml",
                                "build.gradle",
                                "build.gradle.kts",
                                "Cargo.toml")
                        .contains(name);
    }
}
