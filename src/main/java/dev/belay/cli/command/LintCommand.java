package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.Version;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Reading;
import dev.belay.problem.Nearest;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.Linting;
import dev.belay.server.operations.No;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay lint`.
@Command(
        description = "Finds what makes components hang together that are shipped apart.",
        footer = {
            "",
            "It needs no control plane and runs nothing. Its rules:",
            "  shared-database        components that use, migrate or query one database",
            "  cross-service-import   files of a component that import another one's",
            "  frontend-bypasses-sdk  frontends with an `sdk` that ask a service without it",
            "  order-assumption       what works only when something else stands already",
            "How strict each is, and what is meant to be so, says `lint:` in the manifest.",
            "",
            "Examples:",
            "  belay lint",
            "  belay lint orders billing",
            "  belay lint --sarif lint.sarif"
        })
public final class LintCommand extends BelayCommand {
    @Parameters(arity = "0..*", paramLabel = "COMPONENT", description = "Only of these.")
    private List<String> components = new ArrayList<>();

    @Option(
            names = "--sarif",
            paramLabel = "FILE",
            description = "Write a report for other tools, and for `belay evidence add`.")
    private String sarif = "";

    public LintCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        Manifest manifest =
                switch (ManifestReader.read(workspace.manifest())) {
                    case Reading.Read<Manifest>(var value) -> value;
                    case Reading.Refused<Manifest>(var problems) -> throw Stop.problems(problems);
                };
        Set<String> only = named(manifest);
        Linting found = found(manifest, workspace);
        List<Problem> wrong = found.wrong(only);
        List<Problem> doubtful = found.doubtful(only);
        if (!sarif.isEmpty()) {
            write(found.sarif(only, Version.TEXT));
        }
        if (json()) {
            terminal().print(Json.of(body(found, only, wrong, doubtful)));
            return wrong.isEmpty() ? ExitCode.DONE : ExitCode.PROBLEM;
        }
        if (!doubtful.isEmpty()) {
            terminal().say("warnings:");
            terminal().err().print(ProblemText.of(doubtful));
        }
        if (!found.passedBy().isEmpty()) {
            terminal().say("not looked at: " + String.join(", ", found.passedBy()));
        }
        if (!wrong.isEmpty()) {
            throw Stop.problems(wrong);
        }
        terminal()
                .print(
                        "files looked into: %d; %s"
                                .formatted(
                                        found.files(),
                                        doubtful.isEmpty()
                                                ? "nothing found"
                                                : "nothing found that is an error"));
        return ExitCode.DONE;
    }

    private Set<String> named(Manifest manifest) {
        Set<String> known = new TreeSet<>();
        views(manifest).forEach(view -> known.addAll(view.components().keySet()));
        for (String name : components) {
            if (!known.contains(name)) {
                throw wrong(
                        "lint/unknown-component",
                        name,
                        "there is no component `" + name + "`",
                        Nearest.hint(name, known));
            }
        }
        return Set.copyOf(components);
    }

    private static Linting found(Manifest manifest, Workspace workspace) {
        try {
            return look(manifest, workspace);
        } catch (Denied denied) {
            if (denied.no() instanceof No.Failure(String reason, String hint)) {
                throw Stop.failed(reason, hint);
            }
            throw denied;
        }
    }

    /// For this command, and for `belay check`.
    static Linting look(Manifest manifest, Workspace workspace) {
        return Linting.of(
                manifest, views(manifest), workspace.state(), LocalDate.now(ZoneOffset.UTC));
    }

    private static List<EnvironmentView> views(Manifest manifest) {
        var views = new ArrayList<EnvironmentView>();
        for (String name : manifest.environments()) {
            switch (manifest.in(name)) {
                case Reading.Read<EnvironmentView>(var view) -> views.add(view);
                case Reading.Refused<EnvironmentView>(var problems) ->
                        throw Stop.problems(problems);
            }
        }
        return views;
    }

    private static Map<String, Object> body(
            Linting found, Set<String> only, List<Problem> wrong, List<Problem> doubtful) {
        var body = new LinkedHashMap<String, Object>();
        body.put("problems", wrong.stream().map(Json::problem).toList());
        body.put("warnings", doubtful.stream().map(Json::problem).toList());
        body.put("findings", found.body(only));
        body.put("files", found.files());
        body.put("notLookedAt", found.passedBy());
        return body;
    }

    private void write(String report) {
        try {
            Files.writeString(context().folder().resolve(Path.of(sarif)), report);
        } catch (IOException e) {
            throw Stop.failed("`" + sarif + "` cannot be written: " + e.getMessage(), "");
        }
    }
}
