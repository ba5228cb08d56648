package dev.belay.lint.code;

import dev.belay.lint.code.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Takes source code apart. What is malformed costs its line at most, but for a text that may have
/// several lines.
final class Lexer {
    /// After these, `/` begins a pattern and divides nothing.
    private static final Set<String> BEFORE_PATTERNS =
            Set.of(
                    "return",
                    "typeof",
                    "case",
                    "in",
                    "of",
                    "delete",
                    "void",
                    "throw",
                    "new",
                    "else",
                    "do",
                    "instanceof",
                    "await",
                    "yield");

    private static final int CHARACTER_MAX = 12;
    private static final int HASHES_MAX = 16;
    private static final int LEVELS_MAX = 50;

    private final Language language;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private boolean first = true;

    /// Up to there it is known that no pattern ends.
    private int noPatternBefore;

    Lexer(Language language, String text) {
        this.language = language;
        this.text = text;
    }

    List<Token> tokens() {
        while (at < text.length()) {
            step();
        }
        return tokens;
    }

    private void step() {
        char c = text.charAt(at);
        if (c == '\n') {
            first = true;
            at++;
        } else if (Character.isWhitespace(c) || c == '\uFEFF') {
            at++;
        } else if (language == Language.PYTHON && c == '#') {
            toLineEnd();
        } else if (language != Language.PYTHON && text.startsWith("//", at)) {
            toLineEnd();
        } else if (language != Language.PYTHON && text.startsWith("/*", at)) {
            blockComment();
        } else if (isWord(c)) {
            word();
        } else if (c == '"' || c == '\'' || c == '`') {
            quote(c);
        } else if (c == '/' && language == Language.SCRIPT && mayBePattern()) {
            pattern();
        } else {
            add(Kind.SIGN, String.valueOf(c), at, at + 1);
            at++;
        }
    }

