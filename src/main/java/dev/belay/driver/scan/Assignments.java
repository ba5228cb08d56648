package dev.belay.driver.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Random texts that are assigned to a name such as `password` or `clientSecret`. A guess, and so
/// it is made only where nothing else would look like that: hashes of lock files have other names,
/// and words, paths and references are not random.
final class Assignments implements Detector {
    private static final Set<String> LAST =
            Set.of(
                    "password",
                    "passwd",
                    "pwd",
                    "passphrase",
                    "secret",
                    "token",
                    "apikey",
                    "secretkey",
                    "accesskey",
                    "credential",
                    "credentials");
    private static final Set<String> BEFORE_KEY =
            Set.of(
                    "api",
                    "secret",
                    "access",
                    "private",
                    "auth",
                    "signing",
                    "encryption",
                    "master",
                    "account",
                    "client");
    private static final int NAME_MAX = 64;
    private static final int BLANKS_MAX = 8;
    private static final int VALUE_MIN = 8;
    private static final int VALUE_MAX = 256;
    private static final int LONG = 16;
    private static final double RANDOM_HEX = 3.0;
    private static final double RANDOM = 3.5;
    private static final double RANDOM_SHORT = 2.75;
    private static final double CHANGES = 0.25;

    /// Of capitals and small letters together: `oauth2AccessToken` changes at its words alone.
    private static final double CHANGES_OF_CASE = 0.45;

    @Override
    public int[] triggers() {
        int[] pairs = new int[512];
        for (int second = 0; second < 256; second++) {
            pairs[second] = Detector.pair('=', second);
            pairs[256 + second] = Detector.pair(':', second);
        }
        return pairs;
    }

    @Override
    public boolean looksIntoBinaries() {
        return false;
    }

    @Override
    public void look(Content content, int at, Finds finds) {
        int next = content.at(at + 1);
        int before = content.at(at - 1);
        if (next == '=' || next == ':' || next == '/' || "=!<>+".indexOf(before) >= 0) {
            return;
        }
        String name = name(content, before == ':' ? at - 1 : at);
        if (name.isEmpty() || !isTelling(name) || !Places.mayHoldGuesses(content.path())) {
            return;
        }
        int from = skipBlanks(content, next == '>' ? at + 2 : at + 1);
        int quote = content.at(from);
        boolean quoted = quote == '"' || quote == '\'' || quote == '`';
        if (!quoted && !Places.isConfiguration(content.path())) {
            return;
        }
        int start = quoted ? from + 1 : from;
        int to = start;
        while (to - start <= VALUE_MAX && goesOn(content.at(to), quoted ? quote : -1)) {
            to++;
        }
        boolean whole = to - start <= VALUE_MAX && (!quoted || content.at(to) == quote);
        if (whole && isRandom(content.text(start, to))) {
            finds.found(start, "assignment", Leak.Kind.ASSIGNMENT, "assigned to `" + name + "`");
        }
    }

    private static int skipBlanks(Content content, int from) {
        int at = from;
        while (at - from < BLANKS_MAX && (content.at(at) == ' ' || content.at(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean goesOn(int c, int quote) {
        return c > ' ' && c != quote && (quote >= 0 || (c != ';' && c != ',' && c != '#'));
    }

    private static String name(Content content, int at) {
        int to = at;
        while (at - to < BLANKS_MAX && content.at(to - 1) == ' ') {
            to--;
        }
        if (content.at(to - 1) == '"' || content.at(to - 1) == '\'') {
            to--;
        }
        int from = to;
        while (to - from < NAME_MAX
                && (Letters.isWord(content.at(from - 1)) || content.at(from - 1) == '-')) {
            from--;
        }
        return content.text(from, to);
    }

    private static boolean isTelling(String name) {
        List<String> words = words(name);
        if (words.isEmpty()) {
            return false;
        }
        String last = words.getLast();
        return LAST.contains(last)
                || (last.equals("key")
                        && words.size() > 1
                        && BEFORE_KEY.contains(words.get(words.size() - 2)));
    }

    /// `clientSecret`, `CLIENT_SECRET` and `client-secret` are the same words.
    private static List<String> words(String name) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean capital =
                    i > 0 && Letters.sort(c) == 1 && Letters.sort(name.charAt(i - 1)) == 0;
            if (capital || !Letters.isAlphanumeric(c)) {
                add(words, word);
            }
            if (Letters.isAlphanumeric(c)) {
                word.append(c);
            }
        }
        add(words, word);
        return words;
    }

    private static void add(List<String> words, StringBuilder word) {
        if (!word.isEmpty()) {
            words.add(word.toString().toLowerCase(Locale.ROOT));
            word.setLength(0);
        }
    }

    static boolean isRandom(String value) {
        if (value.length() < VALUE_MIN || Letters.isFiller(value) || isSomethingElse(value)) {
            return false;
        }
        double entropy = Letters.entropy(value);
        boolean hex = value.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        if (hex) {
            return value.length() >= LONG && entropy >= RANDOM_HEX;
        }
        boolean letters = value.chars().anyMatch(Character::isLetter);
        boolean digits = value.chars().anyMatch(Character::isDigit);
        if (value.length() >= LONG) {
            return letters
                    && digits
                    && entropy >= RANDOM
                    && Letters.changes(value) >= (isOfBothCases(value) ? CHANGES_OF_CASE : CHANGES);
        }
        long sorts = value.chars().map(c -> Letters.sort((char) c)).distinct().count();
        boolean marked = value.chars().anyMatch(c -> "!@#$%^&*?+~".indexOf(c) >= 0);
        return sorts >= 3 && marked && entropy >= RANDOM_SHORT;
    }

    private static boolean isOfBothCases(String value) {
        return value.chars().anyMatch(Character::isUpperCase)
                && value.chars().anyMatch(Character::isLowerCase);
    }

    /// Paths, addresses, calls, names that are looked up, and identifiers that are no secret.
    private static boolean isSomethingElse(String value) {
        return value.startsWith("/")
                || value.startsWith("./")
                || value.startsWith("../")
                || value.contains("://")
                || value.contains("(")
                || value.contains("%s")
                || value.startsWith("sha256-")
                || value.startsWith("sha384-")
                || value.startsWith("sha512-")
                || value.startsWith("ENC[")
                || value.startsWith("vault:")
                || isUuid(value)
                || isMadeOfWords(value);
    }

    private static boolean isUuid(String value) {
        return value.length() == 36
                && value.chars().allMatch(c -> c == '-' || Character.digit(c, 16) >= 0)
                && value.charAt(8) == '-'
                && value.charAt(13) == '-';
    }

    /// `auth.access_token-v2` is a name.
    private static boolean isMadeOfWords(String value) {
        for (String part : value.split("[-_.:/]", -1)) {
            boolean word = part.chars().allMatch(Character::isLetter);
            boolean version = part.length() <= 4;
            if (!word && !version) {
                return false;
            }
        }
        return value.indexOf('-') > 0
                || value.indexOf('_') > 0
                || value.indexOf('.') > 0
                || value.indexOf(':') > 0;
    }
}
