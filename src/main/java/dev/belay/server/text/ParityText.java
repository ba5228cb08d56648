package dev.belay.server.text;

import dev.belay.server.operations.ParityView;
import java.util.List;

/// In what two environments differ, a line for each difference: what is looser first.
public final class ParityText {
    private ParityText() {}

    public static String of(ParityView parity, boolean colour) {
        var paint = new Paint(colour);
        List<ParityView.Line> lines = parity.differences();
        String title = paint.bold(parity.environment()) + " beside " + parity.with() + "  ";
        if (lines.isEmpty()) {
            return title + "no difference\n";
        }
        long looser = lines.stream().filter(one -> one.direction().equals("looser")).count();
        var text = new StringBuilder(title);
        text.append(count(lines.size()))
                .append(looser == 0 ? ", nothing looser" : ", looser: " + looser)
                .append('\n');
        int width = lines.stream().mapToInt(one -> one.what().length()).max().orElse(0);
        for (ParityView.Line one : lines) {
            String direction =
                    one.direction() + " ".repeat("stricter".length() - one.direction().length());
            text.append("  ")
                    .append(
                            one.direction().equals("looser")
                                    ? paint.bad(direction)
                                    : paint.dim(direction))
                    .append("  ")
                    .append(Paint.plain(one.what()))
                    .append(" ".repeat(width - one.what().length()))
                    .append("  ")
                    .append(Paint.plain(one.here()))
                    .append(paint.dim("  there: "))
                    .append(Paint.plain(one.there()))
                    .append(one.refused() ? "  " + paint.bad("refuses releases") : "")
                    .append('\n');
        }
        return text.toString();
    }

    private static String count(int differences) {
        return differences == 1 ? "1 difference" : differences + " differences";
    }
}
