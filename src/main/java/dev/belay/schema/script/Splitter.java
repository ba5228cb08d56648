package dev.belay.schema.script;

import java.util.ArrayList;
import java.util.List;

/// Takes a script apart as PostgreSQL's scanner does: quoted texts and names, `E''` with its
/// backslashes, dollar quotes, nested comments, brackets, and bodies of SQL functions between
/// `BEGIN ATOMIC` and `END`, in which semicolons end nothing.
final class Splitter {
    private final String text;
    private final List<Statement> statements = new ArrayList<>();
    private final List<Script.Flaw> flaws = new ArrayList<>();
    private List<String> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int start = -1;
    private int startLine;
    private int brackets;

    /// How many `BEGIN ATOMIC` and `CASE` wait for their `END`.
    private int bodies;

    Splitter(String text) {
        this.text = text;
    }

    List<Statement> statements() {
        while (at < text.length()) {
            step();
        }
        end(text.length());
        return statements;
    }

    List<Script.Flaw> flaws() {
        return flaws;
    }

    private void step() {
        char c = text.charAt(at);
        if (Character.isWhitespace(c) || c == '\uFEFF') {
            move(1);
        } else if (text.startsWith("--", at)) {
            lineComment();
        } else if (text.startsWith("/*", at)) {
            blockComment();
        } else if (c == ';' && brackets == 0 && bodies == 0) {
            end(at);
            move(1);
        } else if (c == '\\' && brackets == 0) {
            metaCommand();
        } else {
            begin();
            token(c);
        }
    }

    private void begin() {
        if (start < 0) {
            start = at;
            startLine = line;
        }
    }

    private void token(char c) {
        if (c == '\'') {
            quoted(1, '\'', false, "a text in quotes");
        } else if (c == '"') {
            quoted(1, '"', false, "a name in quotes");
        } else if (c == '$' && dollarTag() != null) {
            dollarQuoted();
        } else if (isWord(c)) {
            word();
        } else {
            if (c == '(' || c == '[') {
                brackets++;
            } else if ((c == ')' || c == ']') && brackets > 0) {
                brackets--;
            }
            tokens.add(String.valueOf(c));
            move(1);
        }
    }

    private void word() {
        int from = at;
        while (at < text.length() && (isWord(text.charAt(at)) || text.charAt(at) == '$')) {
            at++;
        }
        String word = folded(text.substring(from, at));
        boolean prefix = at < text.length() && text.charAt(at) == '\'';
        if (prefix
                && (word.equals("e") || word.equals("n") || word.equals("b") || word.equals("x"))) {
            tokens.add(word);
            quoted(1, '\'', word.equals("e"), "a text in quotes");
            return;
        }
        if (word.equals("u") && text.startsWith("&'", at)) {
            tokens.add("u&");
            move(1);
            quoted(1, '\'', false, "a text in quotes");
            return;
        }
        if (word.equals("u") && text.startsWith("&\"", at)) {
            tokens.add("u&");
            move(1);
            quoted(1, '"', false, "a name in quotes");
            return;
        }
        body(word);
        tokens.add(word);
    }

    /// PostgreSQL folds the letters of ASCII alone, in every encoding of several bytes.
    private static String folded(String word) {
        var folded = new StringBuilder(word);
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                folded.setCharAt(i, (char) (c - 'A' + 'a'));
            }
        }
        return folded.toString();
    }

    private void body(String word) {
        boolean atomic =
                word.equals("atomic") && !tokens.isEmpty() && tokens.getLast().equals("begin");
        if (atomic || (bodies > 0 && word.equals("case"))) {
            bodies++;
        } else if (bodies > 0 && word.equals("end")) {
            bodies--;
        }
    }

    /// Two quotes in a row are one; after `E`, a backslash takes what follows along.
    private void quoted(int opening, char quote, boolean escapes, String what) {
        int from = at;
        int fromLine = line;
        move(opening);
        while (at < text.length()) {
            char c = text.charAt(at);
            if (escapes && c == '\\' && at + 1 < text.length()) {
                move(2);
            } else if (c == quote && at + 1 < text.length() && text.charAt(at + 1) == quote) {
                move(2);
            } else if (c == quote) {
                move(1);
                tokens.add(text.substring(from, at).replace("\r\n", "\n"));
                return;
            } else {
                move(1);
            }
        }
        tokens.add(text.substring(from));
        flaws.add(new Script.Flaw(fromLine, what + " does not end", ""));
    }

    /// `$$` or `$name$` at this place, or null.
    private @org.jspecify.annotations.Nullable String dollarTag() {
        int end = at + 1;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        boolean number = end > at + 1 && Character.isDigit(text.charAt(at + 1));
        boolean closed = end < text.length() && text.charAt(end) == '$';
        return closed && !number ? text.substring(at, end + 1) : null;
    }

    private void dollarQuoted() {
        String tag = String.valueOf(dollarTag());
        int close = text.indexOf(tag, at + tag.length());
        int end = close < 0 ? text.length() : close + tag.length();
        if (close < 0) {
            flaws.add(new Script.Flaw(line, "a text in `" + tag + "` does not end", ""));
        }
        tokens.add(text.substring(at, end).replace("\r\n", "\n"));
        move(end - at);
    }

    private void lineComment() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private void blockComment() {
        int fromLine = line;
        int depth = 0;
        while (at < text.length()) {
            if (text.startsWith("/*", at)) {
                depth++;
                move(2);
            } else if (text.startsWith("*/", at)) {
                depth--;
                move(2);
                if (depth == 0) {
                    return;
                }
            } else {
                move(1);
            }
        }
        flaws.add(new Script.Flaw(fromLine, "a comment does not end", ""));
    }

    /// psql's own commands reach to the end of the line.
    private void metaCommand() {
        int from = at;
        lineComment();
        String command = text.substring(from, at).strip();
        flaws.add(
                new Script.Flaw(
                        line,
                        "`" + command + "` is a command of psql, not SQL",
                        "write what it stands for into the file"));
    }

    private void end(int until) {
        if (start >= 0) {
            if (brackets > 0 || bodies > 0) {
                String what = brackets > 0 ? "a bracket" : "`BEGIN ATOMIC`";
                flaws.add(new Script.Flaw(startLine, what + " is not closed", ""));
            }
            statements.add(new Statement(text.substring(start, until).strip(), startLine, tokens));
        }
        tokens = new ArrayList<>();
        start = -1;
        brackets = 0;
        bodies = 0;
    }

    private void move(int characters) {
        for (int i = 0; i < characters && at < text.length(); i++) {
            if (text.charAt(at) == '\n') {
                line++;
            }
            at++;
        }
    }

    /// Every letter beyond ASCII may be part of a name.
    private static boolean isWord(char c) {
        return c == '_' || Character.isLetterOrDigit(c) || c >= 0x80;
    }
}
