package dev.belay.manifest;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Reads manifests from text, in tests.
public final class Manifests {
    private Manifests() {}

    /// A manifest that must be in order.
    public static Manifest good(Path folder, String text) {
        return switch (read(folder, text)) {
            case Reading.Read<Manifest>(Manifest manifest) -> manifest;
            case Reading.Refused<Manifest>(List<Problem> problems) ->
                    throw new AssertionError(ProblemText.of(problems));
        };
    }

    /// One environment of it.
    public static EnvironmentView view(Manifest manifest, String environment, String... set) {
        return switch (manifest.in(environment, new Overrides(List.of(set)))) {
            case Reading.Read<EnvironmentView>(EnvironmentView view) -> view;
            case Reading.Refused<EnvironmentView>(List<Problem> problems) ->
                    throw new AssertionError(ProblemText.of(problems));
        };
    }

    public static Reading<Manifest> read(Path folder, String text) {
        try {
            Files.writeString(folder.resolve("belay.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ManifestReader.read(folder);
    }

    public static List<Problem> problems(Path folder, String text) {
        return problems(read(folder, text));
    }

    public static List<Problem> problems(Reading<?> reading) {
        return reading instanceof Reading.Refused<?>(List<Problem> problems) ? problems : List.of();
    }

    /// `unknown-key 3:5`, one for each problem.
    public static List<String> brief(List<Problem> problems) {
        return problems.stream()
                .map(problem ->
                        problem.code().replace("manifest/", "")
                                + (problem.place() instanceof Place.Line(var span, _)
                                        ? " " + span.line() + ":" + span.column()
                                        : ""))
                .toList();
    }
}
