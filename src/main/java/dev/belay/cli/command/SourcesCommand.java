package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import dev.belay.server.operations.TouchedComponents;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay sources`.
@Command(
        description = "Shows what components are built of, and which of them a change touches.",
        footer = {
            "",
            "It needs no control plane. What a component's build reads is what its `inputs` say; with",
            "`inputs: workspace`, its package and those that it uses. With --changed-since, it prints",
            "the components of which a file is another one than at that commit, one a line.",
            "",
            "Examples:",
            "  belay sources",
            "  belay sources orders --json",
            "  belay sources --changed-since origin/main"
        })
public final class SourcesCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "COMPONENT", description = "Only this one.")
    private String component = "";

    @Option(
            names = "--changed-since",
            paramLabel = "COMMIT",
            description = "Only those that changed since a commit, branch or tag.")
    private String since = "";

    public SourcesCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Manifest manifest = read(ManifestReader.read(workspace().manifest()));
        EnvironmentView view =
                read(manifest.in(manifest.environments().getFirst(), new Overrides(List.of())));
        Map<String, List<String>> all = new TreeMap<>();
        try {
            for (Component one : view.components().values()) {
                if (component.isEmpty() || component.equals(one.name())) {
                    all.put(one.name(), TouchedComponents.sources(view, one));
                }
            }
            if (all.isEmpty()) {
                throw wrong(
                        "build/no-component",
                        component,
                        "there is no component `" + component + "`",
                        "known are " + String.join(", ", view.components().keySet()));
            }
            if (!since.isEmpty()) {
                all.keySet().retainAll(TouchedComponents.since(view.folder(), since, all));
            }
        } catch (Denied denied) {
            if (denied.no() instanceof No.Problems(var problems)) {
                throw Stop.problems(problems);
            }
            throw denied;
        } catch (IOException e) {
            throw wrong(
                    "build/no-history",
                    "--changed-since " + since,
                    String.valueOf(e.getMessage()),
                    "name a commit, branch or tag of the manifest's repository");
        }
        if (json()) {
            terminal().print(Json.of(all));
        } else if (!since.isEmpty()) {
            all.keySet().forEach(terminal()::print);
        } else {
            all.forEach(
                    (name, sources) -> terminal().print(name + ": " + String.join(" ", sources)));
        }
        return ExitCode.DONE;
    }
}
