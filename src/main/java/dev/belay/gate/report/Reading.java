package dev.belay.gate.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a report says, and nothing of how it says it.
///
/// @param kind what it is evidence of, unless whoever adds it says otherwise: `tests`
/// @param tool that wrote it, as far as it says; may be empty, and so may its version
/// @param at when, in milliseconds since the epoch; 0 when it does not say, or not in which zone
/// @param figures by name, such as `failed` and `lines`; finite
/// @param own whether it is good by the report's own lights
/// @param cases what was tried, for comparing pair by pair; empty where there is no such thing
public record Reading(
        Format format,
        String kind,
        String tool,
        String version,
        long at,
        SortedMap<String, Double> figures,
        Own own,
        List<Case> cases) {
    public Reading {
        figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
        cases = List.copyOf(cases);
    }

    /// A report's own verdict.
    public enum Own {
        PASSED,
        FAILED,
        /// It has none: numbers that are neither good nor bad without a threshold.
        SILENT
    }

    /// The same, with what the two of them count added up. When either failed, so did both; the
    /// older time counts.
    ///
    /// @throws Unreadable when they are of two sorts, or their figures cannot be added
    public Reading and(Reading other) throws Unreadable {
        if (other.format != format || !other.kind.equals(kind)) {
            throw new Unreadable(
                    "is of another sort than the one before it: %s and %s"
                            .formatted(other.format.word(), format.word()),
                    "add them one by one");
        }
        var sum = new TreeMap<>(figures);
        switch (format) {
            case JUNIT, TAP, SARIF, CYCLONEDX, SPDX, PROMPTFOO ->
                    other.figures.forEach((name, value) -> sum.merge(name, value, Double::sum));
            case JACOCO, COBERTURA -> Coverage.add(sum, other.figures);
            case K6, JMETER, JSON, SIGNATURE, COMMAND ->
                    throw new Unreadable(
                            "cannot be added to another file",
                            "add them one by one, each with a `--name`");
        }
        if (format == Format.PROMPTFOO) {
            Evaluation.share(sum);
        }
        var all = new ArrayList<>(cases);
        Set<String> known = new HashSet<>();
        cases.forEach(one -> known.add(one.id()));
        for (Case one : other.cases) {
            all.add(known.contains(one.id()) ? again(one) : one);
        }
        return new Reading(
                format,
                kind,
                tool.isEmpty() ? other.tool : tool,
                version.isEmpty() ? other.version : version,
                at == 0 || other.at == 0 ? Math.max(at, other.at) : Math.min(at, other.at),
                sum,
                own == Own.FAILED || other.own == Own.FAILED
                        ? Own.FAILED
                        : own == Own.SILENT ? Own.SILENT : other.own,
                all);
    }

    /// Two suites may each have a test of one name.
    private static Case again(Case one) {
        return new Case(one.id() + " (again)", one.outcome(), one.score());
    }

    /// The same, having failed: whoever wrote it ended badly.
    public Reading failed() {
        return new Reading(format, kind, tool, version, at, figures, Own.FAILED, cases);
    }

    /// A figure as a whole number; 0 when there is none.
    int count(String name) {
        return (int) Math.round(figures.getOrDefault(name, 0.0));
    }

    /// A sentence's end for people: `118 of 120 passed, 2 failed`.
    public String words() {
        return switch (format) {
            case JUNIT, TAP ->
                    "%d of %d passed, %d failed, %d skipped"
                            .formatted(
                                    count("passed"),
                                    count("total"),
                                    count("failed"),
                                    count("skipped"));
            case PROMPTFOO ->
                    "%d of %d items passed, %d failed, %d could not be tried"
                            .formatted(
                                    count("passed"),
                                    count("total"),
                                    count("failed"),
                                    count("errors"));
            case SARIF, CYCLONEDX ->
                    figures.containsKey("critical")
                            ? "%d critical, %d high, %d medium, %d low"
                                    .formatted(
                                            count("critical"),
                                            count("high"),
                                            count("medium"),
                                            count("low"))
                            : figures.containsKey("components")
                                    ? count("components") + " components"
                                    : "nothing was scanned";
            case SPDX -> count("components") + " components";
            case JACOCO, COBERTURA -> listed("lines", "branches", "%");
            case K6, JMETER -> listed("p95", "error-rate", "");
            case JSON, COMMAND -> listed("", "", "");
            case SIGNATURE ->
                    "signed by %s%s".formatted(tool, version.isEmpty() ? "" : ": " + version);
        };
    }

    /// The two figures where they are there, else the first few.
    private String listed(String first, String second, String unit) {
        var words = new ArrayList<String>();
        figures.forEach((name, value) -> {
            boolean wanted = first.isEmpty() || name.equals(first) || name.equals(second);
            if (wanted && words.size() < 5) {
                words.add(name + " " + number(value) + unit);
            }
        });
        return words.isEmpty() ? "no figures" : String.join(", ", words);
    }

    /// A figure for people: no more digits than anybody reads.
    public static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : new java.math.BigDecimal(value)
                        .round(new java.math.MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
