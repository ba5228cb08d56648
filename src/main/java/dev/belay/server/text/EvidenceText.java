package dev.belay.server.text;

import dev.belay.gate.report.Reading;
import dev.belay.server.evidence.StoredEvidence;
import java.util.List;

/// Evidence, a line each, or one piece with all that is known of it.
public final class EvidenceText {
    private static final int DIGEST_DIGITS = 12;

    private final StringBuilder text = new StringBuilder();
    private final Paint paint;
    private final long now;

    private EvidenceText(long now, boolean colour) {
        this.now = now;
        paint = new Paint(colour);
    }

    /// Many.
    ///
    /// @param now milliseconds since the epoch
    public static String of(List<StoredEvidence> all, long now, boolean colour) {
        var writer = new EvidenceText(now, colour);
        if (all.isEmpty()) {
            writer.text.append("there is no evidence\n");
        }
        all.forEach(writer::line);
        return writer.text.toString();
    }

    /// One.
    public static String of(StoredEvidence one, long now, boolean colour) {
        var writer = new EvidenceText(now, colour);
        writer.line(one);
        writer.told("artifact", one.artifact());
        writer.told("tool", (one.tool() + " " + one.version()).strip());
        writer.told("added", Ages.ago(one.added(), now) + " by " + one.by());
        one.files()
                .forEach(file ->
                        writer.told("file", Paint.plain(file.name()) + "  " + file.digest()));
        if (!one.stated().isEmpty()) {
            writer.told("passes when", one.stated().passesWhen());
            one.stated().figures().forEach((name, at) -> writer.told(name + " at", at));
        }
        one.figures().forEach((name, value) -> writer.told(name, Reading.number(value)));
        return writer.text.toString();
    }

    private void line(StoredEvidence one) {
        String brief = one.artifact().replace("sha256:", "").substring(0, DIGEST_DIGITS);
        text.append(paint.bold(one.id())).append("  ").append(verdict(one)).append("  ");
        text.append(one.kind()).append(one.name().isEmpty() ? "" : " " + one.name());
        text.append("  ").append(one.component().isEmpty() ? "" : one.component() + " ");
        text.append(brief);
        text.append(one.environment().isEmpty() ? "" : " from " + one.environment());
        text.append("  ").append(Paint.plain(one.words()));
        text.append(paint.dim("  " + Ages.ago(one.at(), now))).append('\n');
        if (one.withdrawn() != null) {
            text.append("    ").append(paint.bad(Paint.plain(one.lost()))).append('\n');
        }
    }

    private String verdict(StoredEvidence one) {
        return one.withdrawn() != null
                ? paint.bad("withdrawn")
                : one.own().equals("failed") ? paint.bad("failed") : one.own();
    }

    private void told(String what, String value) {
        if (!value.isEmpty()) {
            text.append("    ").append(paint.dim(what)).append("  ").append(Paint.plain(value));
            text.append('\n');
        }
    }
}
