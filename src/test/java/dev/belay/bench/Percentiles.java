package dev.belay.bench;

import java.util.ArrayList;
import java.util.List;

/// Measured milliseconds under one name, printed as one line.
final class Percentiles {
    private final String name;
    private final List<Double> values = new ArrayList<>();

    Percentiles(String name) {
        this.name = name;
    }

    void add(double millis) {
        values.add(millis);
    }

    double at(double part) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty()
                ? Double.NaN
                : sorted.get((int) Math.ceil(part * sorted.size()) - 1);
    }

    void print() {
        System.out.printf(
                "%-52s p50 %8.2f ms   p99 %8.2f ms   max %8.2f ms   (%d)%n",
                name, at(0.5), at(0.99), at(1), values.size());
    }
}
