package dev.belay.server.text;

import dev.belay.server.contracts.ContractsView;

/// How contracts differ, a line for each difference and its mend below it: what breaks first.
public final class ContractsText {
    private ContractsText() {}

    public static String of(ContractsView view, boolean colour) {
        var paint = new Paint(colour);
        var text = new StringBuilder();
        if (!view.component().isEmpty()) {
            text.append(paint.bold(Paint.plain(view.component()))).append("  ");
        }
        text.append(Paint.plain(view.after()))
                .append(paint.dim("  against  "))
                .append(Paint.plain(view.before()))
                .append('\n');
        if (view.differences().isEmpty()) {
            return text.append("  no difference\n").toString();
        }
        for (ContractsView.Line one : view.differences()) {
            String weight = one.accepted() ? "accepted" : one.weight();
            String padded = weight + " ".repeat("harmless".length() - weight.length());
            text.append("  ")
                    .append(weight.equals("breaking") ? paint.bad(padded) : paint.dim(padded))
                    .append("  ")
                    .append(paint.bold(Paint.plain(one.at())))
                    .append(": ")
                    .append(Paint.plain(one.what()))
                    .append(paint.dim("  " + place(one) + "  " + one.rule()))
                    .append('\n');
            if (weight.equals("breaking") && !one.mend().isEmpty()) {
                text.append("            hint: ").append(one.mend()).append('\n');
            }
        }
        return text.toString();
    }

    private static String place(ContractsView.Line one) {
        String line = one.line() == 0 ? "" : ":" + one.line();
        return Paint.plain(one.file()) + line + (one.was() ? " (before)" : "");
    }
}
