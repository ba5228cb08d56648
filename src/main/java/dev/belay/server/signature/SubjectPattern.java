package dev.belay.server.signature;

/// Patterns of subjects: `*` is anything without `/` and `@`, `**` is anything. Decided in time
/// that grows with the two lengths multiplied, whatever they are.
final class SubjectPattern {
    private SubjectPattern() {}

    static boolean fits(String pattern, String subject) {
        // fits[i]: what was read of the pattern so far fits the first i characters.
        boolean[] fits = new boolean[subject.length() + 1];
        fits[0] = true;
        for (int at = 0; at < pattern.length(); at++) {
            char wanted = pattern.charAt(at);
            if (wanted == '*') {
                boolean all = at + 1 < pattern.length() && pattern.charAt(at + 1) == '*';
                at += all ? 1 : 0;
                for (int i = 0; i < subject.length(); i++) {
                    char c = subject.charAt(i);
                    fits[i + 1] |= fits[i] && (all || (c != '/' && c != '@'));
                }
            } else {
                for (int i = subject.length(); i > 0; i--) {
                    fits[i] = fits[i - 1] && subject.charAt(i - 1) == wanted;
                }
                fits[0] = false;
            }
        }
        return fits[subject.length()];
    }
}
