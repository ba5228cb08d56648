package dev.belay.cli.top;

import dev.belay.cli.live.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The lines of `belay gateway top`. Numbers stand left and names right, so that a narrow terminal,
/// which cuts at its edge, cuts what can best be done without.
public final class TopText {
    private static final String HEAD =
            String.format(
                    Locale.ROOT,
                    "%6s %5s %6s %6s %5s  %s",
                    "REQ/S",
                    "5XX/S",
                    "P50",
                    "P99",
                    "OPEN",
                    "WHO");
    private static final double SECOND = 1_000;
    private static final double SLOW_DIGITS = 10;
    private static final double KILO = 1_000;

    private TopText() {}

    public static List<String> of(Rates rates, boolean colour) {
        var lines = new ArrayList<String>();
        lines.add(Paint.BOLD.on(summary(rates), colour));
        lines.add(Paint.DIM.on(HEAD, colour));
        for (Rates.Row row : rates.rows()) {
            lines.add(line(row, colour));
        }
        if (rates.rows().isEmpty()) {
            lines.add("  nothing is routed, and nobody asks");
        }
        return lines;
    }

    private static String summary(Rates rates) {
        double requests = 0;
        double out = 0;
        for (Rates.Row row : rates.rows()) {
            requests += row.member().isEmpty() ? row.requests() : 0;
            out += row.bytesOut();
        }
        String text =
                count(requests)
                        + " req/s · "
                        + rates.connections()
                        + " connections, "
                        + count(rates.accepted())
                        + " new/s · "
                        + bytes(out)
                        + "/s out";
        return rates.refused() > 0 ? text + " · " + count(rates.refused()) + " refused/s" : text;
    }

    private static String line(Rates.Row row, boolean colour) {
        String numbers =
                String.format(
                        Locale.ROOT,
                        "%6s %5s %6s %6s %5s  ",
                        count(row.requests()),
                        row.errors() == 0 ? "-" : count(row.errors()),
                        time(row.median()),
                        time(row.late()),
                        row.tunnels() == 0
                                ? Long.toString(row.inFlight())
                                : row.inFlight() + "+" + row.tunnels() + "t");
        Paint paint = row.errors() > 0 ? Paint.RED : row.quiet() ? Paint.DIM : Paint.PLAIN;
        return paint.on(numbers + who(row), colour);
    }

    private static String who(Rates.Row row) {
        if (!row.member().isEmpty()) {
            return "  " + row.member() + (row.ready() ? "" : "  not ready");
        }
        String whole = row.environment() + "/" + row.component();
        return row.revision().isEmpty() ? whole + "  nobody" : whole + "  " + row.revision();
    }

    /// `0`, `0.4`, `12`, `3.4k`.
    static String count(double value) {
        if (value == 0) {
            return "0";
        }
        if (value < SLOW_DIGITS) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
        return value < KILO * SLOW_DIGITS
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1fk", value / KILO);
    }

    private static String bytes(double value) {
        String[] units = {"B", "kB", "MB", "GB"};
        double left = value;
        int unit = 0;
        while (left >= KILO && unit < units.length - 1) {
            left /= KILO;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", left, units[unit]);
    }

    /// `-`, `0.4ms`, `12ms`, `3.4s`.
    static String time(double millis) {
        if (millis < 0) {
            return "-";
        }
        if (millis < SLOW_DIGITS) {
            return String.format(Locale.ROOT, "%.1fms", millis);
        }
        return millis < SECOND
                ? String.format(Locale.ROOT, "%.0fms", millis)
                : String.format(Locale.ROOT, "%.1fs", millis / SECOND);
    }
}
