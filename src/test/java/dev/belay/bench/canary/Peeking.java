package dev.belay.bench.canary;

/// A one-sided z test of two shares at 1 %, looked at each minute as if it were the only time.
final class Peeking implements Subject {
    private static final double QUANTILE = 2.3263478740408408;

    private double n1;
    private double x1;
    private double n2;
    private double x2;
    private boolean failed;

    @Override
    public boolean add(Tick tick) {
        n1 += tick.canary().all();
        x1 += tick.canary().bad();
        n2 += tick.baseline().all();
        x2 += tick.baseline().bad();
        if (tick.number() % 6 == 5 && n1 > 0 && n2 > 0) {
            double p = (x1 + x2) / (n1 + n2);
            double deviation = Math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2));
            failed |= deviation > 0 && (x1 / n1 - x2 / n2) / deviation > QUANTILE;
        }
        return failed;
    }
}
