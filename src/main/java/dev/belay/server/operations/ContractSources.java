package dev.belay.server.operations;

import dev.belay.contract.ContractSet;
import dev.belay.contract.Reading;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import dev.belay.release.ContractFiles;
import dev.belay.release.Digest;
import dev.belay.server.contracts.ContractJudge;
import dev.belay.server.contracts.FolderLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads the contracts of components and keeps them with what is released, so that what the next
/// release is compared with is what was promised, whatever becomes of the files.
public final class ContractSources {
    private final ArtifactStore artifacts;
    private final ContractJudge judge;

    public ContractSources(ArtifactStore artifacts) {
        this.artifacts = artifacts;
        this.judge = new ContractJudge(artifacts);
    }

    ContractJudge judge() {
        return judge;
    }

    /// The component's, kept; null when it has none.
    ///
    /// @throws Denied when there is something wrong with them
    @Nullable ContractFiles of(EnvironmentView view, Component component) {
        List<String> paths = component.build().contracts();
        if (paths.isEmpty()) {
            return null;
        }
        Path folder = view.folder().resolve(component.build().dir());
        ContractSet set =
                switch (ContractSet.read(paths, new FolderLibrary(folder))) {
                    case Reading.Read(ContractSet read) -> read;
                    case Reading.Refused(List<Problem> problems) ->
                            throw new Denied(
                                    new No.Problems(
                                            problems.stream()
                                                    .map(one -> below(component, one))
                                                    .toList()));
                };
        try {
            Digest files = artifacts.put(folder, List.copyOf(new TreeSet<>(set.files())));
            var kept = new ContractFiles(files, paths);
            // What is kept is what is planned, whatever was written meanwhile.
            ContractSet _ = judge.set(kept);
            return kept;
        } catch (IOException e) {
            throw Denied.failure(
                    "the contracts of `%s` cannot be kept: %s"
                            .formatted(component.name(), e.getMessage()),
                    "see to the files, and to the disk that `.belay` is on");
        }
    }

    /// What is wrong with the files of a component as they are now.
    public static List<Problem> problems(EnvironmentView view, Component component) {
        Path folder = view.folder().resolve(component.build().dir());
        return switch (ContractSet.read(component.build().contracts(), new FolderLibrary(folder))) {
            case Reading.Read _ -> List.of();
            case Reading.Refused(List<Problem> problems) ->
                    problems.stream().map(one -> below(component, one)).toList();
        };
    }

    /// A contract names files from its component's folder; a reader looks from the manifest's.
    private static Problem below(Component component, Problem problem) {
        String dir = component.build().dir();
        return switch (problem.place()) {
            case Place.Line(Span span, String text) -> {
                String file = dir.equals(".") ? span.file() : dir + "/" + span.file();
                var moved = new Span(file, span.line(), span.column(), span.end());
                yield new Problem(
                        problem.code(),
                        new Place.Line(moved, text),
                        problem.message(),
                        problem.hint());
            }
            case Place.Named _ ->
                    new Problem(
                            problem.code(),
                            component.source().at("contracts"),
                            problem.message(),
                            problem.hint());
        };
    }
}
