package dev.belay.plan;

import dev.belay.release.Work;
import java.time.Duration;
import java.util.TreeSet;

/// [Work.SecretsCurrent] as JSON.
final class SecretsJson {
    private SecretsJson() {}

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.SecretsCurrent work) {
        out.strings("required", work.required())
                .strings("secrets", work.secrets())
                .strings("shared", work.shared())
                .put("type", "secrets-current")
                .put("youngerThan", work.youngerThan().toMillis());
    }

    static Work.SecretsCurrent read(JsonIn in) {
        return new Work.SecretsCurrent(
                new TreeSet<>(in.strings("required")),
                new TreeSet<>(in.strings("secrets")),
                Duration.ofMillis(in.number("youngerThan")),
                in.strings("shared"));
    }
}
