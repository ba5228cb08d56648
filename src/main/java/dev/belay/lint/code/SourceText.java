package dev.belay.lint.code;

import dev.belay.problem.Place;
import dev.belay.problem.Span;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text of a file, and where in it something stands.
public final class SourceText {
    private static final Pattern SCRIPT =
            Pattern.compile("<script\\b[^>]{0,1000}>", Pattern.CASE_INSENSITIVE);
    private static final int SHOWN_MAX = 2_000;

    private final String path;
    private final String text;
    private final int[] lines;

    public SourceText(String path, String text) {
        this.path = path;
        this.text = text;
        int[] starts = new int[16];
        int count = 1;
        for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
            }
            starts[count] = at + 1;
            count++;
        }
        lines = Arrays.copyOf(starts, count);
    }

    public String path() {
        return path;
    }

    public String text() {
        return text;
    }

    /// Its words, texts and signs; none where it is no code that is known.
    public List<Token> tokens() {
        String code = Language.isPage(path) ? scripts(text) : text;
        return Language.of(path)
                .map(language -> new Lexer(language, code).tokens())
                .orElse(List.of());
    }

    /// Where a line begins, which counts from 1.
    public int lineStart(int line) {
        return lines[Math.min(lines.length, Math.max(1, line)) - 1];
    }

    /// A stretch of one line, for pointing at it.
    public Place at(int offset, int end) {
        int found = Arrays.binarySearch(lines, offset);
        int line = found >= 0 ? found : -found - 2;
        int start = lines[line];
        int stop = line + 1 < lines.length ? lines[line + 1] - 1 : text.length();
        stop = stop > start && text.charAt(stop - 1) == '\r' ? stop - 1 : stop;
        int from = Math.min(offset, stop);
        int to = Math.max(from, Math.min(end, stop));
        int column = 1 + text.codePointCount(start, from);
        var span = new Span(path, line + 1, column, column + text.codePointCount(from, to));
        return new Place.Line(span, text.substring(start, Math.min(stop, start + SHOWN_MAX)));
    }

    /// A page with blanks in place of all that is no script, so that places stay.
    private static String scripts(String page) {
        var code = new StringBuilder(page.length());
        Matcher tag = SCRIPT.matcher(page);
        int at = 0;
        while (at < page.length() && tag.find(at)) {
            int close = close(page, tag.end());
            blank(page, at, tag.end(), code);
            code.append(page, tag.end(), close);
            at = close;
        }
        blank(page, at, page.length(), code);
        return code.toString();
    }

    private static int close(String page, int from) {
        for (int at = page.indexOf("</", from); at >= 0; at = page.indexOf("</", at + 2)) {
            if (page.regionMatches(true, at + 2, "script", 0, 6)) {
                return at;
            }
        }
        return page.length();
    }

    private static void blank(String page, int from, int to, StringBuilder code) {
        for (int i = from; i < to; i++) {
            code.append(page.charAt(i) == '\n' ? '\n' : ' ');
        }
    }
}
