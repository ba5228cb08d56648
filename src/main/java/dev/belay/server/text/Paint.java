package dev.belay.server.text;

/// Colours of a terminal, or none. What comes from elsewhere loses its control characters, so that
/// no name can paint or move the cursor.
record Paint(boolean colour) {
    String bold(String text) {
        return with("1", text);
    }

    String dim(String text) {
        return with("2", text);
    }

    String good(String text) {
        return with("32", text);
    }

    String busy(String text) {
        return with("36", text);
    }

    String warn(String text) {
        return with("33", text);
    }

    String bad(String text) {
        return with("31", text);
    }

    /// A state of a release, a step or a component in its colour.
    String state(String word) {
        return switch (word) {
            case "completed", "done", "well", "up", "valid" -> good(word);
            case "held", "failed", "undo-failed", "unwell", "down", "rejected", "written-off" ->
                    bad(word);
            case "rolled-back", "rolling-back", "paused", "undone", "undoing", "ending" ->
                    warn(word);
            case "running", "changing", "waiting" -> busy(word);
            default -> dim(word);
        };
    }

    /// The text on one line, harmless.
    static String plain(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\n' || c == '\t' ? ' ' : harmful(c) ? 0xFFFD : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    private static boolean harmful(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private String with(String code, String text) {
        return colour ? "\u001b[" + code + "m" + plain(text) + "\u001b[0m" : plain(text);
    }
}
