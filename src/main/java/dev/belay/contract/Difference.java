package dev.belay.contract;

import java.util.Comparator;

/// One difference between what was promised and what is promised now.
///
/// @param at what it is a part of, as an exception names it: `GET /orders/{id}`, `send
///   orders.created`, `shop.v1.Order`
/// @param what the sentence after that
public record Difference(Weight weight, Rule rule, String at, String what, Spot spot) {
    /// The heaviest first, then as the files go.
    public static final Comparator<Difference> ORDER =
            Comparator.comparing(Difference::weight)
                    .reversed()
                    .thenComparing(one -> one.spot().file())
                    .thenComparingInt(one -> one.spot().line())
                    .thenComparing(Difference::at)
                    .thenComparing(Difference::what)
                    .thenComparing(Difference::rule);

    /// What is different, and where that is written.
    public String sentence() {
        return "%s: %s (%s, %s)".formatted(at, what, rule.code(), spot);
    }
}
