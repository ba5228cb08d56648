package dev.belay.judge;

import dev.belay.judge.Pairs.Outcome;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The same items, each graded on what is there and on what comes: by how much the mean score fell.
/// Scores are bounded and nothing else is known of how they lie, so the test is one by betting: a
/// gambler who gains when scores fall would multiply his money by 20 in one of 20 such worlds at
/// most in which they do not fall (Waudby-Smith and Ramdas, 2024; Ville's inequality).
///
/// He bets on one item after the other in an order of chance, fixed stakes beside one that he
/// learns from the items before. The mean over several orders is as good a bet, and depends less on
/// any of them.
public final class Scores {
    private static final double[] STAKES = {0.05, 0.1, 0.2, 0.4, 0.8};

    /// Of what he could lose with one item, the gambler risks no more: he is never ruined.
    private static final double RISKED = 0.9;

    private static final int ORDERS = 16;
    private static final int HALVINGS = 40;

    private final double[][] orders;
    private final int items;
    private final double mean;

    /// Of items in any order that does not depend on how they went.
    ///
    /// @param differences the score of what comes less that of what is there, -1 to 1
    public Scores(double... differences) {
        for (double one : differences) {
            if (!(one >= -1 && one <= 1)) {
                throw new IllegalArgumentException(one + " is no difference of two scores");
            }
        }
        items = differences.length;
        mean = items == 0 ? 0 : Arrays.stream(differences).sum() / items;
        orders = new double[items == 0 ? 0 : ORDERS][];
        var random = new SplittableRandom(items);
        for (int i = 0; i < orders.length; i++) {
            orders[i] = shuffled(differences, random);
        }
    }

    /// As shares of the way from -1 to 1.
    private static double[] shuffled(double[] differences, SplittableRandom random) {
        double[] all = new double[differences.length];
        for (int i = 0; i < all.length; i++) {
            int other = random.nextInt(i + 1);
            all[i] = all[other];
            all[other] = (differences[i] + 1) / 2;
        }
        return all;
    }

    public int items() {
        return items;
    }

    /// By how much the mean score fell among these items; below zero when it rose.
    public double drop() {
        return -mean;
    }

    /// How likely at most a gambler gains so much when scores of such items do not fall.
    public double chance() {
        return Math.min(1, 1 / gain(0.5, -1));
    }

    /// The most that the mean score may have fallen by among all items of this sort, of which these
    /// are a sample: true but for `error`.
    public double dropAtMost(double error) {
        double low = 0;
        double high = 1;
        if (items == 0 || !isRefuted(high, error)) {
            return 1;
        }
        if (isRefuted(low, error)) {
            return 0;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (isRefuted(middle, error)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /// Whether it can be said that the mean did not fall by so much.
    private boolean isRefuted(double drop, double error) {
        return gain((1 - drop) / 2, 1) >= 1 / error;
    }

    /// What that comes to.
    ///
    /// @param margin a fall of the mean that is not material
    /// @param error of saying worse where nothing is, and of saying fine where it fell by more than
    ///   the margin; each
    public Outcome outcome(double margin, double error) {
        if (items == 0) {
            return Outcome.NO_DATA;
        }
        if (chance() <= error) {
            return Outcome.WORSE;
        }
        return isRefuted(margin, error) ? Outcome.NOT_WORSE : Outcome.INCONCLUSIVE;
    }

    /// What one unit of money becomes, bet on the mean being on that side of a value.
    ///
    /// @param side 1 for above, -1 for below
    private double gain(double value, int side) {
        double most = RISKED / (side > 0 ? value : 1 - value);
        double sum = 0;
        for (double[] order : orders) {
            for (double stake : STAKES) {
                sum += fixed(order, value, side, stake * most);
            }
            sum += learned(order, value, side, most);
        }
        return orders.length == 0 ? 1 : sum / (orders.length * (STAKES.length + 1));
    }

    private static double fixed(double[] order, double value, int side, double stake) {
        double money = 1;
        for (double one : order) {
            money *= 1 + stake * side * (one - value);
        }
        return money;
    }

    /// What pays best if the next item is as those before were, by their mean and their variance.
    private static double learned(double[] order, double value, int side, double most) {
        double money = 1;
        double sum = 0.5;
        double squares = 0.25;
        double seen = 1;
        for (double one : order) {
            double mean = sum / seen;
            double lead = side * (mean - value);
            double stake = lead / (squares / seen + lead * lead);
            money *= 1 + Math.clamp(stake, 0, most) * side * (one - value);
            sum += one;
            seen++;
            double off = one - sum / seen;
            squares += off * off;
        }
        return money;
    }
}
