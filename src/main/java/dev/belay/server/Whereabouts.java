package dev.belay.server;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Where a control plane listens, as it writes it into `.belay/server.json` when it does.
///
/// @param started when the process began, in the kernel's own clock ticks after boot: with the
///   number it names one process for ever, as numbers are used again
public record Whereabouts(long pid, long started, int port, String version) {
    private static final JsonMapper JSON = JsonMapper.shared();

    public static Whereabouts ofThisProcess(int port, String version) {
        long pid = ProcessHandle.current().pid();
        return new Whereabouts(pid, startOf(pid), port, version);
    }

    public void write(StateFolder state) throws IOException {
        DurableFile.write(state.whereabouts(), JSON.writeValueAsString(this));
    }

    /// What was written, when the process that wrote it still lives.
    public static Optional<Whereabouts> find(StateFolder state) throws IOException {
        try {
            return DurableFile.read(state.whereabouts())
                    .map(text -> JSON.readValue(text, Whereabouts.class))
                    .filter(Whereabouts::alive);
        } catch (JacksonException _) {
            // Half a file cannot be: somebody else wrote it, and nobody listens there.
            return Optional.empty();
        }
    }

    public boolean alive() {
        return started != 0 && startOf(pid) == started;
    }

    /// 0 when there is no such process, or it has ended and nobody asked yet how it did.
    private static long startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The second field is the program's name in brackets and may hold blanks; the state is
            // the 3rd, the first after the name, and `starttime` the 22nd.
            String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean ended = rest[0].equals("Z") || rest[0].equals("X");
            return ended ? 0 : Long.parseLong(rest[19]);
        } catch (IOException _) {
            return 0;
        }
    }
}
