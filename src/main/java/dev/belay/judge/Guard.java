package dev.belay.judge;

/// One thing that is compared.
///
/// @param weight among all guards; what one weighs, the others need more evidence for
public record Guard(String name, double weight, Measure measure) {
    public Guard {
        boolean split = measure instanceof Measure.Split;
        if (name.isBlank() || !(split ? weight == 0 : weight > 0 && weight <= 1e6)) {
            throw new IllegalArgumentException("`" + name + "` cannot weigh " + weight);
        }
    }
}
