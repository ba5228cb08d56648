package dev.belay.gate.report;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How much of the code was run: JaCoCo's and Cobertura's XML. Percentages are made of counts, so
/// that several reports can be added up.
final class Coverage {
    private static final Map<String, String> JACOCO =
            Map.of(
                    "LINE", "lines",
                    "BRANCH", "branches",
                    "INSTRUCTION", "instructions",
                    "METHOD", "methods",
                    "CLASS", "classes");
    private static final List<String> OF =
            List.of("lines", "branches", "instructions", "methods", "classes");

    private Coverage() {}

    static Reading jacoco(String text) throws Unreadable {
        var figures = new TreeMap<String, Double>();
        XmlReport.read(
                text,
                (name, attributes, depth) -> {
                    // Those of the whole stand directly below the root.
                    String of =
                            name.equals("counter") && depth == 2
                                    ? JACOCO.get(attributes.text("type"))
                                    : null;
                    if (of != null) {
                        figures.put(of + "-covered", attributes.count("covered"));
                        figures.put(of + "-missed", attributes.count("missed"));
                    }
                });
        if (figures.isEmpty()) {
            throw new Unreadable("counts nothing", "let JaCoCo write it after tests have run");
        }
        percentages(figures);
        return reading(Format.JACOCO, "jacoco", "", 0, figures);
    }

    static Reading cobertura(String text) throws Unreadable {
        var figures = new TreeMap<String, Double>();
        var said = new String[] {"", ""};
        XmlReport.read(
                text,
                (name, attributes, depth) -> {
                    if (depth == 1) {
                        counts(attributes, "line", "lines", figures);
                        counts(attributes, "branch", "branches", figures);
                        said[0] = attributes.text("version");
                        said[1] = attributes.text("timestamp");
                    }
                });
        percentages(figures);
        if (!figures.containsKey("lines")) {
            throw new Unreadable("says nothing of lines", "it has to have `line-rate`");
        }
        return reading(Format.COBERTURA, "cobertura", said[0], Stamp.ofEpoch(said[1]), figures);
    }

    private static void counts(
            XmlReport.Attributes attributes,
            String one,
            String many,
            SortedMap<String, Double> figures)
            throws Unreadable {
        String valid = many + "-valid";
        String covered = many + "-covered";
        if (attributes.has(valid) && attributes.has(covered)) {
            double all = attributes.count(valid);
            double run = attributes.count(covered);
            if (run > all) {
                throw new Unreadable("says that more was run than there is", "");
            }
            figures.put(covered, run);
            figures.put(many + "-missed", all - run);
        } else if (attributes.has(one + "-rate")) {
            double rate = attributes.number(one + "-rate");
            if (rate < 0 || rate > 1) {
                throw new Unreadable("has a rate that is not from 0 to 1", "");
            }
            figures.put(many, rate * 100);
        }
    }

    private static Reading reading(
            Format format,
            String tool,
            String version,
            long at,
            SortedMap<String, Double> figures) {
        return new Reading(
                format, "coverage", tool, version, at, figures, Reading.Own.SILENT, List.of());
    }

    /// Adds the counts and takes the percentages anew.
    static void add(SortedMap<String, Double> sum, SortedMap<String, Double> more)
            throws Unreadable {
        if (!more.keySet().equals(sum.keySet()) || !sum.containsKey("lines-covered")) {
            throw new Unreadable(
                    "has no counts that can be added to another file's",
                    "add them one by one, each with a `--name`");
        }
        more.forEach((name, value) -> sum.merge(name, value, Double::sum));
        percentages(sum);
    }

    /// Nothing of which there is none.
    private static void percentages(SortedMap<String, Double> figures) {
        for (String of : OF) {
            double covered = figures.getOrDefault(of + "-covered", 0.0);
            double all = covered + figures.getOrDefault(of + "-missed", 0.0);
            if (all > 0) {
                figures.put(of, covered * 100 / all);
            }
        }
    }
}
