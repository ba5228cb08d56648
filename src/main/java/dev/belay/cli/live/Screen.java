package dev.belay.cli.live;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The bottom of a terminal that is drawn again and again. Each drawing is one write that
/// overwrites the last line by line, so nothing flickers; lines are cut by the terminal itself and
/// never wrapped, so that a changed width cannot leave remains.
public final class Screen implements AutoCloseable {
    private static final String BEGIN = "\033[?2026h\033[?7l\033[?25l";
    private static final String END = "\033[?7h\033[?25h\033[?2026l";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final long SIZE_NANOS = 1_000_000_000;
    private static final int USUAL_ROWS = 24;
    private static final int ROWS_MIN = 3;

    private final PrintStream out;
    private List<String> drawn = List.of();
    private int rows = USUAL_ROWS;
    private long sizeKnown;
    private boolean closed;

    public Screen(PrintStream out) {
        this.out = out;
    }

    /// Shows these lines in place of the ones before; more than fit are counted instead.
    public synchronized void draw(List<String> lines) {
        if (closed) {
            return;
        }
        measure();
        List<String> fitting = fit(lines, rows - 1);
        if (fitting.equals(drawn)) {
            return;
        }
        var frame = new StringBuilder(BEGIN);
        if (!drawn.isEmpty()) {
            frame.append("\033[").append(Math.min(drawn.size(), rows - 1)).append('A');
        }
        frame.append('\r');
        fitting.forEach(line -> frame.append(line).append(CLEAR_LINE).append('\n'));
        frame.append(CLEAR_BELOW).append(END);
        write(frame.toString());
        drawn = fitting;
    }

    static List<String> fit(List<String> lines, int room) {
        if (lines.size() <= room) {
            return List.copyOf(lines);
        }
        var fitting = new java.util.ArrayList<>(lines.subList(0, Math.max(0, room - 1)));
        fitting.add("  … " + (lines.size() - fitting.size()) + " more lines");
        return List.copyOf(fitting);
    }

    /// Leaves what is drawn on the terminal and draws no more.
    @Override
    public synchronized void close() {
        closed = true;
        write(END);
    }

    private void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    /// Asked once a second: a terminal tells its size to who asks, and Java hears no signal of it.
    private void measure() {
        long now = System.nanoTime();
        Path terminal = Path.of("/dev/tty");
        if ((sizeKnown != 0 && now - sizeKnown < SIZE_NANOS) || !Files.isReadable(terminal)) {
            return;
        }
        sizeKnown = now;
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(terminal.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String[] size =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .strip()
                            .split(" ", 2);
            int told = Integer.parseInt(size[0]);
            // Terminals that are none say 0.
            rows = told < ROWS_MIN ? USUAL_ROWS : told;
        } catch (IOException | NumberFormatException _) {
            rows = USUAL_ROWS;
        }
    }
}
