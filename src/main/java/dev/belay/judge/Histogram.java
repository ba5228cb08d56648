package dev.belay.judge;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many values fell into which bin, the bins in order and only those that have any. What a bin
/// stands for is the business of the [Measure]: of times, bin `b` has those above `gamma^(b-1)` and
/// up to `gamma^b`; of shares of one, those from `b/bins` up to `(b+1)/bins`.
public final class Histogram {
    public static final Histogram EMPTY = new Histogram(new TreeMap<>());

    /// Bins of times reach from 10 ns to a year in steps of a thousandth.
    private static final int FARTHEST = 40_000;

    private final int[] bins;
    private final long[] counts;
    private final long total;

    public Histogram(SortedMap<Integer, Long> counted) {
        this(
                counted.keySet().stream().mapToInt(bin -> bin).toArray(),
                counted.values().stream().mapToLong(count -> count).toArray());
    }

    private Histogram(int[] bins, long[] counts) {
        this.bins = bins;
        this.counts = counts;
        long sum = 0;
        for (int i = 0; i < bins.length; i++) {
            if (counts[i] <= 0 || counts[i] > Count.MOST - sum || Math.abs(bins[i]) > FARTHEST) {
                throw new IllegalArgumentException(counts[i] + " in bin " + bins[i]);
            }
            sum += counts[i];
        }
        total = sum;
    }

    /// Of counts of neighbouring bins, some of which may be empty.
    public static Histogram of(int first, long[] counts) {
        int[] bins = new int[counts.length];
        long[] some = new long[counts.length];
        int size = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                bins[size] = Math.addExact(first, i);
                some[size] = counts[i];
                size++;
            }
        }
        return new Histogram(Arrays.copyOf(bins, size), Arrays.copyOf(some, size));
    }

    /// The bin of a time, or of anything else above zero.
    public static int bin(double value, double gamma) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY && gamma > 1)) {
            throw new IllegalArgumentException(value + " has no bin");
        }
        double at = Math.ceil(StrictMath.log(value) / StrictMath.log(gamma) - 1e-9);
        return (int) Math.clamp(at, -FARTHEST, FARTHEST);
    }

    public long total() {
        return total;
    }

    /// Those in bins beyond that one.
    long beyond(int bin) {
        long sum = 0;
        for (int i = bins.length - 1; i >= 0 && bins[i] > bin; i--) {
            sum += counts[i];
        }
        return sum;
    }

    /// Those beyond each of some bins.
    ///
    /// @param levels ascending
    /// @param shift added to each of them
    void beyond(int[] levels, int shift, double[] out) {
        double sum = 0;
        int i = bins.length - 1;
        for (int j = levels.length - 1; j >= 0; j--) {
            while (i >= 0 && bins[i] > levels[j] + shift) {
                sum += counts[i];
                i--;
            }
            out[j] = sum;
        }
    }

    /// The first bin above that one that has any; that one itself when none has.
    int above(int bin) {
        for (int one : bins) {
            if (one > bin) {
                return one;
            }
        }
        return bin;
    }

    int size() {
        return bins.length;
    }

    int binAt(int index) {
        return bins[index];
    }

    long countAt(int index) {
        return counts[index];
    }

    public SortedMap<Integer, Long> counted() {
        var all = new TreeMap<Integer, Long>();
        for (int i = 0; i < bins.length; i++) {
            all.put(bins[i], counts[i]);
        }
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Histogram histogram
                && Arrays.equals(bins, histogram.bins)
                && Arrays.equals(counts, histogram.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bins) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return counted().toString();
    }
}
