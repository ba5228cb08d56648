package dev.belay.gateway;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads Prometheus' text of version 0.0.4 as strictly as its rules are written: every line has a
/// form, a family's lines stand together behind its `TYPE`, no sample is there twice, and
/// histograms add up.
final class MetricsText {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") ([^\\n]+)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");
    private static final String LABEL =
            "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "(" + NAME + ")(?:\\{(" + LABEL + "(?:," + LABEL + ")*)\\})? (-?[0-9.]+)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Set<String> over = new HashSet<>();
    private String family = "";

    static MetricsText of(String text) {
        var read = new MetricsText();
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                read.line(line);
            }
        }
        read.histograms();
        return read;
    }

    private void line(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        Matcher sample = SAMPLE.matcher(line);
        if (help.matches()) {
            begin(help.group(1));
        } else if (type.matches()) {
            if (types.put(type.group(1), type.group(2)) != null) {
                throw new AssertionError("a second type: " + line);
            }
        } else if (sample.matches()) {
            String of = sample.group(1).replaceFirst("_(bucket|sum|count)$", "");
            String here = "histogram".equals(types.get(of)) ? of : sample.group(1);
            if (!here.equals(family) || !types.containsKey(here)) {
                throw new AssertionError("not below its type: " + line);
            }
            String key = line.substring(0, line.lastIndexOf(' '));
            if (samples.put(key, Double.parseDouble(sample.group(3))) != null) {
                throw new AssertionError("a second time: " + line);
            }
        } else {
            throw new AssertionError("no line of this format: " + line);
        }
    }

    private void begin(String name) {
        over.add(family);
        if (over.contains(name)) {
            throw new AssertionError("in two places: " + name);
        }
        family = name;
    }

    private void histograms() {
        Map<String, List<Double>> buckets = new TreeMap<>();
        samples.forEach((key, value) -> {
            if (key.contains("_bucket{")) {
                String series = key.replaceFirst(",?le=\"[^\"]*\"", "").replace("{}", "");
                buckets.computeIfAbsent(series, _ -> new ArrayList<>()).add(value);
            }
        });
        buckets.forEach((series, counts) -> {
            for (int i = 1; i < counts.size(); i++) {
                if (counts.get(i) < counts.get(i - 1)) {
                    throw new AssertionError("falling buckets: " + series);
                }
            }
            double total = value(series.replaceFirst("_bucket", "_count"));
            value(series.replaceFirst("_bucket", "_sum"));
            if (total != counts.getLast()) {
                throw new AssertionError("the last bucket is not the count: " + series);
            }
        });
    }

    String type(String name) {
        return types.getOrDefault(name, "");
    }

    Set<String> names() {
        return types.keySet();
    }

    /// A sample by its name with its labels, as it stands in the text.
    double value(String sample) {
        Double value = samples.get(sample);
        if (value == null) {
            throw new AssertionError("no sample " + sample + " among " + samples.keySet());
        }
        return value;
    }

    /// The sum over all samples whose name begins and whose labels hold what is given.
    double sum(String begin, String... labels) {
        return samples.entrySet().stream()
                .filter(one -> one.getKey().startsWith(begin))
                .filter(one -> List.of(labels).stream().allMatch(one.getKey()::contains))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
