package dev.belay.judge;

/// The money of gamblers who each bet on a regression of some size that begins at some time. Half
/// of it is bet from the start; the rest is laid on later and later beginnings, ever less on each,
/// so that there is always some left and all of it together was one unit. What it has become is an
/// e-process: it ever reaches 100 with a probability of 1 % at most when nothing is worse.
final class OnsetMixture {
    private static final double FIRST = 0.5;

    private final double[] shares;
    private final double[] money;
    private final int every;
    private final double first;
    private long next;
    private long points = -1;
    private double kept = 1;
    private double keptLog;
    private double total;

    /// @param weights of the sizes; any, above zero
    /// @param every so many ticks one may begin
    OnsetMixture(double[] weights, int every) {
        this(weights, every, FIRST);
    }

    private OnsetMixture(double[] weights, int every, double first) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        shares = new double[weights.length];
        money = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            shares[i] = StrictMath.log(weights[i] / sum);
            money[i] = Double.NEGATIVE_INFINITY;
        }
        this.every = every;
        this.first = first;
    }

    /// Everything is bet from the start.
    static OnsetMixture atOnce(double... weights) {
        return new OnsetMixture(weights, Integer.MAX_VALUE, 1);
    }

    /// @param tick counted from 0; some may be left out
    /// @param changed one may begin here, too
    /// @param gains the logarithm of what a unit on each size became
    void add(long tick, boolean changed, double[] gains) {
        long passed = tick < next ? 0 : (tick - next) / every + 1;
        if (passed > 0) {
            next += passed * every;
        }
        if (passed > 0 || changed) {
            begin(Math.max(1, passed));
        }
        double most = keptLog;
        for (int i = 0; i < money.length; i++) {
            money[i] += gains[i];
            most = Math.max(most, money[i]);
        }
        double sum = kept > 0 ? StrictMath.exp(keptLog - most) : 0;
        for (double one : money) {
            // Less than a double has digits for adds nothing.
            sum += one - most > -40 ? StrictMath.exp(one - most) : 0;
        }
        total = most + StrictMath.log(sum);
    }

    private void begin(long count) {
        points += count;
        double left = (1 - first) * StrictMath.log(3) / StrictMath.log(points + 3.0);
        double laid = StrictMath.log(kept - left);
        kept = left;
        keptLog = left > 0 ? StrictMath.log(left) : Double.NEGATIVE_INFINITY;
        for (int i = 0; i < money.length; i++) {
            money[i] = Logs.sum(money[i], laid + shares[i]);
        }
    }

    /// The logarithm of all of it.
    double log() {
        return total;
    }
}
