package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Packages of a workspace by their names. A package within a service's folder that is none of its
/// own may be meant for others; the service's own is not.
final class PackageNames {
    private static final Set<String> SHIPPED =
            Set.of("dependencies", "peerDependencies", "optionalDependencies");
    private static final String BESIDE = "^(workspace|file|link|portal):.*|\\*";

    private PackageNames() {}

    /// The folder of a package of the workspace. Under a name without a scope somebody else may
    /// publish another one.
    static Optional<String> target(Known known, String from, String name) {
        String[] parts = name.split("/", -1);
        boolean scoped = name.startsWith("@") && parts.length > 1;
        String wanted = scoped ? parts[0] + "/" + parts[1] : parts[0];
        return known.packageFolder(wanted).filter(_ -> scoped || isBeside(known, from, wanted));
    }

    private static boolean isBeside(Known known, String from, String name) {
        return known.packageOf(from).flatMap(known::source).stream()
                .flatMap(own -> JsonWalk.of(own).stream())
                .anyMatch(entry ->
                        entry.key().text().equals(name)
                                && entry.path().size() == 2
                                && entry.value().text().matches(BESIDE));
    }

    /// What a `package.json` says that its package is shipped with.
    static List<Import> of(Known known, SourceText file) {
        var imports = new ArrayList<Import>();
        for (JsonWalk.Entry entry : JsonWalk.of(file)) {
            if (entry.path().size() == 2 && SHIPPED.contains(entry.path().getFirst())) {
                target(known, file.path(), entry.key().text())
                        .ifPresent(target ->
                                imports.add(
                                        Import.unit(
                                                entry.key().text(),
                                                target,
                                                entry.key().offset(),
                                                entry.key().end())));
            }
        }
        return imports;
    }
}
