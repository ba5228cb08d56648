package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.EnvironmentFile;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.FolderCheck;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.manifest.VariableCheck;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import dev.belay.server.operations.CertificateCheck;
import dev.belay.server.operations.ContractSources;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.Linting;
import dev.belay.server.operations.ParityReader;
import dev.belay.server.operations.PolicyDesk;
import dev.belay.server.operations.SecretFiles;
import dev.belay.server.operations.SecretFindings;
import dev.belay.server.operations.SecretSearch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay check`.
@Command(
        description = "Finds everything that is wrong with the manifest, and touches nothing.",
        footer = {
            "",
            "It needs no control plane, so it can run wherever the sources are. With ENV, variables",
            "are checked too: they must be there, not empty, and not look like placeholders. Those that",
            "come from a store of secrets are named in a warning and not asked for.",
            "Folders must be there unless a command makes them; a program that this machine lacks",
            "is only a warning. Secrets are looked for in the manifest and the sources, as by",
            "`belay scan`. Where the manifest has `lint:`, it looks as `belay lint` does.",
            "",
            "Examples:",
            "  belay check",
            "  belay check production",
            "  belay check local --set components.api.instances=3"
        })
public final class CheckCommand extends BelayCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "ENV",
            description = "Only this environment, else all of them.")
    private String environment = "";

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Check with this changed.")
    private List<String> set = new ArrayList<>();

    public CheckCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        Manifest manifest = read(ManifestReader.read(workspace.manifest()));
        List<String> environments =
                environment.isEmpty() ? manifest.environments() : List.of(environment);
        int components = 0;
        Set<Problem> wrong = new LinkedHashSet<>();
        Set<Problem> doubtful = new LinkedHashSet<>();
        String path = context().environment().getOrDefault("PATH", "");
        for (String name : environments) {
            EnvironmentView view = read(manifest.in(name, new Overrides(set)));
            components = Math.max(components, view.components().size());
            FolderCheck.Found found = FolderCheck.check(view, path);
            wrong.addAll(found.wrong());
            wrong.addAll(parity(manifest, view));
            view.components()
                    .values()
                    .forEach(one -> wrong.addAll(ContractSources.problems(view, one)));
            List<Problem> misspelt = PolicyDesk.problems(view);
            wrong.addAll(misspelt);
            if (misspelt.isEmpty()) {
                PolicyDesk.Broken broken = PolicyDesk.broken(view);
                wrong.addAll(broken.refused());
                doubtful.addAll(broken.warned());
            }
            doubtful.addAll(found.doubtful());
            if (!environment.isEmpty()) {
                wrong.addAll(variables(view));
                doubtful.addAll(SecretFiles.doubtful(view));
                doubtful.addAll(SecretFiles.notAsked(view));
                CertificateCheck certificates = CertificateCheck.of(view, Instant.now());
                wrong.addAll(certificates.wrong());
                doubtful.addAll(certificates.doubtful());
            }
        }
        secrets(manifest, workspace, wrong, doubtful);
        lint(manifest, workspace, wrong, doubtful);
        if (!wrong.isEmpty()) {
            throw Stop.problems(List.copyOf(wrong));
        }
        if (json()) {
            terminal().print(Json.of(inOrder(doubtful, environments)));
            return ExitCode.DONE;
        }
        if (!doubtful.isEmpty()) {
            terminal().say("warnings:");
            terminal().err().print(ProblemText.of(List.copyOf(doubtful)));
        }
        terminal()
                .print(
                        workspace.manifest().getFileName()
                                + " is in order: "
                                + components
                                + (components == 1 ? " component" : " components")
                                + ", environments "
                                + String.join(", ", environments));
        return ExitCode.DONE;
    }

    private static Map<String, Object> inOrder(Set<Problem> doubtful, List<String> environments) {
        var body = new LinkedHashMap<String, Object>();
        body.put("problems", List.of());
        body.put("warnings", doubtful.stream().map(Json::problem).toList());
        body.put("environments", environments);
        return body;
    }

    /// In all that is there, whichever environment was named: it is looked at once.
    private void secrets(
            Manifest manifest, Workspace workspace, Set<Problem> wrong, Set<Problem> doubtful) {
        SecretSearch search = LocalSecrets.search(manifest, environment, context().environment());
        doubtful.addAll(search.doubts());
        try {
            SecretFindings found = search.sources(workspace.state());
            wrong.addAll(found.wrong());
            doubtful.addAll(found.doubtful());
        } catch (Denied e) {
            terminal().say("it was not looked for secrets: " + e.getMessage());
        }
    }

    /// Where the manifest says anything of it.
    private void lint(
            Manifest manifest, Workspace workspace, Set<Problem> wrong, Set<Problem> doubtful) {
        if (manifest.lint().written()) {
            try {
                Linting found = LintCommand.look(manifest, workspace);
                wrong.addAll(found.wrong(Set.of()));
                doubtful.addAll(found.doubtful(Set.of()));
            } catch (Denied e) {
                terminal().say("the sources were not linted: " + e.getMessage());
            }
        }
    }

    private List<Problem> parity(Manifest manifest, EnvironmentView view) {
        String from = view.gates().promotedFrom();
        return from.isEmpty()
                ? List.of()
                : ParityReader.problems(view, read(manifest.in(from, new Overrides(set))));
    }

    /// Only when the environment was named: variables and certificates of another one are on
    /// another machine.
    private List<Problem> variables(EnvironmentView view) {
        Map<String, String> values = new HashMap<>(context().environment());
        List<Path> files = view.environmentFiles().stream().map(view.folder()::resolve).toList();
        values.putAll(read(EnvironmentFile.read(files)));
        List<Problem> problems =
                new ArrayList<>(VariableCheck.check(view, new Offline(view, values)));
        problems.addAll(view.unsupported());
        return problems;
    }

    /// Stores of secrets are not asked: what opens them lies beside the control plane.
    private record Offline(EnvironmentView view, Map<String, String> values)
            implements VariableCheck.Given {
        @Override
        public Optional<String> find(String name) {
            return isElsewhere(name) ? Optional.empty() : Optional.ofNullable(values.get(name));
        }

        @Override
        public boolean isElsewhere(String name) {
            return view.secretsOf(name).isPresent();
        }
    }
}
