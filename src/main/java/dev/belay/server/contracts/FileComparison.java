package dev.belay.server.contracts;

import dev.belay.contract.ContractSet;
import dev.belay.contract.Reading;
import dev.belay.problem.Problem;
import dev.belay.release.ContractRule;
import java.nio.file.Path;
import java.util.List;

/// Compares two files without a control plane. Each may refer to what lies beside and below it.
public final class FileComparison {
    private FileComparison() {}

    /// What became of it.
    public sealed interface Result {
        record Compared(ContractsView view) implements Result {}

        record Refused(List<Problem> problems) implements Result {
            public Refused {
                problems = List.copyOf(problems);
            }
        }
    }

    public static Result of(Path before, Path after) {
        return switch (read(before)) {
            case Reading.Refused(List<Problem> problems) -> new Result.Refused(problems);
            case Reading.Read(ContractSet was) ->
                    switch (read(after)) {
                        case Reading.Refused(List<Problem> problems) ->
                                new Result.Refused(problems);
                        case Reading.Read(ContractSet now) ->
                                new Result.Compared(
                                        ContractsView.of(
                                                "",
                                                before.toString(),
                                                after.toString(),
                                                now.since(was),
                                                ContractRule.NONE));
                    };
        };
    }

    private static Reading read(Path file) {
        Path whole = file.toAbsolutePath().normalize();
        Path folder = whole.getParent();
        return ContractSet.read(
                List.of(String.valueOf(whole.getFileName())),
                new FolderLibrary(folder == null ? whole : folder));
    }
}
