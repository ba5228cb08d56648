package dev.belay.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which files declare what, by packages of Java, Kotlin and Scala, or by namespaces of C#. What
/// only tests declare is not known: nobody ships it.
final class Namespaces {
    private final Map<String, List<String>> files = new HashMap<>();
    private final Map<String, List<String>> names = new HashMap<>();

    /// Of all files that have one of these endings.
    Namespaces(Known known, List<String> endings) {
        for (String path : known.paths()) {
            if (endings.stream().anyMatch(path::endsWith)
                    && !FilePath.isTest(path)
                    && !FilePath.isForeign(path)) {
                known.source(path)
                        .map(Declarations::of)
                        .ifPresent(declared ->
                                declared.forEach((space, inner) -> {
                                    put(files, space, path);
                                    inner.forEach(name -> put(names, space + "." + name, path));
                                }));
            }
        }
    }

    private static void put(Map<String, List<String>> map, String key, String path) {
        map.computeIfAbsent(key, _ -> new ArrayList<>()).add(path);
    }

    /// The files that declare what is named, or what it stands in: of `a.b.Type.Inner` those with
    /// `Type`.
    List<String> declaring(List<String> name) {
        for (int parts = name.size(); parts > 1; parts--) {
            List<String> found = names.get(String.join(".", name.subList(0, parts)));
            if (found != null) {
                return List.copyOf(found);
            }
        }
        return List.of();
    }

    /// The files in a package.
    List<String> in(List<String> space) {
        return List.copyOf(files.getOrDefault(String.join(".", space), List.of()));
    }
}
