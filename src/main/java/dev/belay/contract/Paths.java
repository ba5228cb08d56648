package dev.belay.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/// Names of files as contracts write them.
final class Paths {
    private Paths() {}

    /// The file that a reference in another file means; empty when it leads out of the folder, or
    /// is an address.
    static String beside(String from, String reference) {
        String written = decoded(reference);
        int colon = written.indexOf(':');
        if (written.startsWith("/")
                || written.indexOf('\\') >= 0
                || written.indexOf('\0') >= 0
                || colon >= 0) {
            return "";
        }
        int slash = from.lastIndexOf('/');
        Deque<String> parts = new ArrayDeque<>();
        String whole = slash < 0 ? written : from.substring(0, slash + 1) + written;
        for (String part : whole.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    return "";
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    /// A part of a JSON pointer in a URI fragment.
    static String unescaped(String part) {
        return decoded(part).replace("~1", "/").replace("~0", "~");
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream();
        byte[] written = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < written.length; i++) {
            int high = i + 2 < written.length ? Character.digit(written[i + 1], 16) : -1;
            int low = i + 2 < written.length ? Character.digit(written[i + 2], 16) : -1;
            if (written[i] == '%' && high >= 0 && low >= 0) {
                bytes.write(high * 16 + low);
                i += 2;
            } else {
                bytes.write(written[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
