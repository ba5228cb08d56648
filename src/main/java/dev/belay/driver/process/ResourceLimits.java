package dev.belay.driver.process;

import dev.belay.release.Digest;
import dev.belay.release.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What of an instance's limits this host can enforce: open files always, the rest where control
/// groups (version 2 or 1) below our own can be made. The number of processes is never limited by
/// the shell's means, which count all processes of the user.
final class ResourceLimits {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path OWN = Path.of("/proc/self/cgroup");
    private static final int PERIOD = 100_000;

    /// What control groups limit, with the file that says so in either version.
    private enum Kind {
        MEMORY("memory", "memory.max", "memory.limit_in_bytes"),
        CPU("cpu", "cpu.max", "cpu.cfs_quota_us"),
        PROCESSES("pids", "pids.max", "pids.max");

        private final String controller;
        private final String file;
        private final String oldFile;

        Kind(String controller, String file, String oldFile) {
            this.controller = controller;
            this.file = file;
            this.oldFile = oldFile;
        }
    }

    /// @param groups control groups that the instance shall run in
    record Applied(int openFiles, List<Path> groups) {}

    private final boolean unified = Files.exists(CGROUPS.resolve("cgroup.controllers"));
    private final Map<Kind, Optional<Path>> parents = new ConcurrentHashMap<>();
    private final String name;

    /// @param state tells the groups of two installations apart
    ResourceLimits(Path state) {
        name = "belay-" + Digest.of(state.toString()).brief();
    }

    /// Makes the groups that are needed before the start.
    synchronized Applied prepare(String instance, Launch.Limits limits) throws IOException {
        List<Path> groups = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            long limit = limit(kind, limits);
            Optional<Path> parent = limit > 0 ? parent(kind) : Optional.empty();
            if (parent.isPresent()) {
                Path group = Files.createDirectories(parent.get().resolve(instance));
                Files.writeString(
                        group.resolve(unified ? kind.file : kind.oldFile), text(kind, limit));
                if (!groups.contains(group)) {
                    groups.add(group);
                }
            }
        }
        return new Applied(limits.openFiles(), groups);
    }

    /// Removes the groups of an instance that ended, and with the last one our own.
    synchronized void release(String instance) {
        for (Kind kind : Kind.values()) {
            Path parent = parents.getOrDefault(kind, Optional.empty()).orElse(null);
            try {
                if (parent != null) {
                    Files.deleteIfExists(parent.resolve(instance));
                    Files.deleteIfExists(parent);
                    parents.remove(kind);
                }
            } catch (IOException _) {
                // Still in use: an empty group costs nothing and is used again.
            }
        }
    }

    /// What is asked for and cannot be enforced here, for people; empty when all can be.
    synchronized String notEnforced(Launch.Limits limits) {
        List<String> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (limit(kind, limits) > 0 && parent(kind).isEmpty()) {
                kinds.add(kind == Kind.PROCESSES ? "processes" : kind.controller);
            }
        }
        return kinds.isEmpty() ? "" : "; this host cannot limit " + String.join(" and ", kinds);
    }

    private static long limit(Kind kind, Launch.Limits limits) {
        return switch (kind) {
            case MEMORY -> limits.memoryBytes();
            case CPU -> limits.cpuPercent();
            case PROCESSES -> limits.processes();
        };
    }

    private String text(Kind kind, long limit) {
        if (kind != Kind.CPU) {
            return limit + "\n";
        }
        long quota = limit * PERIOD / 100;
        return unified ? quota + " " + PERIOD + "\n" : quota + "\n";
    }

    /// A folder of ours in which groups with that limit can be made, if that is possible. Looked
    /// for when a limit is first asked for.
    private Optional<Path> parent(Kind kind) {
        return parents.computeIfAbsent(kind, this::make);
    }

    private Optional<Path> make(Kind kind) {
        try {
            Path parent = own(kind).resolve(name);
            if (unified) {
                enable(kind, parent.resolveSibling("cgroup.subtree_control"));
            }
            boolean made = Files.notExists(parent);
            Files.createDirectories(parent);
            if (unified) {
                enable(kind, parent.resolve("cgroup.subtree_control"));
            }
            Path trial = Files.createDirectories(parent.resolve("trial"));
            boolean can = Files.isWritable(trial.resolve(unified ? kind.file : kind.oldFile));
            Files.deleteIfExists(trial);
            if (made && !can) {
                Files.deleteIfExists(parent);
            }
            return can ? Optional.of(parent) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static void enable(Kind kind, Path control) {
        try {
            Files.writeString(control, "+" + kind.controller);
        } catch (IOException _) {
            // Whether it was needed shows in the next step.
        }
    }

    private Path own(Kind kind) throws IOException {
        for (String line : Files.readAllLines(OWN)) {
            String[] parts = line.split(":", 3);
            boolean ours =
                    unified
                            ? parts[1].isEmpty()
                            : List.of(parts[1].split(",", -1)).contains(kind.controller);
            if (ours) {
                Path base = unified ? CGROUPS : CGROUPS.resolve(kind.controller);
                Path own = base.resolve(parts[2].substring(1));
                if (Files.isDirectory(own)) {
                    return own;
                }
            }
        }
        throw new IOException("no control group for " + kind.controller);
    }
}
