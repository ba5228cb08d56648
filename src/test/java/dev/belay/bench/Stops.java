package dev.belay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The moments at which a JVM had all its threads stand still, above all to collect garbage.
final class Stops {
    private static final Pattern LINE = Pattern.compile("\\[([0-9]+)ns\\].* Total: *([0-9]+) ns");

    private final List<Double> millis = new ArrayList<>();
    private final double seconds;

    private Stops(double seconds) {
        this.seconds = seconds;
    }

    /// What has a JVM write them, by the clock of [System#nanoTime], which all processes share.
    static String option(Path file) {
        return "-Xlog:safepoint:file=" + file + ":timenanos:filecount=0";
    }

    static Stops in(Path file, long from, long to) throws IOException {
        var stops = new Stops((to - from) / 1e9);
        for (String line : Files.readAllLines(file)) {
            var matcher = LINE.matcher(line);
            if (matcher.find()) {
                long at = Long.parseLong(matcher.group(1));
                if (at - from >= 0 && at - to < 0) {
                    stops.millis.add(Long.parseLong(matcher.group(2)) / 1e6);
                }
            }
        }
        return stops;
    }

    void print(String name) {
        var times = new Percentiles("%s, %.1f a second".formatted(name, millis.size() / seconds));
        millis.forEach(times::add);
        times.print();
    }
}
