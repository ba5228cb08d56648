package dev.belay.contract.proto;

import java.util.ArrayList;
import java.util.List;

/// The words of a `.proto` file.
final class Tokens {
    private static final int MAX = 1_000_000;

    private final String file;
    private final String text;
    private final List<Token> all = new ArrayList<>();
    private int next;

    /// What a word is.
    enum Kind {
        NAME,
        NUMBER,
        TEXT,
        SIGN,
        END
    }

    /// One word.
    record Token(Kind kind, String text, int line) {
        boolean is(String sign) {
            return kind != Kind.TEXT && text.equals(sign);
        }
    }

    Tokens(String file, String text) throws ProtoException {
        this.file = file;
        this.text = text;
        scan();
    }

    Token peek() {
        return all.get(next);
    }

    Token take() {
        Token token = all.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    boolean takes(String sign) {
        if (peek().is(sign)) {
            take();
            return true;
        }
        return false;
    }

    void need(String sign) throws ProtoException {
        Token token = take();
        if (!token.is(sign)) {
            throw wrong(token, "`" + sign + "`");
        }
    }

    String name() throws ProtoException {
        Token token = take();
        if (token.kind() != Kind.NAME) {
            throw wrong(token, "a name");
        }
        return token.text();
    }

    /// A name with dots in it, perhaps one before it.
    String path() throws ProtoException {
        var path = new StringBuilder(takes(".") ? "." : "");
        path.append(name());
        while (peek().is(".")) {
            take();
            path.append('.').append(name());
        }
        return path.toString();
    }

    /// Texts that follow each other are one.
    String text() throws ProtoException {
        Token token = take();
        if (token.kind() != Kind.TEXT) {
            throw wrong(token, "a text in quotes");
        }
        var whole = new StringBuilder(token.text());
        while (peek().kind() == Kind.TEXT) {
            whole.append(take().text());
        }
        return whole.toString();
    }

    int number() throws ProtoException {
        boolean negative = takes("-");
        Token token = take();
        try {
            if (token.kind() == Kind.NUMBER) {
                long value = Long.decode(token.text());
                return Math.toIntExact(negative ? -value : value);
            }
        } catch (ArithmeticException | NumberFormatException _) {
            throw wrong(token, "a number of at most 32 bits");
        }
        throw wrong(token, "a number");
    }

    ProtoException wrong(Token found, String wanted) {
        String said =
                found.kind() == Kind.END ? "the file ends" : "there is `" + found.text() + "`";
        return failure(found.line(), said + " where " + wanted + " should be");
    }

    ProtoException failure(int line, String what) {
        String[] lines = text.split("\r\n|\r|\n", -1);
        String shown = line >= 1 && line <= lines.length ? lines[line - 1] : "";
        return new ProtoException(file, line, shown, what);
    }

    private void scan() throws ProtoException {
        int line = 1;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            int from = at;
            if (c == '\n') {
                line++;
                at++;
            } else if (Character.isWhitespace(c) || c == '\uFEFF') {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw failure(line, "a comment begins here and has no end");
                }
                line += (int) text.substring(at, end).chars().filter(one -> one == '\n').count();
                at = end + 2;
            } else if (Character.isLetter(c) || c == '_') {
                while (at < text.length() && isNamed(text.charAt(at))) {
                    at++;
                }
                add(Kind.NAME, text.substring(from, at), line);
            } else if (c >= '0' && c <= '9') {
                while (at < text.length() && (isNamed(text.charAt(at)) || text.charAt(at) == '.')) {
                    at++;
                }
                add(Kind.NUMBER, text.substring(from, at), line);
            } else if (c == '"' || c == '\'') {
                at = quoted(at, c, line);
            } else {
                add(Kind.SIGN, String.valueOf(c), line);
                at++;
            }
            if (all.size() > MAX) {
                throw failure(line, "the file has more than " + MAX + " words");
            }
        }
        add(Kind.END, "", line);
    }

    private int quoted(int from, char quote, int line) throws ProtoException {
        var value = new StringBuilder();
        int at = from + 1;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at);
            if (c == '\n') {
                throw failure(line, "a text has no end");
            }
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                c = text.charAt(at);
            }
            value.append(c);
            at++;
        }
        if (at >= text.length()) {
            throw failure(line, "a text has no end");
        }
        add(Kind.TEXT, value.toString(), line);
        return at + 1;
    }

    private static boolean isNamed(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private void add(Kind kind, String word, int line) {
        all.add(new Token(kind, word, line));
    }
}
