package dev.belay.driver.scan;

import java.util.Locale;
import java.util.Set;

/// What random texts look like, and what people write in their place.
final class Letters {
    private static final Set<String> FILLERS =
            Set.of(
                    "password",
                    "passwd",
                    "passphrase",
                    "pass",
                    "pwd",
                    "secret",
                    "changeme",
                    "change-me",
                    "change_me",
                    "changeit",
                    "test",
                    "testing",
                    "test123",
                    "tester",
                    "admin",
                    "root",
                    "user",
                    "username",
                    "postgres",
                    "mysql",
                    "mariadb",
                    "mongo",
                    "redis",
                    "rabbitmq",
                    "guest",
                    "minio",
                    "minioadmin",
                    "dev",
                    "development",
                    "local",
                    "localhost",
                    "token",
                    "apikey",
                    "default",
                    "none",
                    "null",
                    "undefined",
                    "foobar",
                    "hunter2",
                    "letmein",
                    "qwerty",
                    "app",
                    "demo",
                    "public");

    private static final Set<String> TELLING =
            Set.of(
                    "example",
                    "xxxxx",
                    "placeholder",
                    "redacted",
                    "dummy",
                    "changeme",
                    "123456789",
                    "abcdefghij",
                    "notreal",
                    "not-real",
                    "not_real");

    private static final int SAME_IN_A_ROW = 7;

    private Letters() {}

    static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    static boolean isWord(int c) {
        return isAlphanumeric(c) || c == '_';
    }

    /// Shannon's, in bits a character.
    static double entropy(String text) {
        int[] counts = new int[256];
        text.chars().forEach(c -> counts[c & 0xff]++);
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / text.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }

    /// Whether somebody wrote it to show where a secret goes.
    static boolean isFiller(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.isEmpty()
                || FILLERS.contains(lower)
                || TELLING.stream().anyMatch(lower::contains)
                || lower.startsWith("your")
                || lower.startsWith("my-")
                || lower.startsWith("my_")
                || isReference(text)
                || repeats(lower);
    }

    /// A template or a shell puts something in its place.
    private static boolean isReference(String text) {
        return "$<{[%*#@&".indexOf(text.charAt(0)) >= 0
                || text.contains("${")
                || text.contains("{{")
                || text.contains("$(")
                || text.contains("<")
                || text.contains("...")
                || text.contains("…");
    }

    private static boolean repeats(String text) {
        int same = 1;
        for (int i = 1; i < text.length(); i++) {
            same = text.charAt(i) == text.charAt(i - 1) ? same + 1 : 1;
            if (same >= SAME_IN_A_ROW) {
                return true;
            }
        }
        return text.chars().distinct().count() <= 2;
    }

    /// The share of neighbours of different kinds, small letters, capitals, digits, others: words
    /// change seldom, random texts all the time.
    static double changes(String text) {
        int changes = 0;
        for (int i = 1; i < text.length(); i++) {
            changes += sort(text.charAt(i)) == sort(text.charAt(i - 1)) ? 0 : 1;
        }
        return text.length() < 2 ? 0 : (double) changes / (text.length() - 1);
    }

    /// 0 small letter, 1 capital, 2 digit, 3 anything else.
    static int sort(char c) {
        if (c >= 'a' && c <= 'z') {
            return 0;
        }
        if (c >= 'A' && c <= 'Z') {
            return 1;
        }
        return c >= '0' && c <= '9' ? 2 : 3;
    }
}
