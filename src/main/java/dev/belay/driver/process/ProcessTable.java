package dev.belay.driver.process;

import dev.belay.driver.host.Boot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The kernel's table of processes, as `/proc` shows it at this moment.
public final class ProcessTable {
    private static final Path PROC = Path.of("/proc");
    private static final int FLAGS_FIELD = 9;
    private static final int START_FIELD = 22;

    /// `PF_KTHREAD` of the kernel's sched.h. A thread of the kernel is no program, and reading its
    /// environment fails.
    private static final long KERNEL_THREAD = 0x0020_0000;

    /// Of the boot that this is: pids and start times mean nothing in another.
    static final String BOOT = Boot.ID;

    /// How old a process is, in clock ticks of 10 ms, before its environment is taken to stay what
    /// it is: a younger one may be about to become another program.
    private static final long SETTLED_TICKS = 1_000;

    /// Old processes that have nothing of ours in their environment: on a busy host nearly all.
    private static volatile Set<Entry> foreign = Set.of();

    private static final String FOREIGN = "=";

    private ProcessTable() {}

    /// One living process.
    ///
    /// @param start clock ticks after boot: with the pid, who it is
    public record Entry(long pid, long start, long parent, long group, long session) {}

    /// A living process with Belay's names in its environment.
    public record Tagged(Entry entry, Map<String, String> environment) {
        /// A variable of ours; empty when it has none of that name.
        public String get(String name) {
            return environment.getOrDefault(name, "");
        }
    }

    /// The process, unless it is gone, a zombie or the kernel's own.
    public static Optional<Entry> find(long pid) {
        try {
            return parse(
                    Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Whether it is stopped by a signal; not, where a debugger holds it.
    static boolean isPaused(long pid) {
        try {
            String stat =
                    Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith(" T ", stat.lastIndexOf(')') + 1);
        } catch (IOException _) {
            return false;
        }
    }

    static boolean lives(long pid, long start) {
        return find(pid).filter(entry -> entry.start() == start).isPresent();
    }

    static List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path folder : folders) {
                find(Long.parseLong(String.valueOf(folder.getFileName()))).ifPresent(entries::add);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a Linux without /proc", e);
        }
        return entries;
    }

    /// Those whose environment has all of these variables. Others' processes do not count: their
    /// environment cannot be read.
    public static List<Tagged> tagged(Map<String, String> variables) {
        List<Tagged> found = new ArrayList<>();
        Set<Entry> known = foreign;
        Set<Entry> others = new HashSet<>();
        List<Entry> all = all();
        long youngest = all.stream().mapToLong(Entry::start).max().orElse(0);
        for (Entry entry : all) {
            String text = known.contains(entry) ? FOREIGN : environ(entry.pid());
            Map<String, String> environment = ours(text);
            // One that is empty may belong to a process that is just becoming another program.
            boolean settled = entry.start() < youngest - SETTLED_TICKS;
            if (settled && environment.isEmpty() && !text.isEmpty()) {
                others.add(entry);
            }
            if (environment.entrySet().containsAll(variables.entrySet())) {
                found.add(new Tagged(entry, environment));
            }
        }
        foreign = others;
        return found;
    }

    /// Where the process works; empty when it is gone.
    static Optional<Path> workingFolder(long pid) {
        try {
            return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/cwd")));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static String environ(long pid) {
        try {
            return Files.readString(PROC.resolve(pid + "/environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }

    private static Map<String, String> ours(String text) {
        Map<String, String> ours = new HashMap<>();
        for (String variable : text.split("\0", -1)) {
            int equals = variable.indexOf('=');
            if (variable.startsWith("BELAY_") || variable.startsWith("PORT=")) {
                byte[] value = variable.substring(equals + 1).getBytes(StandardCharsets.ISO_8859_1);
                ours.put(
                        variable.substring(0, Math.max(0, equals)),
                        new String(value, StandardCharsets.UTF_8));
            }
        }
        return ours;
    }

    private static Optional<Entry> parse(String stat) {
        // The second field is the program's name in parentheses and may hold anything.
        int afterName = stat.lastIndexOf(')');
        if (afterName < 0) {
            return Optional.empty();
        }
        long pid = Long.parseLong(stat.substring(0, stat.indexOf(' ')));
        String[] fields = stat.substring(afterName + 2).split(" ", -1);
        boolean kernels = (Long.parseLong(fields[FLAGS_FIELD - 3]) & KERNEL_THREAD) != 0;
        boolean gone = kernels || fields[0].equals("Z") || fields[0].equals("X");
        return gone
                ? Optional.empty()
                : Optional.of(
                        new Entry(
                                pid,
                                Long.parseLong(fields[START_FIELD - 3]),
                                Long.parseLong(fields[1]),
                                Long.parseLong(fields[2]),
                                Long.parseLong(fields[3])));
    }
}
