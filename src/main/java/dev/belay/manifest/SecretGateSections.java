package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.VARIABLE;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.word;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.SecretsRule;
import java.time.Duration;
import java.util.List;

/// What a gate asks of the values of variables.
final class SecretGateSections {
    private static final Key<Duration> YOUNGER =
            Key.of(
                            "younger-than",
                            DURATION,
                            "How old the value of a secret may be, where its provider knows. `0s` is"
                                    + " any age.")
                    .fallback("0s");
    private static final Key<List<String>> SHARED =
            Key.of(
                            "shared",
                            list(VARIABLE),
                            "Secrets that may have the value that another environment has.")
                    .fallback("[]");
    private static final Key<String> GUESSES =
            Key.of(
                            "suspected",
                            words("warn", "refuse"),
                            "Whether a random text with a telling name, in manifest or artifact, is"
                                    + " a warning or refuses the release.")
                    .fallback("warn");

    private static final SecretsRule CURRENT =
            new SecretsRule(true, Duration.ZERO, List.of(), false);

    private static final Fields<SecretsRule> RULE =
            Fields.of(
                    "secrets-gate",
                    "What the values of variables must be like.",
                    "{younger-than: 90d, shared: [SENTRY_DSN]}",
                    List.of(YOUNGER, SHARED, GUESSES),
                    List.of(),
                    SecretGateSections::rule);

    static final Key<SecretsRule> SECRETS =
            Key.of(
                    "secrets",
                    either(word("current", CURRENT), RULE),
                    "`current`: all variables have values, none that of a template, and no secret"
                            + " the value that another environment has. Or what more is asked.");

    private SecretGateSections() {}

    private static SecretsRule rule(Row row) {
        return new SecretsRule(
                true, row.get(YOUNGER), row.get(SHARED), row.get(GUESSES).equals("refuse"));
    }
}
