package dev.belay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What changes of the table took, as whoever asked for them saw it and as the gateway's log says.
final class ChangeFigures {
    private static final Pattern LINE =
            Pattern.compile(
                    "by token \\d+, in ms: made ([0-9.]+), ports ([0-9.]+), disk ([0-9.]+),"
                            + " every loop ([0-9.]+) \\(busy for ([0-9.]+)\\), settled ([0-9.]+)");
    private static final List<String> PARTS =
            List.of(
                    "  the table made in memory",
                    "  its ports listened on",
                    "  its line on the disk",
                    "  from there to every event loop",
                    "  settled, predecessors too");
    private static final int BUSY = 5;
    private static final int LOOPS = 4;

    private final List<MatchResult> lines;
    private final List<Double> answered;

    /// @param answered milliseconds of each, in their order; the log's last lines are of these
    ChangeFigures(Path log, List<Double> answered) throws IOException {
        List<MatchResult> all = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            var matcher = LINE.matcher(line);
            if (matcher.find()) {
                all.add(matcher.toMatchResult());
            }
        }
        if (all.size() < answered.size()) {
            throw new IOException("the gateway's log names " + all.size() + " changes only");
        }
        this.lines = all.subList(all.size() - answered.size(), all.size());
        this.answered = answered;
    }

    void print() {
        Map<Integer, Percentiles> parts = new LinkedHashMap<>();
        for (int group : new int[] {1, 2, 3, LOOPS, 6}) {
            parts.put(group, new Percentiles(PARTS.get(parts.size())));
        }
        var whole = new Percentiles("change, to the answer");
        var rest = new Percentiles("  admin socket, JSON, probe, this bench");
        var busy = new Percentiles("an event loop busy with a change");
        var reach = new Percentiles("made in memory, and from the disk to every loop");
        for (int i = 0; i < lines.size(); i++) {
            MatchResult line = lines.get(i);
            double left = answered.get(i);
            whole.add(left);
            for (Map.Entry<Integer, Percentiles> part : parts.entrySet()) {
                double millis = Double.parseDouble(line.group(part.getKey()));
                part.getValue().add(millis);
                left -= millis;
            }
            rest.add(left);
            busy.add(Double.parseDouble(line.group(BUSY)));
            reach.add(Double.parseDouble(line.group(1)) + Double.parseDouble(line.group(LOOPS)));
        }
        reach.print();
        busy.print();
        whole.print();
        parts.values().forEach(Percentiles::print);
        rest.print();
    }
}
