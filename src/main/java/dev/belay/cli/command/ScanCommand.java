package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.Version;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import dev.belay.server.operations.SecretFindings;
import dev.belay.server.operations.SecretSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay scan`.
@Command(
        description = "Looks for secrets in the manifest, the sources and what was committed.",
        footer = {
            "",
            "It needs no control plane. What it looks for: values of variables that the manifest",
            "declares secret, as far as they are on this machine; tokens and keys whose form is",
            "known; and, as a warning, random texts that are assigned to names such as `password`.",
            "A secret is never shown, only where it is.",
            "",
            "With --since, it looks into what the commits after that one added, too: what was taken",
            "out again is still in the history.",
            "",
            "Examples:",
            "  belay scan",
            "  belay scan --since v1.4.0",
            "  belay scan production --sarif secrets.sarif"
        })
public final class ScanCommand extends BelayCommand {
    private static final double MEGABYTE = 1e6;

    @Parameters(
            arity = "0..1",
            paramLabel = "ENV",
            description = "Take values of this environment from the shell, too.")
    private String environment = "";

    @Option(
            names = "--since",
            paramLabel = "COMMIT",
            description = "Look into what was committed after this commit, branch or tag.")
    private String since = "";

    @Option(
            names = "--sarif",
            paramLabel = "FILE",
            description = "Write a report for other tools, and for `belay evidence add`.")
    private String sarif = "";

    public ScanCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        Manifest manifest = read(ManifestReader.read(workspace.manifest()));
        SecretSearch search = LocalSecrets.search(manifest, environment, context().environment());
        var wrong = new ArrayList<Problem>();
        var doubtful = new ArrayList<Problem>(search.doubts());
        SecretFindings sources = found(search, workspace);
        wrong.addAll(sources.wrong());
        doubtful.addAll(sources.doubtful());
        if (!sarif.isEmpty()) {
            write(sources.sarif(Version.TEXT));
        }
        if (json()) {
            terminal().print(Json.of(body(sources, wrong, doubtful)));
            return wrong.isEmpty() ? ExitCode.DONE : ExitCode.PROBLEM;
        }
        if (!doubtful.isEmpty()) {
            terminal().say("warnings:");
            terminal().err().print(ProblemText.of(doubtful));
        }
        if (!sources.notLookedAt().isEmpty()) {
            terminal().say("not looked at: " + String.join(", ", sources.notLookedAt()));
        }
        if (!wrong.isEmpty()) {
            throw Stop.problems(wrong);
        }
        terminal()
                .print(
                        "%d files, %.1f MB: no secret found%s"
                                .formatted(
                                        sources.files(),
                                        sources.bytes() / MEGABYTE,
                                        since.isEmpty()
                                                ? ""
                                                : ", nor in what was committed since"));
        return ExitCode.DONE;
    }

    private SecretFindings found(SecretSearch search, Workspace workspace) {
        try {
            SecretFindings sources = search.sources(workspace.state());
            return since.isEmpty() ? sources : sources.and(search.commits(since));
        } catch (Denied denied) {
            throw switch (denied.no()) {
                case No.Problems(List<Problem> problems) -> Stop.problems(problems);
                case No.Failure(String reason, String hint) -> Stop.failed(reason, hint);
                case No.Refusal _, No.Unknown _, No.Busy _ ->
                        new IllegalStateException("a search is never refused", denied);
            };
        }
    }

    private static Map<String, Object> body(
            SecretFindings found, List<Problem> wrong, List<Problem> doubtful) {
        var body = new LinkedHashMap<String, Object>();
        body.put("problems", wrong.stream().map(Json::problem).toList());
        body.put("warnings", doubtful.stream().map(Json::problem).toList());
        body.put("findings", found.findings());
        body.put("files", found.files());
        body.put("bytes", found.bytes());
        body.put("notLookedAt", found.notLookedAt());
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
