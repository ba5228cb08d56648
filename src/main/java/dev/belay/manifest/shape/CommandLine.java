package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import java.util.ArrayList;
import java.util.List;

/// Splits a command into words by the quoting rules of a POSIX shell, and does nothing else that a
/// shell does: nothing is expanded, nothing is substituted, and what would need a shell is refused
/// rather than passed on as a word. `${NAME}` stays as it is, in quotes or out of them.
final class CommandLine {
    private static final String OPERATORS = "|&;<>()`";
    private static final String ESCAPABLE_IN_QUOTES = "\"\\$`";
    private static final int LENGTH_MAX = 8192;

    private final String text;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    private CommandLine(String text) {
        this.text = text;
    }

    static List<String> split(String text) throws Unfit {
        if (text.length() > LENGTH_MAX) {
            throw Shapes.unfit("must have at most " + LENGTH_MAX + " characters");
        }
        List<String> words = new CommandLine(text.strip()).words();
        if (words.isEmpty() || words.getFirst().isBlank()) {
            throw Shapes.unfit("must name a program");
        }
        if (words.getFirst().matches("[A-Za-z_][A-Za-z0-9_]*=.*")) {
            throw new Unfit(
                    Code.SHELL_OPERATOR,
                    "starts with the assignment `" + Shapes.brief(words.getFirst()) + "`",
                    "put variables under `env: {values: …}`");
        }
        return List.copyOf(words);
    }

    private List<String> words() throws Unfit {
        while (at < text.length()) {
            char c = text.charAt(at++);
            switch (c) {
                case ' ', '\t' -> endWord();
                case '\n', '\r' -> throw operator("a line break");
                case '\'' -> append(upTo('\''));
                case '"' -> doubleQuoted();
                case '\\' -> append(String.valueOf(escaped()));
                case '$' -> dollar();
                default -> {
                    if (OPERATORS.indexOf(c) >= 0) {
                        throw operator("`" + c + "`");
                    }
                    append(String.valueOf(c));
                }
            }
        }
        endWord();
        return words;
    }

    private void append(String part) {
        inWord = true;
        word.append(part);
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private String upTo(char quote) throws Unfit {
        int end = text.indexOf(quote, at);
        if (end < 0) {
            throw openQuote(quote);
        }
        String inner = text.substring(at, end);
        at = end + 1;
        return inner;
    }

    private void doubleQuoted() throws Unfit {
        append("");
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return;
            }
            if (c == '`') {
                throw operator("`` ` ``");
            }
            boolean escapes =
                    at < text.length() && ESCAPABLE_IN_QUOTES.indexOf(text.charAt(at)) >= 0;
            if (c == '\\' && escapes) {
                append(String.valueOf(text.charAt(at++)));
            } else if (c == '$') {
                dollar();
            } else {
                append(String.valueOf(c));
            }
        }
        throw openQuote('"');
    }

    private char escaped() throws Unfit {
        if (at >= text.length()) {
            throw new Unfit(Code.QUOTING, "ends with a `\\` that escapes nothing", "");
        }
        return text.charAt(at++);
    }

    /// Only `${NAME}` means something; what a shell would also expand must not be passed on
    /// silently.
    private void dollar() throws Unfit {
        char next = at < text.length() ? text.charAt(at) : ' ';
        if (next == '{') {
            append("${" + upToBrace() + "}");
        } else if (next == '(') {
            throw operator("`$(`");
        } else if (Character.isLetter(next) || next == '_') {
            String name = text.substring(at).replaceFirst("[^A-Za-z0-9_].*", "");
            throw new Unfit(
                    Code.SHELL_OPERATOR,
                    "holds `$" + Shapes.brief(name) + "`, which nothing expands",
                    "write `${" + Shapes.brief(name) + "}`");
        } else {
            append("$");
        }
    }

    private String upToBrace() throws Unfit {
        at++;
        int end = text.indexOf('}', at);
        String name = end < 0 ? "" : text.substring(at, end);
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new Unfit(
                    Code.SHELL_OPERATOR,
                    "holds a `${` that is not `${NAME}`",
                    "only plain names are resolved; for more write `[sh, -c, …]`");
        }
        at = end + 1;
        return name;
    }

    private Unfit operator(String what) {
        String firstLine = text.lines().findFirst().orElse("");
        return new Unfit(
                Code.SHELL_OPERATOR,
                "holds " + what + ", which only a shell understands",
                "write `[sh, -c, " + quoted(Shapes.brief(firstLine)) + "]`");
    }

    private static String quoted(String line) {
        boolean plain = line.indexOf('"') < 0 && line.indexOf('\\') < 0;
        return plain ? '"' + line + '"' : "'" + line.replace("'", "''") + "'";
    }

    private static Unfit openQuote(char quote) {
        return new Unfit(Code.QUOTING, "has a `" + quote + "` that does not end", "");
    }
}
