package dev.belay.driver.host;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Reads along in the logs and counts lines that say that something died in there: an instance can
/// answer its health check and throw the same error at every request.
final class FatalErrors {
    private static final Pattern FATAL =
            Pattern.compile(
                    "\\bFATAL\\b|\\bfatal error\\b|^panic: |Traceback \\(most recent call last\\)"
                            + "|\\bOutOfMemoryError\\b|[Uu]nhandled ?(?:[Pp]romise)? ?[Rr]ejection"
                            + "|\\b[Uu]ncaught ?[Ee]xception\\b|Segmentation fault");

    /// What differs between two lines that say the same.
    private static final Pattern VARYING = Pattern.compile("[0-9a-fA-F-]*[0-9][0-9a-fA-F-]*");

    private static final int KEPT = 1000;
    private static final int LINE_MAX = 300;

    private final Instant since = Instant.now();
    private final Map<String, Watch> watches = new ConcurrentHashMap<>();

    private record Hit(Instant when, String alike, String line) {}

    private static final class Watch {
        private final LineReader reader;
        private final Deque<Hit> hits = new ArrayDeque<>();

        Watch(LineReader reader) {
            this.reader = reader;
        }
    }

    /// Reads on in one instance's log. What was there before we came is not counted: nobody knows
    /// when that was.
    void read(InstanceFolder instance, Instant started) throws IOException {
        LogFile log = new LogFile(instance.log());
        Watch watch = watches.get(instance.id());
        if (watch == null) {
            watch = new Watch(new LineReader(log, started.isBefore(since) ? log.end() : 0));
            watches.put(instance.id(), watch);
        }
        watch.reader.skipToEnd();
        for (String line : watch.reader.more()) {
            if (FATAL.matcher(line).find()) {
                note(watch, line.substring(0, Math.min(LINE_MAX, line.length())));
            }
        }
    }

    /// Lines alike, by instance, that came at least so often in the time until now.
    List<HostTarget.FatalError> repeated(String revision, Duration window, int atLeast) {
        Instant from = Instant.now().minus(window);
        List<HostTarget.FatalError> found = new ArrayList<>();
        watches.forEach((instance, watch) -> {
            if (instance.startsWith(revision + "-")) {
                found.addAll(repeated(instance, watch, from, atLeast));
            }
        });
        return found;
    }

    private static List<HostTarget.FatalError> repeated(
            String instance, Watch watch, Instant from, int atLeast) {
        Map<String, HostTarget.FatalError> byLine = new LinkedHashMap<>();
        synchronized (watch) {
            for (Hit hit : watch.hits) {
                if (hit.when().isAfter(from)) {
                    byLine.merge(
                            hit.alike(),
                            new HostTarget.FatalError(instance, hit.line(), 1),
                            (a, b) ->
                                    new HostTarget.FatalError(
                                            instance, b.line(), a.count() + b.count()));
                }
            }
        }
        return byLine.values().stream().filter(error -> error.count() >= atLeast).toList();
    }

    private static void note(Watch watch, String line) {
        synchronized (watch) {
            watch.hits.addLast(new Hit(Instant.now(), VARYING.matcher(line).replaceAll("#"), line));
            if (watch.hits.size() > KEPT) {
                watch.hits.removeFirst();
            }
        }
    }
}
