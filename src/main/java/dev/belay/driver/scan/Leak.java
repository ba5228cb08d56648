package dev.belay.driver.scan;

/// A place where a secret seems to be. It says where and of what kind, never what.
///
/// @param path relative to what was looked at; `a.jar!/b` is in an archive
/// @param line from 1; 0 in a file that is no text, where `column` counts bytes
/// @param column from 1, in characters
/// @param rule what it was known by, such as `github-token`
/// @param hint for people: whose value it is, or how its format begins
/// @param commit that brought it, or `""` where a file has it now
/// @param foreign whether it lies in what others published, such as `node_modules`
public record Leak(
        String path,
        int line,
        int column,
        String rule,
        Kind kind,
        String hint,
        String commit,
        boolean foreign) {
    /// How it was known, the surest first.
    public enum Kind {
        /// The value of a variable that is declared secret.
        DECLARED,
        /// The form that somebody gives to their tokens or keys.
        FORMAT,
        /// A random text that is assigned to a telling name.
        ASSIGNMENT
    }

    /// For people and editors: `path:line:column`.
    public String place() {
        String where = line == 0 ? path + ", byte " + column : path + ":" + line + ":" + column;
        return commit.isEmpty()
                ? where
                : where + " in commit " + commit.substring(0, Math.min(12, commit.length()));
    }

    /// The same, its path told with this before it.
    public Leak below(String before) {
        return new Leak(before + path, line, column, rule, kind, hint, commit, foreign);
    }

    /// The same, brought by a commit.
    Leak in(String commit) {
        return new Leak(path, line, column, rule, kind, hint, commit, foreign);
    }
}
