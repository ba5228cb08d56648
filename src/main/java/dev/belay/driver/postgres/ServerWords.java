package dev.belay.driver.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// What a server says of a failure, on one line and without what stands in rows.
///
/// PostgreSQL quotes the offending values in the details of broken constraints (`Key
/// (email)=(ann@example.org) already exists.`) and in complaints about what a type does not take.
/// These lines end in journals, reports and pages, which are read by more people than the table.
/// The server's own log keeps them.
///
/// Source: PostgreSQL's manual, appendix A (classes 22 and 23) and §55.8, the fields of an error.
final class ServerWords {
    /// Classes of conditions whose words are about data.
    private static final List<String> OF_DATA = List.of("22", "23", "44");

    /// As the server's language quotes.
    private static final Pattern QUOTED =
            Pattern.compile("\"[^\"]*\"|«[^»]*»|»[^«]*«|„[^“”]*[“”]|“[^”]*”|「[^」]*」");

    /// `Key (a, b)=(1, x) already exists.` and `… of the failing row contains (a) = (1).`
    private static final Pattern KEY =
            Pattern.compile("(Key |contains )(\\(.*?\\))( ?= ?)\\(.*\\)", Pattern.DOTALL);

    private static final Pattern IN_FUNCTION =
            Pattern.compile("(PL/\\w+|SQL) function [^\"']* line \\d+[^\"':]*");

    private static final Pattern ABOUT_VALUES =
            Pattern.compile(
                    "invalid (input|value|byte)|out of range|malformed|not recognized|too long");

    private static final Pattern ROW =
            Pattern.compile("(Failing row contains )\\(.*\\)", Pattern.DOTALL);

    private ServerWords() {}

    static String of(SQLException e) {
        ServerErrorMessage said =
                e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        if (said == null) {
            String text = e.getMessage();
            return text == null ? e.getClass().getSimpleName() : line(text);
        }
        boolean ofData = isOfData(e.getSQLState());
        var parts = new ArrayList<String>();
        parts.add(said.getSeverity() + ": " + message(said.getMessage(), e.getSQLState()));
        add(parts, "Detail: ", ofData ? detail(said.getDetail()) : said.getDetail());
        add(parts, "Hint: ", said.getHint());
        add(parts, "Position: ", said.getPosition() == 0 ? null : "" + said.getPosition());
        add(parts, "Where: ", ofData ? where(said.getWhere()) : said.getWhere());
        return line(String.join("; ", parts));
    }

    /// The first of the words alone.
    static String brief(SQLException e) {
        ServerErrorMessage said =
                e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        return said == null
                ? of(e)
                : line(said.getSeverity() + ": " + message(said.getMessage(), e.getSQLState()));
    }

    private static boolean isOfData(@Nullable String state) {
        return state != null && OF_DATA.stream().anyMatch(state::startsWith);
    }

    /// Constraints are named in quotes, values that a type does not take are quoted, too.
    private static @Nullable String message(@Nullable String text, @Nullable String state) {
        return state != null && state.startsWith("22") ? masked(text) : text;
    }

    private static @Nullable String masked(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String without = QUOTED.matcher(text).replaceAll("“…”");
        // A quote without its other half: who knows which half is the value.
        int quote = without.indexOf('"');
        return (quote < 0 ? without : without.substring(0, quote) + "…").replace("“…”", "\"…\"");
    }

    /// Lines of functions alone: others are pieces of the data, cut anywhere.
    private static @Nullable String where(@Nullable String text) {
        return text == null
                ? null
                : text.lines()
                        .filter(IN_FUNCTION.asMatchPredicate())
                        .collect(Collectors.joining("; "));
    }

    /// The same of a line that one of PostgreSQL's programs wrote, where no condition's class is
    /// told.
    static String ofProgram(String line) {
        return ABOUT_VALUES.matcher(line).find() ? String.valueOf(masked(line)) : line;
    }

    /// Only forms that are known; what else a server says of data, or in which language, is not.
    private static @Nullable String detail(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String without = KEY.matcher(text).replaceFirst("$1$2$3(…)");
        without = ROW.matcher(without).replaceFirst("$1(…)");
        return without.equals(text) ? "the server's log has it" : without;
    }

    private static void add(List<String> parts, String name, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            parts.add(name + text);
        }
    }

    private static String line(String text) {
        return text.strip().replaceAll("\\s*\\n\\s*", "; ");
    }
}
