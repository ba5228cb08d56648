package dev.belay.server.operations;

import dev.belay.driver.Foretold;
import dev.belay.driver.Target;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Asks the tools that see to schemas what they would do, while a release is planned.
public final class ToolPlans {
    private static final Duration WITHIN = Duration.ofMinutes(2);

    private final Target target;

    public ToolPlans(Target target) {
        this.target = target;
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
        return switch (target.foretell(environment, tool.revision(), tool.by(), WITHIN)) {
            case Foretold.Printed(String text) -> text;
            case Foretold.Nothing(String because, String hint) ->
                    throw Denied.failure("`" + name + "`: " + because, hint);
        };
    }
}
