package dev.belay.plan;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Run by `bench/plan`: how long planning takes when a platform is very large. A second release
/// over a running first one, digest and lint included.
final class PlanBench {
    private static final int RUNS = 6;
    private static final PrintStream OUT = System.out;

    private PlanBench() {}

    public static void main(String[] args) {
        int size = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        OUT.println(size + " components; milliseconds of processor time, the first run cold");
        time("alone     ", Platform.of(parts(size, 0)));
        time("one chain ", Platform.of(parts(size, 1)));
        time("ten groups", Platform.of(parts(size, 0)).order(groups(size)));
        codec();
    }

    private static void time(String shape, Platform platform) {
        Inventory running = Planned.running(platform, "v1");
        PlanRequest request = Planned.plan(platform).as("v2").request(running);
        var line = new StringBuilder(shape);
        for (int run = 0; run < RUNS; run++) {
            long start = cpu();
            Planning planning = Planner.plan(request);
            long millis = (cpu() - start) / 1_000_000;
            if (planning instanceof Planning.Planned) {
                line.append(' ').append(millis);
            }
        }
        OUT.println(line);
    }

    private static void codec() {
        var platform = Platform.of(Platform.service("api").smoke("ping").uses("postgres"));
        var running = Planned.running(platform, "v1");
        Plan plan = Planned.plan(platform).as("v2").on(running).plan();
        String json = PlanJson.encode(plan);
        int times = 20_000;
        for (int run = 0; run < 2; run++) {
            long start = cpu();
            IntStream.range(0, times).forEach(_ -> PlanJson.encode(plan));
            long between = cpu();
            IntStream.range(0, times).forEach(_ -> PlanJson.decode(json));
            long end = cpu();
            OUT.printf(
                    "codec: %d bytes, %d written/s, %d read/s%n",
                    json.length(), rate(times, between - start), rate(times, end - between));
        }
    }

    /// Of this thread, so that a busy machine does not count.
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long rate(int times, long nanos) {
        return times * 1_000_000_000L / nanos;
    }

    private static List<Platform.Part> parts(int size, int chain) {
        var parts = new ArrayList<Platform.Part>();
        for (int i = 0; i < size; i++) {
            var part = Platform.service("c" + i).port(1 + i).uses("postgres").smoke("ping");
            parts.add(chain > 0 && i > 0 ? part.after("c" + (i - 1)) : part);
        }
        return parts;
    }

    private static List<List<String>> groups(int size) {
        var groups = new ArrayList<List<String>>();
        for (int group = 0; group < 10; group++) {
            int from = group * size / 10;
            int to = (group + 1) * size / 10;
            groups.add(IntStream.range(from, to).mapToObj(i -> "c" + i).toList());
        }
        return groups;
    }
}
