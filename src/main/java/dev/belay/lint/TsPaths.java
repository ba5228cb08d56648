package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The names that a `tsconfig.json` gives to folders.
///
/// @param base what other names are relative to; null when they are names of packages
record TsPaths(List<Alias> aliases, @org.jspecify.annotations.Nullable String base) {
    static final TsPaths NONE = new TsPaths(List.of(), null);
    private static final int EXTENDS_MAX = 5;

    /// One name; `*` in it stands for what `*` in the target stands for.
    record Alias(String name, String target) {}

    /// Those of a file and, where it has none, of the ones that it extends.
    static TsPaths of(Known known, String file) {
        return of(known, file, 0);
    }

    private static TsPaths of(Known known, String file, int depth) {
        Optional<SourceText> text = known.source(file);
        if (text.isEmpty() || depth > EXTENDS_MAX) {
            return NONE;
        }
        List<JsonWalk.Entry> entries = JsonWalk.of(text.get());
        String folder = FilePath.folder(file);
        String base =
                value(entries, List.of("compilerOptions", "baseUrl"))
                        .flatMap(written -> FilePath.resolve(folder, written))
                        .orElse(null);
        var aliases = new ArrayList<Alias>();
        for (JsonWalk.Entry entry : entries) {
            List<String> path = entry.path();
            if (path.size() == 3
                    && path.get(0).equals("compilerOptions")
                    && path.get(1).equals("paths")) {
                FilePath.resolve(base == null ? folder : base, entry.value().text())
                        .ifPresent(target -> aliases.add(new Alias(path.get(2), target)));
            }
        }
        if (!aliases.isEmpty() && base != null) {
            return new TsPaths(aliases, base);
        }
        TsPaths above =
                value(entries, List.of("extends"))
                        .filter(written -> written.startsWith("."))
                        .map(written -> written.endsWith(".json") ? written : written + ".json")
                        .flatMap(written -> FilePath.resolve(folder, written))
                        .map(written -> of(known, written, depth + 1))
                        .orElse(NONE);
        return new TsPaths(
                aliases.isEmpty() ? above.aliases() : aliases, base == null ? above.base() : base);
    }

    private static Optional<String> value(List<JsonWalk.Entry> entries, List<String> path) {
        return entries.stream()
                .filter(entry -> entry.path().equals(path))
                .map(entry -> entry.value().text())
                .findFirst();
    }

    /// What a name may stand for; nothing when no alias goes with it.
    List<String> targets(String name) {
        var targets = new ArrayList<String>();
        for (Alias alias : aliases) {
            int star = alias.name().indexOf('*');
            if (star < 0 && alias.name().equals(name)) {
                targets.add(alias.target());
            } else if (star >= 0
                    && name.length() >= alias.name().length() - 1
                    && name.startsWith(alias.name().substring(0, star))
                    && name.endsWith(alias.name().substring(star + 1))) {
                String rest =
                        name.substring(star, name.length() - (alias.name().length() - star - 1));
                FilePath.resolve("", alias.target().replace("*", rest)).ifPresent(targets::add);
            }
        }
        return targets;
    }
}
