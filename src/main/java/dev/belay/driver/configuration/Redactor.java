package dev.belay.driver.configuration;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Masks secrets in whatever people or files get to see, in the forms that they travel in: as they
/// are, in base64 (also in the middle of a longer text, as in a `Basic` header), in hexadecimal,
/// URL-encoded, as JSON strings (of ASCII alone, too) and as HTML. A secret of several lines is
/// masked line by line too.
///
/// Secrets of fewer than four characters are not masked: every text would be full of holes, and the
/// holes would tell the secret.
public final class Redactor {
    private static final String MASK = "***";
    private static final int SHORTEST = 4;

    /// Of a part of a secret, such as a line of a key.
    private static final int SHORTEST_PART = 12;

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> forms = new HashSet<>();
    private volatile Forms current = Forms.of(Set.of());

    /// From now on masked everywhere, streams under way included.
    public void register(Secret secret) {
        register(List.of(secret));
    }

    public void register(Collection<Secret> secrets) {
        Set<String> wanted = new HashSet<>();
        secrets.forEach(secret -> wanted.addAll(secret.use(Redactor::formsOf)));
        lock.lock();
        try {
            if (forms.addAll(wanted)) {
                current = Forms.of(forms);
            }
        } finally {
            lock.unlock();
        }
    }

    /// A whole text, masked.
    public String redact(String text) {
        StringBuilder masked = new StringBuilder(text.length());
        current.mask(text, true, masked);
        return masked.toString();
    }

    /// For text that comes in pieces.
    public Stream stream() {
        return new Stream();
    }

    /// Holds back the end of a piece as long as it may be the beginning of a secret.
    public final class Stream {
        private String held = "";

        /// What can be shown after this piece came.
        public String push(String piece) {
            return go(held + piece, false);
        }

        /// The rest, when nothing more comes.
        public String finish() {
            return go(held, true);
        }

        private String go(String text, boolean last) {
            StringBuilder masked = new StringBuilder(text.length());
            held = text.substring(current.mask(text, last, masked));
            return masked.toString();
        }
    }

    private static Set<String> formsOf(String secret) {
        Set<String> forms = new HashSet<>();
        if (secret.length() >= SHORTEST) {
            addForms(secret, forms);
        }
        List<String> lines = secret.lines().toList();
        if (lines.size() > 1) {
            lines.stream()
                    .filter(line -> line.length() >= SHORTEST_PART)
                    .forEach(line -> addForms(line, forms));
        }
        return forms;
    }

    /// A text in all forms in which it is masked; in the clear, for looking for it.
    public static Set<String> formsOfOne(String text) {
        Set<String> forms = new HashSet<>();
        addForms(text, forms);
        return forms;
    }

    private static void addForms(String text, Set<String> forms) {
        forms.add(text);
        String form = URLEncoder.encode(text, StandardCharsets.UTF_8);
        String percent = form.replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
        forms.add(form);
        forms.add(percent);
        forms.add(lowerHex(form));
        forms.add(lowerHex(percent));
        for (boolean slash : List.of(false, true)) {
            String quoted = json(text, slash);
            forms.add(quoted);
            forms.add(ascii(quoted, "\\u%04x"));
            forms.add(ascii(quoted, "\\u%04X"));
        }
        forms.add(html(text));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        forms.add(HexFormat.of().formatHex(bytes));
        forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
        addBase64(bytes, forms);
    }

    /// Base64 has three alignments. What of each does not depend on the neighbours is masked; at
    /// the edges at most two characters stay, and these say less than one byte each.
    private static void addBase64(byte[] secret, Set<String> forms) {
        forms.add(Base64.getEncoder().encodeToString(secret));
        forms.add(Base64.getUrlEncoder().encodeToString(secret));
        forms.add(Base64.getEncoder().withoutPadding().encodeToString(secret));
        forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + secret.length];
            System.arraycopy(secret, 0, shifted, before, secret.length);
            String whole = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            int from = before == 0 ? 0 : before + 1;
            int to = shifted.length * 8 / 6;
            if (to - from >= SHORTEST) {
                String inner = whole.substring(from, to);
                forms.add(inner);
                forms.add(inner.replace('+', '-').replace('/', '_'));
            }
        }
    }

    private static String lowerHex(String encoded) {
        StringBuilder lower = new StringBuilder(encoded);
        for (int i = 0; i + 2 < lower.length(); i++) {
            if (lower.charAt(i) == '%') {
                lower.setCharAt(i + 1, Character.toLowerCase(lower.charAt(i + 1)));
                lower.setCharAt(i + 2, Character.toLowerCase(lower.charAt(i + 2)));
            }
        }
        return lower.toString();
    }

    private static String ascii(String text, String escape) {
        StringBuilder out = new StringBuilder();
        text.chars()
                .forEach(
                        c -> out.append(c < 0x7f ? String.valueOf((char) c) : escape.formatted(c)));
        return out.toString();
    }

    private static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String json(String text, boolean escapeSlash) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '/' -> out.append(escapeSlash ? "\\/" : "/");
                default -> out.append(c < ' ' ? String.format("\\u%04x", (int) c) : c);
            }
        }
        return out.toString();
    }

    /// The forms by first character, longest first, so that the longest match at the leftmost place
    /// wins.
    private record Forms(Map<Character, List<String>> byFirst) {
        static Forms of(Set<String> forms) {
            Map<Character, List<String>> byFirst = new TreeMap<>();
            for (String form : forms) {
                byFirst.computeIfAbsent(form.charAt(0), _ -> new ArrayList<>()).add(form);
            }
            byFirst.values()
                    .forEach(list -> list.sort((a, b) -> Integer.compare(b.length(), a.length())));
            return new Forms(byFirst);
        }

        /// Appends the masked text and answers up to where it got: to the end when it is the `last`
        /// piece, else at most to where a secret may have begun.
        int mask(String text, boolean last, StringBuilder masked) {
            int at = 0;
            while (at < text.length()) {
                List<String> candidates = byFirst.getOrDefault(text.charAt(at), List.of());
                if (!last && mayGoOn(candidates, text, at)) {
                    return at;
                }
                String found = match(candidates, text, at);
                masked.append(found == null ? text.substring(at, at + 1) : MASK);
                at += found == null ? 1 : found.length();
            }
            return at;
        }

        private static boolean mayGoOn(List<String> candidates, String text, int at) {
            int rest = text.length() - at;
            return candidates.stream()
                    .anyMatch(form -> form.length() > rest && form.startsWith(text.substring(at)));
        }

        private static @Nullable String match(List<String> candidates, String text, int at) {
            for (String form : candidates) {
                if (text.startsWith(form, at)) {
                    return form;
                }
            }
            return null;
        }
    }
}
