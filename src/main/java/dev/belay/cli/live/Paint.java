package dev.belay.cli.live;

/// Colours of a terminal, or none.
public enum Paint {
    PLAIN(""),
    GREEN("32"),
    RED("31"),
    YELLOW("33"),
    CYAN("36"),
    DIM("2"),
    BOLD("1");

    private final String code;

    Paint(String code) {
        this.code = code;
    }

    /// The text in this colour.
    ///
    /// @param colour whether colours are welcome
    public String on(String text, boolean colour) {
        return colour && !code.isEmpty() ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
