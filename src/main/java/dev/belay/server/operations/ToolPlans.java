package dev.belay.server.operations;

import dev.belay.driver.process.DryRun;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Asks the tools that see to schemas what they would do, while a release is planned.
public final class ToolPlans {
    private static final Duration WITHIN = Duration.ofMinutes(2);

    private final DryRun dryRun;

    public ToolPlans(DryRun dryRun) {
        this.dryRun = dryRun;
    }

    /// What each of them printed, by component.
    ///
    /// @throws Denied when one does not say, or says something else every time: nobody could agree
    ///   to that
    Map<String, String> ask(String environment, Map<String, Work.MigrateByCommand> tools) {
        var printed = new TreeMap<String, String>();
        tools.forEach((name, tool) -> {
            String one = ask(environment, name, tool);
            if (!ask(environment, name, tool).equals(one)) {
                throw Denied.failure(
                        "`%s`: its `plan` prints something else every time".formatted(name),
                        "leave out times and durations: what it prints is compared when the release"
                                + " begins");
            }
            printed.put(name, one);
        });
        return printed;
    }

    private String ask(String environment, String name, Work.MigrateByCommand tool) {
        try {
            return switch (dryRun.ask(environment, tool.revision(), tool.by(), WITHIN)) {
                case DryRun.Said.Printed(String text) -> text;
                case DryRun.Said.Nothing(String because, String hint) ->
                        throw Denied.failure("`" + name + "`: " + because, hint);
            };
        } catch (IOException e) {
            throw Denied.failure("`" + name + "`: `plan` cannot be asked: " + e.getMessage(), "");
        }
    }
}
