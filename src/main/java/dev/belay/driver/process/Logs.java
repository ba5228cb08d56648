package dev.belay.driver.process;

import dev.belay.driver.configuration.Redactor;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the instances of a component wrote, as people may see it: without the secrets that Belay
/// gave them.
public final class Logs {
    private static final int PIECES_PER_POLL = 16;

    private final Path instances;
    private final Redactor redactor;

    /// @param state the folder that the process target keeps its records in
    public Logs(Path state, Redactor redactor) {
        instances = state.toAbsolutePath().normalize().resolve("instances");
        this.redactor = redactor;
    }

    /// One line and who wrote it.
    public record Line(String instance, String text) {}

    /// The last lines of each instance that anything is known of, one instance after the other.
    public List<Line> last(Scope scope, int lines) throws IOException {
        List<Line> found = new ArrayList<>();
        for (InstanceFolder instance : ScopeFolder.of(instances, scope).instances()) {
            for (String text : new LogFile(instance.log()).last(lines)) {
                found.add(new Line(instance.id(), redactor.redact(text)));
            }
        }
        return found;
    }

    /// The last lines of one instance; none when there is no such instance.
    public List<Line> last(Scope scope, String instance, int lines) throws IOException {
        return last(scope, lines).stream()
                .filter(line -> line.instance().equals(instance))
                .toList();
    }

    /// Goes on from now, over cuts and over instances that come and go.
    public Follower follow(Scope scope) throws IOException {
        Follower follower = new Follower(ScopeFolder.of(instances, scope));
        follower.beginAtEnds();
        return follower;
    }

    /// One who reads along. Not for several threads.
    public final class Follower {
        private final ScopeFolder scope;
        private final Map<String, LineReader> readers = new HashMap<>();

        private Follower(ScopeFolder scope) {
            this.scope = scope;
        }

        private void beginAtEnds() throws IOException {
            for (InstanceFolder instance : scope.instances()) {
                LogFile log = new LogFile(instance.log());
                readers.put(instance.id(), new LineReader(log, log.end()));
            }
        }

        /// What was written since the last call; empty when nothing was. Never waits.
        public List<Line> poll() throws IOException {
            List<Line> lines = new ArrayList<>();
            for (InstanceFolder instance : scope.instances()) {
                LineReader reader =
                        readers.computeIfAbsent(
                                instance.id(), _ -> new LineReader(new LogFile(instance.log()), 0));
                for (int i = 0; i < PIECES_PER_POLL; i++) {
                    List<String> more = reader.more();
                    more.forEach(text -> lines.add(new Line(instance.id(), redactor.redact(text))));
                    if (more.isEmpty()) {
                        break;
                    }
                }
            }
            return lines;
        }
    }
}
