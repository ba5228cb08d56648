package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `belay evidence run`.
@Command(
        description = "Builds components, runs their pipelines, and keeps what came of it.",
        footer = {
            "",
            "One component after the other; without a name, all that have a pipeline. Every stage runs,",
            "whatever the ones before it came to. Who stops following stops it, and nothing is kept of",
            "the component that it was at.",
            "",
            "Examples:",
            "  belay evidence run --in staging",
            "  belay evidence run api web",
            "  belay evidence run api --only unit,lint --in staging"
        })
public final class EvidenceRunCommand extends BelayCommand {
    @Parameters(
            arity = "0..*",
            paramLabel = "COMPONENT",
            description = "Only these components or groups.")
    private List<String> named = new ArrayList<>();

    @Option(
            names = "--in",
            paramLabel = "ENV",
            description = "The environment that it is built for.")
    private String in = "";

    @Option(
            names = "--only",
            paramLabel = "STAGE",
            split = ",",
            description = "Only these stages of its pipeline.")
    private List<String> only = new ArrayList<>();

    public EvidenceRunCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String environment = EnvironmentName.of(workspace(), in);
        var ran = new ArrayList<JsonNode>();
        for (String component : components(environment)) {
            ran.add(run(environment, component));
        }
        if (json()) {
            terminal().print(ran.size() == 1 ? ran.getFirst().toString() : Json.of(ran));
        }
        return ran.stream().allMatch(one -> one.path("passed").asBoolean(false))
                ? ExitCode.DONE
                : ExitCode.FAILED;
    }

    private JsonNode run(String environment, String component) {
        JsonNode ran =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(
                                "/api/v1/environments/"
                                        + EnvironmentName.encoded(environment)
                                        + "/pipelines",
                                Json.of(Map.of("component", component, "only", only))));
        if (!json()) {
            for (JsonNode one : ran.path("evidence").values()) {
                terminal().print(EvidenceAddCommand.line(one));
            }
        }
        return ran;
    }

    /// What was named, groups resolved, in the order of the names; else all with a pipeline.
    private Set<String> components(String environment) {
        Manifest manifest = read(ManifestReader.read(workspace().manifest()));
        EnvironmentView view = read(manifest.in(environment, new Overrides(List.of())));
        var names = new LinkedHashSet<String>();
        if (named.isEmpty()) {
            for (Component one : view.components().values()) {
                if (!one.build().pipeline().isEmpty()) {
                    names.add(one.name());
                }
            }
            if (names.isEmpty()) {
                throw wrong(
                        "evidence/no-pipeline",
                        "belay evidence run",
                        "no component of `" + environment + "` has a `pipeline`",
                        "say what tries it: `pipeline: {tests: npm test}`");
            }
        }
        // One that is not there is the control plane's to refuse.
        named.forEach(name -> names.addAll(view.groups().getOrDefault(name, List.of(name))));
        return names;
    }
}
