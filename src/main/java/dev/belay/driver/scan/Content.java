package dev.belay.driver.scan;

import java.nio.charset.StandardCharsets;

/// Bytes that are looked at, and where in them lines begin. What is outside is -1, so that nobody
/// who looks around has to count.
final class Content {
    /// Who is asked for a text knows how far to look.
    static final int LOOK = 4096;

    private static final int TEXT_SAMPLE = 8000;

    private final String path;
    private final byte[] bytes;
    private final int firstLine;

    Content(String path, byte[] bytes, int firstLine) {
        this.path = path;
        this.bytes = bytes;
        this.firstLine = firstLine;
    }

    String path() {
        return path;
    }

    int length() {
        return bytes.length;
    }

    int at(int index) {
        return index < 0 || index >= bytes.length ? -1 : bytes[index] & 0xff;
    }

    /// The byte and the next, both of which must be there.
    int pair(int index) {
        return (bytes[index] & 0xff) << 8 | (bytes[index + 1] & 0xff);
    }

    /// @param text a character for each byte
    boolean startsWith(String text, int from) {
        if (from < 0 || from + text.length() > bytes.length) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((bytes[from + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    String text(int from, int to) {
        int end = Math.min(to, bytes.length);
        return new String(bytes, from, Math.max(0, end - from), StandardCharsets.ISO_8859_1);
    }

    /// As Git decides it: no NUL in the beginning.
    boolean isText() {
        for (int i = 0; i < Math.min(bytes.length, TEXT_SAMPLE); i++) {
            if (bytes[i] == 0) {
                return false;
            }
        }
        return true;
    }

    int line(int index) {
        int line = firstLine;
        for (int i = 0; i < index; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }

    int lineStart(int index) {
        int start = index;
        while (start > 0 && bytes[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    /// In characters: what goes on in UTF-8 begins with the bits 10.
    int column(int index) {
        int column = 1;
        for (int i = lineStart(index); i < index; i++) {
            column += (bytes[i] & 0xc0) == 0x80 ? 0 : 1;
        }
        return column;
    }
}
