package dev.belay.lint;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Paths of files as texts.
final class FilePath {
    private static final Set<String> TEST_FOLDERS =
            Set.of(
                    "test",
                    "tests",
                    "__tests__",
                    "__mocks__",
                    "spec",
                    "specs",
                    "e2e",
                    "cypress",
                    "fixtures",
                    "testdata",
                    "benches",
                    "stories");
    private static final Set<String> OF_OTHERS =
            Set.of("vendor", "third_party", "site-packages", "dist-packages", "bower_components");

    private FilePath() {}

    /// The folder that a file is in; `""` is the manifest's.
    static String folder(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// A path that is written relative to a folder.
    ///
    /// @return nothing when it leads out of the manifest's folder
    static Optional<String> resolve(String folder, String relative) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : (folder + "/" + relative.replace('\\', '/')).split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    return Optional.empty();
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return Optional.of(String.join("/", parts));
    }

    static String in(String folder, String path) {
        return folder.isEmpty() || folder.equals(".") ? path : folder + "/" + path;
    }

    /// Whether it is the folder itself, or in it.
    static boolean isWithin(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    /// The folders from a file's own up to the manifest's.
    static Stream<String> upwards(String path) {
        return Stream.iterate(folder(path), folder -> !folder.isEmpty(), FilePath::folder);
    }

    /// What is never shipped: it may reach into others.
    static boolean isTest(String path) {
        String name = name(path).toLowerCase(Locale.ROOT);
        return name.contains(".test.")
                || name.contains(".spec.")
                || name.contains(".stories.")
                || name.contains("_test.")
                || name.startsWith("test_")
                || name.equals("conftest.py")
                || name.matches(".*(tests?|spec)\\.(java|kt|scala|cs|csproj)")
                || folders(path).anyMatch(FilePath::isOfTests)
                || folders(path).anyMatch(TEST_FOLDERS::contains);
    }

    /// `Orders.Tests`, `integrationTest`, `testFixtures`.
    private static boolean isOfTests(String folder) {
        return folder.endsWith("Tests") || folder.endsWith("Test") || folder.equals("testFixtures");
    }

    /// What others published, or a tool made.
    static boolean isForeign(String path) {
        String name = name(path).toLowerCase(Locale.ROOT);
        return name.endsWith(".min.js") || folders(path).anyMatch(OF_OTHERS::contains);
    }

    private static Stream<String> folders(String path) {
        List<String> parts = List.of(path.split("/", -1));
        return parts.subList(0, parts.size() - 1).stream();
    }
}
