package dev.belay.server.contracts;

import dev.belay.contract.Difference;
import dev.belay.release.ContractRule;
import java.util.List;

/// How contracts differ, as it is sent and printed.
///
/// @param before where the one side is from, in words
/// @param after where the other is from
/// @param breaks whether clients break, and nothing accepts that
public record ContractsView(
        String component, String before, String after, boolean breaks, List<Line> differences) {
    public ContractsView {
        differences = List.copyOf(differences);
    }

    /// One difference.
    ///
    /// @param was whether the line is of the file as it was before
    /// @param accepted whether the environment lets it through by name
    /// @param mend how it is mended; empty where there is nothing to mend
    public record Line(
            String weight,
            String rule,
            String at,
            String what,
            String file,
            int line,
            boolean was,
            boolean accepted,
            String mend) {}

    public static ContractsView of(
            String component,
            String before,
            String after,
            List<Difference> differences,
            ContractRule rule) {
        List<Line> lines =
                differences.stream()
                        .map(one ->
                                new Line(
                                        one.weight().word(),
                                        one.rule().code(),
                                        one.at(),
                                        one.what(),
                                        one.spot().file(),
                                        one.spot().line(),
                                        one.spot().was(),
                                        rule.excepts(component, one.at(), one.rule().code()),
                                        one.rule().mend()))
                        .toList();
        boolean breaks =
                lines.stream().anyMatch(one -> one.weight().equals("breaking") && !one.accepted());
        return new ContractsView(component, before, after, breaks, lines);
    }
}
