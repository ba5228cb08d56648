package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.server.rendering.ClusterRendering;
import dev.belay.server.rendering.Rendered;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay render kubernetes`.
@Command(
        description = "Writes the objects that an environment is in a Kubernetes cluster.",
        footer = {
            "",
            "Plain YAML, for `kubectl apply -f -`, of the manifest alone: it needs no control plane and",
            "no cluster. Comments at the top say what whoever applies it does first. Values of secrets",
            "are never in it.",
            "",
            "Examples:",
            "  belay render kubernetes production | kubectl apply -f -",
            "  belay render kubernetes production --output manifests",
            "  belay render kubernetes production --cluster-version 1.24"
        })
public final class RenderKubernetesCommand extends BelayCommand {
    @Parameters(paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Write a file for each object there. It must be empty, or not there yet.")
    private String output = "";

    @Option(
            names = "--cluster-version",
            paramLabel = "VERSION",
            description = "For a cluster as old as that, 1.20 at least. By default 1.30.")
    private String version = "";

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Render with this changed.")
    private List<String> set = new ArrayList<>();

    public RenderKubernetesCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (!version.isEmpty() && !ClusterRendering.isKnown(version)) {
            throw Stop.problem(
                    new Problem(
                            "usage/option-value",
                            new Place.Named("option `--cluster-version`"),
                            "`" + version + "` is no version of Kubernetes from 1.20 on",
                            "such as `--cluster-version 1.29`"));
        }
        var manifest = read(ManifestReader.read(workspace().manifest()));
        EnvironmentView view = read(manifest.in(environment, new Overrides(set)));
        Rendered rendered =
                ClusterRendering.of(view, version)
                        .orElseThrow(() ->
                                Stop.refused(
                                        "`" + environment + "` is not in a Kubernetes cluster",
                                        "say `target: {kubernetes: {namespace: …}}` in it"));
        if (json()) {
            terminal().print(Json.of(body(rendered)));
        } else if (output.isEmpty()) {
            terminal().print(rendered.text().stripTrailing());
        } else {
            write(rendered);
        }
        return ExitCode.DONE;
    }

    private static Map<String, Object> body(Rendered rendered) {
        var documents = new ArrayList<Map<String, Object>>();
        for (Rendered.Document document : rendered.documents()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("file", document.file());
            one.put("yaml", document.yaml());
            documents.add(one);
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("remarks", rendered.remarks());
        body.put("documents", documents);
        return body;
    }

    private void write(Rendered rendered) {
        Path folder = context().folder().resolve(output);
        try {
            Files.createDirectories(folder);
            try (var there = Files.list(folder)) {
                if (there.findAny().isPresent()) {
                    throw Stop.refused(
                            "`" + output + "` has something in it, and stays as it is",
                            "name another folder: a file of before would be applied, too");
                }
            }
            for (Rendered.Document document : rendered.documents()) {
                Files.writeString(
                        folder.resolve(document.file()),
                        document.yaml(),
                        StandardOpenOption.CREATE_NEW);
            }
            Files.writeString(
                    folder.resolve("README.txt"),
                    String.join("\n", rendered.remarks()) + "\n",
                    StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw Stop.refused(
                    "`" + e.getFile() + "` is there, and stays as it is", "name another folder");
        } catch (IOException e) {
            throw Stop.failed("`" + output + "` cannot be written: " + e.getMessage(), "");
        }
        terminal()
                .print(
                        "`%s` has %d objects; README.txt in it says what to do first"
                                .formatted(output, rendered.documents().size()));
    }
}
