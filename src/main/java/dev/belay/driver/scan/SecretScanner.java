package dev.belay.driver.scan;

import dev.belay.driver.configuration.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks for secrets in one content: at each of its bytes, it asks those who know something that
/// begins with this one and the next. That takes time in proportion to the content's length.
public final class SecretScanner {
    /// The rule by which values of declared variables are found.
    public static final String DECLARED = "declared-secret";

    /// With a reason after it, in the same line or in a comment before it.
    public static final String MARKER = "belay:allow-secret";

    private static final int PAIRS = 1 << 16;
    private static final int FOUND_MAX = 100;
    private static final int LINE_MAX = 2000;
    private static final int REASON_MIN = 3;

    private final @Nullable List<Detector>[] byPair;

    /// One that knows these values, and what it knows anyway.
    ///
    /// @param declared values of secrets by what they are called
    public SecretScanner(Map<String, Secret> declared) {
        byPair = table();
        List<Detector> all =
                List.of(
                        new DeclaredValues(declared),
                        new TokenFormats(),
                        new PrivateKeys(),
                        new WebTokens(),
                        new UrlPasswords(),
                        new Assignments());
        for (Detector detector : all) {
            for (int pair : detector.triggers()) {
                List<Detector> there = byPair[pair];
                if (there == null) {
                    there = new ArrayList<>();
                    byPair[pair] = there;
                }
                there.add(detector);
            }
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable List<Detector>[] table() {
        return new List[PAIRS];
    }

    /// Names of all rules.
    public static List<String> rules() {
        return Stream.concat(
                        TokenFormats.rules().stream(),
                        Stream.of(
                                DECLARED, "private-key", "web-token", "url-password", "assignment"))
                .sorted()
                .toList();
    }

    /// What is in it, in its order, and at most a hundred.
    public List<Leak> scan(String path, byte[] bytes) {
        return scan(new Content(path, bytes, 1));
    }

    List<Leak> scan(Content content) {
        boolean text = content.isText();
        var found = new Found(content, text);
        for (int i = 0; i + 1 < content.length() && !found.isFull(); i++) {
            List<Detector> detectors = byPair[content.pair(i)];
            if (detectors != null) {
                for (Detector detector : detectors) {
                    if (text || detector.looksIntoBinaries()) {
                        detector.look(content, i, found);
                    }
                }
            }
        }
        return found.leaks;
    }

    /// Keeps one leak for each place, the surest, and none that somebody allowed there.
    private static final class Found implements Detector.Finds {
        private final Content content;
        private final boolean text;
        private final List<Leak> leaks = new ArrayList<>();
        private final List<Integer> places = new ArrayList<>();

        Found(Content content, boolean text) {
            this.content = content;
            this.text = text;
        }

        boolean isFull() {
            return leaks.size() >= FOUND_MAX;
        }

        @Override
        public void found(int at, String rule, Leak.Kind kind, String hint) {
            if (kind != Leak.Kind.DECLARED && text && isAllowed(content, at)) {
                return;
            }
            var leak =
                    new Leak(
                            content.path(),
                            text ? content.line(at) : 0,
                            text ? content.column(at) : at + 1,
                            rule,
                            kind,
                            hint,
                            "",
                            Places.isForeign(content.path()));
            int before = places.indexOf(at);
            if (before < 0) {
                places.add(at);
                leaks.add(leak);
            } else if (kind.compareTo(leaks.get(before).kind()) < 0) {
                // A name told of it before it was looked at itself.
                leaks.set(before, leak);
            }
        }
    }

    private static boolean isAllowed(Content content, int at) {
        int start = content.lineStart(at);
        int end = at;
        while (end < content.length() && content.at(end) != '\n' && end - at < LINE_MAX) {
            end++;
        }
        String line = content.text(Math.max(start, at - LINE_MAX), end);
        if (allows(line)) {
            return true;
        }
        int before = start == 0 ? 0 : content.lineStart(start - 1);
        String above =
                start - before > LINE_MAX ? "" : content.text(before, Math.max(before, start - 1));
        boolean comment =
                Stream.of("#", "//", "/*", "*", "<!--", "--", ";", "%")
                        .anyMatch(above.strip()::startsWith);
        return comment && allows(above);
    }

    /// Only with a reason: a marker alone says that somebody wanted quiet.
    private static boolean allows(String line) {
        int marker = line.indexOf(MARKER);
        if (marker < 0) {
            return false;
        }
        String reason = line.substring(marker + MARKER.length());
        long letters =
                Arrays.stream(reason.split("\\s+", -1))
                        .flatMapToInt(String::chars)
                        .filter(Character::isLetter)
                        .count();
        return (reason.startsWith(" ") || reason.startsWith(":")) && letters >= REASON_MIN;
    }
}
