package dev.belay.driver.process;

import dev.belay.release.Launch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What of an instance's limits this host can enforce.
final class ResourceLimits {
    /// @param groups control groups that the instance shall run in
    /// @param notEnforced limits that this host cannot enforce for us, for people
    record Applied(int openFiles, List<Path> groups, List<String> notEnforced) {}

    /// Makes what is needed before the start.
    Applied prepare(String instance, Launch.Limits limits) {
        List<String> notEnforced = new ArrayList<>();
        if (limits.memoryBytes() > 0) {
            notEnforced.add("memory");
        }
        if (limits.cpuPercent() > 0) {
            notEnforced.add("cpu");
        }
        if (limits.processes() > 0) {
            notEnforced.add("processes");
        }
        return new Applied(limits.openFiles(), List.of(), List.copyOf(notEnforced));
    }
}
