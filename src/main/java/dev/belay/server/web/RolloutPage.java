package dev.belay.server.web;

import dev.belay.driver.Answered;
import dev.belay.judge.Histogram;
import dev.belay.judge.Verdict;
import dev.belay.server.rollout.Rollout;
import dev.belay.server.rollout.RolloutCourse;
import dev.belay.server.rollout.RolloutCourse.Point;
import dev.belay.server.rollout.Rollouts;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// The canaries of a release as one page that needs nothing beside it: shares of failed requests,
/// times, weights and evidence over time. Colours are told apart by those who see fewer of them,
/// too.
public final class RolloutPage {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 150;
    private static final int LEFT = 64;
    private static final double PERCENT = 100;
    private static final double MICROS = 1_000;
    private static final double LEAST_ODDS = 0.1;
    private static final String CANARY = "#d55e00";
    private static final String BASELINE = "#0072b2";
    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
                    + "color:#222;background:#fff}h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}"
                    + "svg{width:100%;height:auto;background:#fafafa;border:1px solid #ddd}"
                    + "text{font-size:11px;fill:#555}td,th{padding:.1rem .8rem .1rem 0;text-align:left}"
                    + "code{font-size:.85em;word-break:break-all}.it{color:#d55e00}.beside{color:#0072b2}";

    private final Html page = new Html();

    private RolloutPage() {}

    /// All of it.
    public static String of(Rollouts rollouts) {
        var writer = new RolloutPage();
        writer.page
                .raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .text(rollouts.release())
                .raw("</title><style>" + STYLE + "</style></head><body><h1>Canaries of ")
                .text(rollouts.release())
                .raw("</h1>");
        if (rollouts.of().isEmpty()) {
            writer.page.raw("<p>Nothing of it was judged as a canary.</p>");
        }
        rollouts.of().values().forEach(writer::write);
        return writer.page.raw("</body></html>\n").toString();
    }

    private void write(Rollout rollout) {
        var course = RolloutCourse.of(rollout);
        Verdict verdict = course.verdict();
        page.raw("<h2><span class=\"it\">").text(rollout.canary()).raw("</span> beside ");
        page.raw("<span class=\"beside\">").text(rollout.baseline()).raw("</span>: ");
        page.text(word(verdict.outcome())).raw("</h2>");
        table(verdict);
        List<Point> points = course.points();
        if (points.isEmpty()) {
            page.raw("<p>No batch was closed.</p>");
            return;
        }
        chart(
                "failed requests, %",
                points,
                false,
                one -> share(one.canary()),
                one -> share(one.baseline()),
                Double.NaN);
        chart(
                "median time, ms",
                points,
                false,
                one -> quantile(one.canary(), 0.5),
                one -> quantile(one.baseline(), 0.5),
                Double.NaN);
        chart(
                "99 of 100 within, ms",
                points,
                false,
                one -> quantile(one.canary(), 0.99),
                one -> quantile(one.baseline(), 0.99),
                Double.NaN);
        chart(
                "evidence against it, to 1",
                points,
                true,
                one -> Math.exp(one.against()),
                _ -> Double.NaN,
                Math.exp(verdict.needed()));
        chart(
                "least evidence for it, to 1",
                points,
                true,
                one -> Math.exp(one.inFavour()),
                _ -> Double.NaN,
                course.neededInFavour());
        page.raw("<p>What was counted and judged: <code>sha256 ");
        page.text(course.digest()).raw("</code></p>");
    }

    private void table(Verdict verdict) {
        page.raw("<table><tr><th>guard</th><th></th><th>of it</th><th>beside</th></tr>");
        for (Verdict.Finding one : verdict.findings()) {
            page.raw("<tr><td>").text(one.guard()).raw("</td><td>").text(word(one.outcome()));
            page.raw("</td><td>").text(number(one.canary())).raw("</td><td>");
            page.text(number(one.baseline())).raw("</td></tr>");
        }
        page.raw("</table>");
    }

