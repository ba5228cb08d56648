package dev.belay.server.text;

import dev.belay.server.people.ConsentView;

/// What a release asks people, and how to answer.
public final class ConsentText {
    private ConsentText() {}

    public static String of(ConsentView consent, boolean colour) {
        var paint = new Paint(colour);
        var text = new StringBuilder();
        text.append(paint.bold(consent.release()))
                .append("  ")
                .append(Paint.plain(consent.title()))
                .append(paint.dim("  by " + Paint.plain(consent.submitter())))
                .append("\n  plan  ")
                .append(consent.plan())
                .append('\n');
        if (consent.approvals().isEmpty() && consent.checklist().isEmpty()) {
            return text.append("  it asks nobody for consent\n").toString();
        }
        consent.given()
                .forEach(one -> text.append("  given    ").append(Paint.plain(one)).append('\n'));
        consent.lacking()
                .forEach(one ->
                        text.append("  ")
                                .append(paint.bad("lacking"))
                                .append("  ")
                                .append(Paint.plain(one))
                                .append('\n'));
        if (!consent.objected().isEmpty()) {
            text.append("  ").append(paint.bad(Paint.plain(consent.objected()))).append('\n');
        }
        for (int i = 0; i < consent.checklist().size(); i++) {
            text.append("  ")
                    .append(i + 1)
                    .append("  ")
                    .append(Paint.plain(consent.checklist().get(i)))
                    .append('\n');
        }
        if (!consent.lacking().isEmpty() && consent.objected().isEmpty()) {
            answer(text, paint, consent);
        }
        return text.toString();
    }

    /// Only what is asked for at all.
    private static void answer(StringBuilder text, Paint paint, ConsentView consent) {
        if (!consent.approvals().isEmpty()) {
            text.append(paint.dim("  answer: belay approve " + consent.release()))
                    .append(paint.dim(" --plan " + consent.plan() + " --reason …"))
                    .append('\n');
        }
        if (!consent.checklist().isEmpty()) {
            text.append(paint.dim("  answer: belay check-off " + consent.release() + " NUMBER"))
                    .append('\n');
        }
    }
}
