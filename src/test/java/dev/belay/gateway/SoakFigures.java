package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a gateway process holds at one moment.
///
/// @param files open descriptors
/// @param threads without those that compile, which the JVM starts and ends as it likes
/// @param heap bytes
/// @param used bytes of direct memory that somebody has
/// @param kept bytes of direct memory that the pool has
/// @param resident bytes
/// @param inFlight requests and tunnels, by revision and by member
/// @param connections of clients
record SoakFigures(
        long pid,
        long files,
        long threads,
        long heap,
        long used,
        long kept,
        long resident,
        long inFlight,
        long connections) {
    private static final String P = "belay_gateway_";
    private static final long MIB = 1024 * 1024;

    /// A probe may be under way.
    private static final long FILES_MORE = 3;

    /// The JVM starts one when it is asked for a collection.
    private static final long THREADS_MORE = 2;

    private static final long HEAP_MORE = 4 * MIB;
    private static final long KEPT_MORE = 8 * MIB;

    /// Buffers of the admin connection itself, and one of a probe.
    static final long USED_MAX = 256 * 1024;

    static SoakFigures of(long pid, GatewayClient client) throws IOException {
        MetricsText text = MetricsText.of(client.metrics());
        Path process = Path.of("/proc", Long.toString(pid));
        return new SoakFigures(
                pid,
                count(process.resolve("fd")),
                threads(process.resolve("task")),
                (long) text.value(P + "heap_bytes"),
                (long) text.value(P + "direct_memory_used_bytes"),
                (long) text.value(P + "direct_memory_bytes"),
                (long) text.value("process_resident_memory_bytes"),
                (long) (text.sum(P + "in_flight") + text.sum(P + "member_in_flight")),
                (long) text.value(P + "connections"));
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    private static long threads(Path tasks) throws IOException {
        long count = 0;
        try (Stream<Path> all = Files.list(tasks)) {
            for (Path one : all.toList()) {
                count += Files.readString(one.resolve("comm")).matches("C[12] Comp.*\n") ? 0 : 1;
            }
        }
        return count;
    }

    /// Whether nothing is under way.
    boolean quiet() {
        return inFlight == 0 && connections == 0 && used <= USED_MAX;
    }

    /// A sentence for each thing that is more than it was.
    List<String> more(SoakFigures before) {
        var sentences = new ArrayList<String>();
        more(sentences, "open files", before.files, files, FILES_MORE);
        more(sentences, "threads", before.threads, threads, THREADS_MORE);
        more(sentences, "bytes of heap after a collection", before.heap, heap, HEAP_MORE);
        more(sentences, "bytes of direct memory kept", before.kept, kept, KEPT_MORE);
        more(sentences, "bytes of direct memory in use", 0, used, USED_MAX);
        more(sentences, "requests and tunnels under way", 0, inFlight, 0);
        more(sentences, "connections of clients", 0, connections, 0);
        return sentences;
    }

    private void more(List<String> to, String what, long before, long now, long tolerated) {
        if (now > before + tolerated) {
            to.add(
                    "gateway %d has %,d %s at rest, and had %,d (%,d more are tolerated)"
                            .formatted(pid, now, what, before, tolerated));
        }
    }

    static String heads() {
        return "%8s %6s %8s %9s %9s %9s %8s %9s %6s"
                .formatted(
                        "pid",
                        "files",
                        "threads",
                        "heap KiB",
                        "used KiB",
                        "kept KiB",
                        "RSS MiB",
                        "in flight",
                        "conn.");
    }

    @Override
    public String toString() {
        return "%8d %6d %8d %9d %9d %9d %8d %9d %6d"
                .formatted(
                        pid,
                        files,
                        threads,
                        heap / 1024,
                        used / 1024,
                        kept / 1024,
                        resident / MIB,
                        inFlight,
                        connections);
    }
}
