package dev.belay.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/// What the operating system says of this process; 0 where it does not say.
record ProcessFigures(
        double cpuSeconds, double residentBytes, double openFiles, double startSeconds) {
    private static final Path SELF = Path.of("/proc/self");
    private static final double KIBIBYTE = 1_024;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    static ProcessFigures read() {
        ProcessHandle.Info info = ProcessHandle.current().info();
        double cpu = info.totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS_PER_SECOND;
        double since =
                info.startInstant().map(Instant::toEpochMilli).orElse(0L) / MILLIS_PER_SECOND;
        return new ProcessFigures(cpu, resident(), files(), since);
    }

    private static double resident() {
        try {
            // As `VmRSS:     41234 kB`.
            return Files.readAllLines(SELF.resolve("status"), StandardCharsets.UTF_8).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                    .map(kibibytes -> kibibytes * KIBIBYTE)
                    .findFirst()
                    .orElse(0);
        } catch (IOException _) {
            return 0;
        }
    }

    private static double files() {
        try (Stream<Path> open = Files.list(SELF.resolve("fd"))) {
            return open.count();
        } catch (IOException _) {
            return 0;
        }
    }
}
