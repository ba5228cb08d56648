package dev.belay.schema;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The old release's own statements, put to the server before and after the migration.
public record Replay(Coverage coverage, List<Statement> statements) {
    public static final Replay NONE = new Replay(Coverage.NONE, List.of());

    public Replay {
        statements = List.copyOf(statements);
    }

    /// How much of what the old release says is known.
    public enum Coverage {
        /// Nothing: the worst that could be is assumed.
        NONE,

        /// What was seen for some time, as in `pg_stat_statements`: rare ones may be absent.
        OBSERVED,

        /// The release brought all of them with it.
        COMPLETE
    }

    /// One statement, and what the server said to it.
    ///
    /// @param text as the application sends it, `$1` where it puts values; or the head of a
    ///   function
    public record Statement(String text, Answer before, Answer after) {
        public boolean fails() {
            return before instanceof Taken && after instanceof Refused;
        }

        public boolean changes() {
            return before instanceof Taken was && after instanceof Taken is && !was.equals(is);
        }
    }

    public sealed interface Answer {}

    /// The server understood and planned it.
    public record Taken(List<String> parameters, List<String> results) implements Answer {
        public Taken {
            parameters = List.copyOf(parameters);
            results = List.copyOf(results);
        }
    }

    /// The server would not carry it out.
    ///
    /// @param state the five letters of PostgreSQL
    public record Refused(String state, String message) implements Answer {}

    public boolean known() {
        return coverage != Coverage.NONE;
    }

    /// Whether statements are known and none has the words in it.
    public boolean neverSays(String words) {
        return known()
                && statements.stream()
                        .noneMatch(one ->
                                one.text()
                                        .toLowerCase(Locale.ROOT)
                                        .replaceAll("\\s+", " ")
                                        .contains(words));
    }

    /// Whether statements speak of this table, go on working, and none wants whatever columns there
    /// are: a product of two numbers passes for a star, too.
    public boolean namesColumnsOf(String table) {
        Pattern word =
                Pattern.compile(
                        "(?<![\\w$])" + Pattern.quote(table) + "(?![\\w$])",
                        Pattern.CASE_INSENSITIVE);
        List<String> spoken =
                statements.stream()
                        .filter(one -> one.after() instanceof Taken)
                        .map(Statement::text)
                        .filter(text -> word.matcher(text).find())
                        .map(text -> text.replaceAll("(?i)count\\s*\\(\\s*\\*\\s*\\)", ""))
                        .toList();
        return !spoken.isEmpty() && spoken.stream().noneMatch(text -> text.contains("*"));
    }

    public Stream<Statement> failing() {
        return statements.stream().filter(Statement::fails);
    }

    /// Whether statements are known and none of them was refused for one of these reasons.
    public boolean clears(List<String> states) {
        return known()
                && failing()
                        .noneMatch(one ->
                                one.after() instanceof Refused(String state, _)
                                        && states.contains(state));
    }
}
