package dev.belay.release;

import java.time.Duration;
import java.util.List;

/// What an environment asks of the values of its variables.
///
/// @param asks whether it asks anything
/// @param youngerThan how old the value of a secret may be; zero is any age
/// @param shared secrets that may have the same value in another environment
/// @param refusesGuesses whether what only may be a secret refuses a release, too
public record SecretsRule(
        boolean asks, Duration youngerThan, List<String> shared, boolean refusesGuesses) {
    public static final SecretsRule NONE = new SecretsRule(false, Duration.ZERO, List.of(), false);

    public SecretsRule {
        shared = List.copyOf(shared);
    }
}
