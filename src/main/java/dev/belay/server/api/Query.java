package dev.belay.server.api;

import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import io.javalin.http.Context;
import java.util.Locale;

/// What a request says beside its path: parameters, and what sort of answer is wanted.
final class Query {
    private static final int NARROWEST = 40;
    private static final int WIDEST = 400;
    private static final int USUAL_WIDTH = 100;

    private Query() {}

    static boolean wantsText(Context ctx) {
        return accepts(ctx, "text/plain");
    }

    static boolean accepts(Context ctx, String type) {
        String accept = ctx.header("Accept");
        return accept != null && accept.toLowerCase(Locale.ROOT).contains(type);
    }

    static int width(Context ctx) {
        return Math.clamp(number(ctx, "width", USUAL_WIDTH), NARROWEST, WIDEST);
    }

    static boolean flag(Context ctx, String name) {
        String value = ctx.queryParam(name);
        return value != null && (value.isEmpty() || value.equals("true"));
    }

    static String text(Context ctx, String name) {
        String value = ctx.queryParam(name);
        return value == null ? "" : value;
    }

    /// @throws Denied when it is there and no whole number of at least 0
    static long number(Context ctx, String name, long absent) {
        String value = text(ctx, name);
        if (value.isEmpty()) {
            return absent;
        }
        if (!value.matches("[0-9]{1,18}")) {
            throw new Denied(
                    No.problem(
                            "request/wrong-type",
                            "parameter `" + name + "`",
                            "a whole number of at least 0 is wanted",
                            ""));
        }
        return Long.parseLong(value);
    }

    static int limit(Context ctx, int usual, int most) {
        return Math.clamp(number(ctx, "limit", usual), 1, most);
    }
}
