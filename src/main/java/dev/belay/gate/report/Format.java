package dev.belay.gate.report;

import java.util.Locale;
import java.util.Optional;

/// The forms in which evidence comes.
public enum Format {
    JUNIT,
    TAP,
    SARIF,
    CYCLONEDX,
    SPDX,
    JACOCO,
    COBERTURA,
    K6,
    JMETER,
    PROMPTFOO,
    /// Any JSON, with a rule that says what of it counts.
    JSON,
    /// A signature, or a signed statement; what it is worth only whoever knows the keys can say.
    SIGNATURE,
    /// No file: how a command ended that Belay ran itself.
    COMMAND;

    /// As it is written: `junit`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The one of that word.
    public static Optional<Format> of(String word) {
        for (Format format : values()) {
            if (format.word().equals(word)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
