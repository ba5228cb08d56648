package dev.belay.driver.scan;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// What the name of a file says of what may be in it.
final class Places {
    /// What others published, each with its own tests and examples.
    private static final Set<String> OF_OTHERS =
            Set.of(
                    "node_modules",
                    "bower_components",
                    "vendor",
                    "site-packages",
                    "dist-packages",
                    "third_party",
                    ".pnpm");

    /// What tools made of what is looked at anyway, or fetched.
    static final Set<String> LEFT_OUT =
            Set.of(
                    ".git",
                    ".hg",
                    ".svn",
                    ".belay",
                    "node_modules",
                    "bower_components",
                    ".venv",
                    "venv",
                    "__pycache__",
                    ".gradle",
                    ".m2",
                    ".yarn",
                    ".next",
                    ".nuxt",
                    ".cache",
                    ".tox");

    private static final Set<String> LOCKS =
            Set.of(
                    "package-lock.json",
                    "npm-shrinkwrap.json",
                    "pnpm-lock.yaml",
                    "go.sum",
                    "packages.lock.json",
                    "verification-metadata.xml",
                    "gradle.lockfile",
                    "bun.lockb");
    private static final List<String> NO_GUESSES =
            List.of(
                    ".lock",
                    ".md",
                    ".mdx",
                    ".rst",
                    ".adoc",
                    ".txt",
                    ".map",
                    ".svg",
                    ".csv",
                    ".tsv",
                    ".min.js",
                    ".min.css",
                    ".ipynb",
                    ".html",
                    ".snap",
                    ".example",
                    ".sample",
                    ".template",
                    ".dist");
    private static final Set<String> TESTS =
            Set.of(
                    "test",
                    "tests",
                    "__tests__",
                    "spec",
                    "specs",
                    "fixtures",
                    "testdata",
                    "__mocks__",
                    "__snapshots__",
                    "docs",
                    "doc",
                    "examples");
    private static final List<String> CONFIGURATIONS =
            List.of(
                    ".env",
                    ".properties",
                    ".ini",
                    ".conf",
                    ".cfg",
                    ".yaml",
                    ".yml",
                    ".toml",
                    ".tfvars");

    private Places() {}

    static boolean isForeign(String path) {
        int archive = path.indexOf("!/");
        boolean library =
                archive >= 0
                        && (path.indexOf("!/", archive + 1) >= 0
                                || path.substring(0, archive).matches("(.*/)?libs?/[^/]*"));
        return library || folders(path).anyMatch(OF_OTHERS::contains);
    }

    static boolean mayHoldGuesses(String path) {
        String name = name(path);
        boolean test =
                name.contains(".test.")
                        || name.contains(".spec.")
                        || name.contains("_test.")
                        || name.startsWith("test_")
                        || folders(path).anyMatch(TESTS::contains);
        return !test
                && !LOCKS.contains(name)
                && NO_GUESSES.stream().noneMatch(name::endsWith)
                && !isForeign(path);
    }

    /// Whether values stand in it without quotes.
    static boolean isConfiguration(String path) {
        String name = name(path);
        return name.startsWith(".env") || CONFIGURATIONS.stream().anyMatch(name::endsWith);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private static Stream<String> folders(String path) {
        List<String> parts = List.of(path.split("/", -1));
        return parts.subList(0, parts.size() - 1).stream();
    }
}
