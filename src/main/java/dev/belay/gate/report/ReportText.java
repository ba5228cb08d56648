package dev.belay.gate.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// The text of a file: unpacked as far as a limit, and decoded strictly.
final class ReportText {
    /// What is read of one file, unpacked.
    static final int TEXT_BYTES_MAX = 32 * 1024 * 1024;

    private static final int HEAD = 200;
    private static final Pattern DECLARED =
            Pattern.compile("^<\\?xml[^>]*\\bencoding\\s*=\\s*[\"']([A-Za-z0-9._-]+)[\"']");

    private ReportText() {}

    static String of(byte[] content) throws Unreadable {
        byte[] bytes = isGzip(content) ? unpacked(content) : content;
        if (bytes.length == 0) {
            throw new Unreadable("is empty", "a tool that found nothing says so in its report");
        }
        String text = decoded(bytes);
        if (text.indexOf('\0') >= 0) {
            throw new Unreadable("has bytes that are no text", "");
        }
        return text;
    }

    private static boolean isGzip(byte[] content) {
        return content.length > 2 && content[0] == 0x1f && content[1] == (byte) 0x8b;
    }

    /// Counted while it grows: what a packed file says of its own size is no limit.
    private static byte[] unpacked(byte[] content) throws Unreadable {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(content))) {
            byte[] bytes = in.readNBytes(TEXT_BYTES_MAX + 1);
            if (bytes.length > TEXT_BYTES_MAX) {
                throw tooLarge();
            }
            return bytes;
        } catch (IOException e) {
            throw new Unreadable("cannot be unpacked: " + e.getMessage(), "pack it anew");
        }
    }

    private static Unreadable tooLarge() {
        return new Unreadable(
                "is more than %d MiB, unpacked".formatted(TEXT_BYTES_MAX / 1024 / 1024),
                "let the tool write a summary, or split it");
    }

    private static String decoded(byte[] bytes) throws Unreadable {
        if (bytes.length > TEXT_BYTES_MAX) {
            throw tooLarge();
        }
        int first = bytes[0] & 0xff;
        int second = bytes.length > 1 ? bytes[1] & 0xff : 0;
        if (first == 0xfe && second == 0xff) {
            return decode(bytes, 2, StandardCharsets.UTF_16BE);
        }
        if (first == 0xff && second == 0xfe) {
            return decode(bytes, 2, StandardCharsets.UTF_16LE);
        }
        boolean mark =
                first == 0xef && second == 0xbb && bytes.length > 2 && (bytes[2] & 0xff) == 0xbf;
        if (mark) {
            return decode(bytes, 3, StandardCharsets.UTF_8);
        }
        return decode(bytes, 0, declared(bytes));
    }

    /// Only XML says so; what it says must be something that everybody reads alike.
    private static Charset declared(byte[] bytes) throws Unreadable {
        String head =
                new String(bytes, 0, Math.min(HEAD, bytes.length), StandardCharsets.ISO_8859_1);
        Matcher declared = DECLARED.matcher(head);
        if (!declared.find()) {
            return StandardCharsets.UTF_8;
        }
        return switch (declared.group(1).toLowerCase(Locale.ROOT)) {
            case "utf-8", "utf8", "us-ascii", "ascii" -> StandardCharsets.UTF_8;
            case "iso-8859-1", "latin1" -> StandardCharsets.ISO_8859_1;
            default ->
                    throw new Unreadable(
                            "says that it is in `%s`".formatted(declared.group(1)),
                            "let the tool write UTF-8");
        };
    }

    private static String decode(byte[] bytes, int from, Charset charset) throws Unreadable {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                    .toString();
        } catch (CharacterCodingException _) {
            throw new Unreadable(
                    "has bytes that are no " + charset.name(), "let the tool write UTF-8");
        }
    }
}
