package dev.belay.lint.code;

import java.util.Locale;
import java.util.Optional;

/// How a language writes texts and comments.
public enum Language {
    /// JavaScript and TypeScript, and the scripts within pages.
    SCRIPT,
    PYTHON,
    GO,
    /// Java, Kotlin, Scala and C#.
    BRACES,
    RUST;

    /// By the name of a file; empty for one that is not read as code.
    public static Optional<Language> of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return switch (dot < 0 ? "" : name.substring(dot + 1)) {
            case "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "html" ->
                    Optional.of(SCRIPT);
            case "py" -> Optional.of(PYTHON);
            case "go" -> Optional.of(GO);
            case "java", "kt", "scala", "cs" -> Optional.of(BRACES);
            case "rs" -> Optional.of(RUST);
            default -> Optional.empty();
        };
    }

    /// Whether a file is a page, in which only what stands between `<script>` tags is code.
    static boolean isPage(String path) {
        return path.endsWith(".vue") || path.endsWith(".svelte") || path.endsWith(".html");
    }
}
