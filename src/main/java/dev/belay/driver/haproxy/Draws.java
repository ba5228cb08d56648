package dev.belay.driver.haproxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Who gets a request, by the number that is drawn for it: so many numbers for each share as its
/// weight says. In thousandths, so that whole percents are exact; none with a weight gets nothing.
final class Draws {
    /// The numbers that may be drawn, from 0 on.
    static final int COUNT = 1_000;

    private Draws() {}

    /// The share of every number.
    ///
    /// @param weights of the shares
    /// @return the share of every number; empty when there is no weight at all
    static List<Integer> of(List<Integer> weights) {
        long sum = weights.stream().mapToLong(weight -> weight).sum();
        if (sum == 0) {
            return List.of();
        }
        int[] numbers = new int[weights.size()];
        int given = 0;
        for (int share = 0; share < numbers.length; share++) {
            long exact = (long) weights.get(share) * COUNT / sum;
            numbers[share] = (int) (weights.get(share) > 0 ? Math.max(1, exact) : 0);
            given += numbers[share];
        }
        // Those that lose most by the division come first; the greatest pay for the smallest.
        List<Integer> order = new ArrayList<>();
        for (int share = 0; share < numbers.length; share++) {
            if (weights.get(share) > 0) {
                order.add(share);
            }
        }
        order.sort(
                Comparator.comparingLong(
                        (Integer share) -> -((long) weights.get(share) * COUNT % sum)));
        for (int next = 0; given < COUNT; next++) {
            numbers[order.get(next % order.size())]++;
            given++;
        }
        while (given > COUNT) {
            int greatest = 0;
            for (int share = 1; share < numbers.length; share++) {
                greatest = numbers[share] > numbers[greatest] ? share : greatest;
            }
            numbers[greatest]--;
            given--;
        }
        List<Integer> all = new ArrayList<>(COUNT);
        for (int share = 0; share < numbers.length; share++) {
            for (int i = 0; i < numbers[share]; i++) {
                all.add(share);
            }
        }
        return List.copyOf(all);
    }
}
