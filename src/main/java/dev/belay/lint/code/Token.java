package dev.belay.lint.code;

/// One word, text or sign of a source file.
///
/// @param text the word or sign as written; of a text, what stands between its quotes
/// @param offset where it begins in the file, its quote included
/// @param end behind its last character
/// @param first whether nothing but blanks stands before it in its line
public record Token(Kind kind, String text, int offset, int end, boolean first) {
    /// What it is.
    public enum Kind {
        /// A name, a keyword or a number.
        WORD,
        /// A text in quotes.
        TEXT,
        /// A text in which values are put: `${…}` stands in it as written.
        FILLED,
        /// One character of anything else.
        SIGN
    }

    public boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    public boolean isSign(char sign) {
        return kind == Kind.SIGN && text.charAt(0) == sign;
    }

    /// Whether it is a text, and nothing is put into it.
    public boolean isText() {
        return kind == Kind.TEXT;
    }
}
