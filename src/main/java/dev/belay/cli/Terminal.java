package dev.belay.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/// Where a command writes: results to `out`, everything said on the way to `err`.
///
/// @param interactive whether a person watches, so that lines may be drawn again
/// @param colour whether colours are welcome: <https://no-color.org> is honoured
public record Terminal(PrintStream out, PrintStream err, boolean interactive, boolean colour) {
    /// This process's own.
    public static Terminal system() {
        // The plain console, which `cli.args` asks for, is not there at all without a terminal.
        boolean interactive =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return new Terminal(System.out, System.err, interactive, interactive && wantsColour());
    }

    private static boolean wantsColour() {
        String no = System.getenv("NO_COLOR");
        return (no == null || no.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }

    /// A line beside the result: a notice, or how far things are.
    public void say(String line) {
        err.println(line);
    }

    /// Text that ends with a line break already, when there is any.
    public void print(String text) {
        out.print(text);
        if (!text.isEmpty() && !text.endsWith("\n")) {
            out.println();
        }
        out.flush();
    }
}
