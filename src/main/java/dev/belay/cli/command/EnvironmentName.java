package dev.belay.cli.command;

import dev.belay.cli.Stop;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Reading;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The environment that a command is about: the one that was named, or the only one there is.
final class EnvironmentName {
    private EnvironmentName() {}

    static String of(Workspace workspace, String named) {
        if (!named.isEmpty()) {
            return named;
        }
        List<String> all = all(workspace);
        if (all.size() == 1) {
            return all.getFirst();
        }
        throw Stop.problem(
                new Problem(
                        "cli/which-environment",
                        new Place.Named("`" + Workspace.MANIFEST + "`"),
                        "there are " + all.size() + " environments, and none was named",
                        "name one of `" + String.join("`, `", all) + "`"));
    }

    static List<String> all(Workspace workspace) {
        return switch (ManifestReader.read(workspace.manifest())) {
            case Reading.Read<Manifest>(Manifest manifest) -> manifest.environments();
            case Reading.Refused<Manifest>(List<Problem> problems) -> throw Stop.problems(problems);
        };
    }

    /// A part of an address.
    static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
