package dev.belay.server.text;

import dev.belay.server.operations.WhyView;

/// The one answer to "why not now?" in a few lines.
public final class WhyText {
    private WhyText() {}

    public static String of(WhyView why, boolean colour) {
        var paint = new Paint(colour);
        var text = new StringBuilder();
        if (!why.release().isEmpty()) {
            text.append(paint.bold(why.release())).append(": ");
        }
        text.append(Paint.plain(why.reason())).append('\n');
        line(text, "owner", why.owner());
        line(text, "contact", why.contact());
        line(text, "runbook", why.runbook());
        why.overrides().forEach(one -> line(text, "left out", one));
        line(text, why.blocked() ? "to go on" : "more", why.command());
        if (!why.others().isEmpty()) {
            line(text, "also", String.join(", ", why.others()) + "; `belay why RELEASE` says why");
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("  ").append(name).append(": ").append(Paint.plain(value)).append('\n');
        }
    }
}