    private void add(Kind kind, String value, int from, int to) {
        tokens.add(new Token(kind, value, from, to, first));
        first = false;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private void word() {
        int from = at;
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        if (language == Language.RUST && at - from <= 2 && isRawText(from)) {
            return;
        }
        add(Kind.WORD, text.substring(from, at), from, at);
    }

    /// `r"…"`, `r#"…"#`, `br#"…"#`.
    private boolean isRawText(int from) {
        if (text.charAt(at - 1) != 'r') {
            return false;
        }
        int hashes = 0;
        while (hashes < HASHES_MAX && text.startsWith("#", at + hashes)) {
            hashes++;
        }
        if (!text.startsWith("\"", at + hashes)) {
            return false;
        }
        until("\"" + "#".repeat(hashes), from, at + hashes + 1);
        return true;
    }

    private void toLineEnd() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private void blockComment() {
        int depth = 0;
        while (at < text.length()) {
            if (text.startsWith("/*", at) && (depth == 0 || language == Language.RUST)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
                if (depth == 0) {
                    return;
                }
            } else {
                first |= text.charAt(at) == '\n';
                at++;
            }
        }
    }

    private void quote(char quote) {
        boolean triple = text.startsWith(String.valueOf(quote).repeat(3), at);
        switch (language) {
            case SCRIPT -> {
                if (quote == '`') {
                    template();
                } else {
                    escaped(quote, false);
                }
            }
            case PYTHON -> {
                if (triple && quote != '`') {
                    tripled(quote);
                } else {
                    escaped(quote, false);
                }
            }
            case GO -> {
                if (quote == '`') {
                    until("`", at, at + 1);
                } else if (quote == '"') {
                    escaped(quote, false);
                } else {
                    character();
                }
            }
            case BRACES -> {
                if (quote == '"' && triple) {
                    tripled(quote);
                } else if (quote == '"') {
                    escaped(quote, at > 0 && text.charAt(at - 1) == '@');
                } else {
                    character();
                }
            }
            case RUST -> {
                if (quote == '"') {
                    escaped(quote, true);
                } else {
                    character();
                }
            }
        }
    }

    /// To a closing mark, whatever stands before it.
    private void until(String mark, int from, int inner) {
        int close = text.indexOf(mark, inner);
        int to = close < 0 ? text.length() : close;
        add(
                Kind.TEXT,
                text.substring(inner, to),
                from,
                Math.min(text.length(), to + mark.length()));
        at = Math.min(text.length(), to + mark.length());
    }

    private void tripled(char quote) {
        String mark = String.valueOf(quote).repeat(3);
        int from = at;
        int to = at + 3;
        while (to < text.length() && !text.startsWith(mark, to)) {
            to += text.charAt(to) == '\\' ? 2 : 1;
        }
        to = Math.min(to, text.length());
        add(Kind.TEXT, text.substring(from + 3, to), from, Math.min(text.length(), to + 3));
        at = Math.min(text.length(), to + 3);
    }

    /// One that does not end in its line was none, unless it may have several.
    private void escaped(char quote, boolean lines) {
        int from = at;
        int to = at + 1;
        while (to < text.length() && text.charAt(to) != quote) {
            char c = text.charAt(to);
            if (c == '\n' && !lines) {
                break;
            }
            to += c == '\\' ? 2 : 1;
        }
        to = Math.min(to, text.length());
        boolean closed = to < text.length() && text.charAt(to) == quote;
        if (closed) {
            add(Kind.TEXT, text.substring(from + 1, to).replace("\\/", "/"), from, to + 1);
            at = to + 1;
        } else {
            // Looking for another end from every quote of a long line would take for ever.
            add(Kind.SIGN, String.valueOf(quote), from, from + 1);
            at = to;
        }
    }

    /// A character, or what begins like one: the lifetimes of Rust.
    private void character() {
        int close = at + 2;
        if (text.startsWith("\\", at + 1)) {
            close++;
            while (close - at < CHARACTER_MAX && !text.startsWith("'", close)) {
                close++;
            }
        }
        boolean one = text.startsWith("'", close);
        if (!one) {
            add(Kind.SIGN, "'", at, at + 1);
        }
        at = one ? close + 1 : at + 1;
    }

    private void template() {
        int from = at;
        int to = behindTemplate(at + 1, 0);
        boolean closed = to > from + 1 && text.charAt(to - 1) == '`';
        String inner = text.substring(from + 1, closed ? to - 1 : to);
        add(inner.contains("${") ? Kind.FILLED : Kind.TEXT, inner, from, to);
        at = to;
    }

    /// Behind the quote that closes a template.
    private int behindTemplate(int from, int level) {
        int to = from;
        while (to < text.length() && level < LEVELS_MAX) {
            if (text.charAt(to) == '`') {
                return to + 1;
            }
            if (text.startsWith("${", to)) {
                to = behindFilling(to + 2, level + 1);
            } else {
                to += text.charAt(to) == '\\' ? 2 : 1;
            }
        }
        return text.length();
    }

    /// Behind the bracket that closes what is put in, which has texts and templates of its own.
    private int behindFilling(int from, int level) {
        int depth = 1;
        int to = from;
        while (to < text.length()) {
            char c = text.charAt(to);
            if (c == '`') {
                to = behindTemplate(to + 1, level);
            } else if (c == '"' || c == '\'') {
                to = behindText(to, c) + 1;
            } else {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                to += c == '\\' ? 2 : 1;
                if (depth == 0) {
                    return to;
                }
            }
        }
        return text.length();
    }

    /// Where a text ends, or its line.
    private int behindText(int from, char quote) {
        int at = from + 1;
        while (at < text.length() && text.charAt(at) != quote && text.charAt(at) != '\n') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at, text.length());
    }

    private boolean mayBePattern() {
        if (tokens.isEmpty()) {
            return true;
        }
        Token before = tokens.getLast();
        return switch (before.kind()) {
            case WORD -> BEFORE_PATTERNS.contains(before.text());
            case TEXT, FILLED -> false;
            // `</` ends a tag of a page within code.
            case SIGN -> ")]}<".indexOf(before.text().charAt(0)) < 0;
        };
    }

    private void pattern() {
        boolean range = false;
        if (at < noPatternBefore) {
            add(Kind.SIGN, "/", at, at + 1);
            at++;
            return;
        }
        int stop = text.indexOf('\n', at);
        noPatternBefore = stop < 0 ? text.length() : stop;
        for (int to = at + 1; to < text.length() && text.charAt(to) != '\n'; to++) {
            char c = text.charAt(to);
            if (c == '\\') {
                to++;
            } else if (c == '[') {
                range = true;
            } else if (c == ']') {
                range = false;
            } else if (c == '/' && !range) {
                // It stands for a value, so that what follows divides it.
                add(Kind.SIGN, ")", at, to + 1);
                at = to + 1;
                noPatternBefore = 0;
                return;
            }
        }
        add(Kind.SIGN, "/", at, at + 1);
        at++;
    }
}