    private static String word(Verdict.Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static double share(Answered one) {
        return one.all() == 0 ? Double.NaN : PERCENT * one.failed() / one.all();
    }

    /// The upper bound of the bin that has it, in milliseconds.
    private static double quantile(Answered one, double part) {
        long all = new Histogram(one.times()).total();
        long below = 0;
        for (var bin : one.times().entrySet()) {
            below += bin.getValue();
            if (below >= part * all) {
                return Math.pow(Answered.RATIO, bin.getKey()) / MICROS;
            }
        }
        return Double.NaN;
    }

    /// @param threshold drawn across; not a number for none
    private void chart(
            String title,
            List<Point> points,
            boolean logarithmic,
            ToDoubleFunction<Point> it,
            ToDoubleFunction<Point> beside,
            double threshold) {
        double most = Double.isNaN(threshold) ? 0 : threshold;
        for (Point one : points) {
            most = Math.max(most, known(it.applyAsDouble(one)));
            most = Math.max(most, known(beside.applyAsDouble(one)));
        }
        var scale = new Scale(points.size(), most > 0 ? most : 1, logarithmic);
        page.raw(
                "<h3>"
                        + title
                        + "</h3><svg role=\"img\" viewBox=\"0 0 %d %d\">"
                                .formatted(WIDTH, HEIGHT + 20));
        weights(points, scale);
        label(4, 14, number(scale.most()));
        label(4, HEIGHT, logarithmic ? number(LEAST_ODDS) : "0");
        if (!Double.isNaN(threshold)) {
            page.raw(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#222\" stroke-dasharray=\"4 3\"/>"
                            .formatted(LEFT, WIDTH, scale.y(threshold), scale.y(threshold)));
            label(4, (int) scale.y(threshold) + 4, number(threshold));
        }
        line(points, scale, beside, BASELINE);
        line(points, scale, it, CANARY);
        page.raw("</svg>");
    }

    private static double known(double value) {
        return Double.isFinite(value) ? value : 0;
    }

    /// Where points lie.
    private record Scale(int points, double most, boolean logarithmic) {
        double x(int at) {
            return LEFT + (WIDTH - LEFT - 4) * (points < 2 ? 0.5 : at / (points - 1.0));
        }

        double y(double value) {
            double part =
                    logarithmic
                            ? Math.log(Math.max(value, LEAST_ODDS) / LEAST_ODDS)
                                    / Math.log(Math.max(most / LEAST_ODDS, 2))
                            : value / most;
            return HEIGHT - 8 - (HEIGHT - 20) * Math.clamp(part, 0, 1);
        }
    }

    /// Steps, as names above their parts.
    private void weights(List<Point> points, Scale scale) {
        int before = -1;
        for (int i = 0; i < points.size(); i++) {
            int percent = points.get(i).percent();
            if (percent != before) {
                page.raw(
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\" stroke=\"#ccc\"/>"
                                .formatted(scale.x(i), scale.x(i), HEIGHT));
                label((int) scale.x(i) + 3, HEIGHT + 14, percent + " %");
                before = percent;
            }
        }
    }

    private void line(
            List<Point> points, Scale scale, ToDoubleFunction<Point> value, String colour) {
        var path = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            double y = value.applyAsDouble(points.get(i));
            if (Double.isFinite(y)) {
                path.append(
                        String.format(
                                Locale.ROOT,
                                "%s%.1f %.1f",
                                path.isEmpty() ? "M" : " L",
                                scale.x(i),
                                scale.y(y)));
            }
        }
        if (!path.isEmpty()) {
            page.raw(
                    "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
                            .formatted(path, colour));
        }
    }

    private void label(int x, int y, String text) {
        page.raw("<text x=\"%d\" y=\"%d\">".formatted(x, y)).text(text).raw("</text>");
    }

    private static String number(double value) {
        return value >= 1e6
                ? String.format(Locale.ROOT, "%.0e", value)
                : value >= 100
                        ? String.format(Locale.ROOT, "%,.0f", value)
                        : String.format(Locale.ROOT, "%.2f", value);
    }
}
