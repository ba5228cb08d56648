package dev.belay.driver.host;

import dev.belay.driver.WrittenLines;
import dev.belay.driver.configuration.Redactor;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What the instances of a component wrote, as people may see it: without the secrets that Belay
/// gave them.
public final class Logs implements WrittenLines {
    private static final int PIECES_PER_POLL = 16;

    private final Records records;
    private final Redactor redactor;

    /// @param state the folder that the process target keeps its records in
    public Logs(Path state, Redactor redactor) {
        records = new Records(state.toAbsolutePath().normalize(), new Runners(List.of()));
        this.redactor = redactor;
    }

    /// The last lines of each instance that anything is known of, one instance after the other.
    public List<Line> lastOfEach(Scope scope, int lines) throws IOException {
        List<Line> found = new ArrayList<>();
        for (InstanceFolder instance : records.of(scope).instances()) {
            found.addAll(last(scope, instance, lines));
        }
        return found;
    }

    @Override
    public List<Line> last(List<Scope> scopes, String instance, int lines) throws IOException {
        Tails tails = new Tails();
        for (Scope scope : scopes) {
            ScopeFolder folder = records.of(scope);
            SortedMap<String, Wanted> wanted = folder.wanted();
            for (InstanceFolder one : folder.instances()) {
                if (instance.isEmpty() || instance.equals(one.id())) {
                    Wanted own = wanted.get(one.revision());
                    boolean shallRun = own != null && one.number() <= own.instances();
                    FileTime written =
                            Files.exists(one.log())
                                    ? Files.getLastModifiedTime(one.log())
                                    : FileTime.fromMillis(0);
                    tails.add(new Tails.Tail(shallRun, written, last(scope, one, lines)));
                }
            }
        }
        return tails.last(lines);
    }

    private List<Line> last(Scope scope, InstanceFolder instance, int lines) throws IOException {
        return new LogFile(instance.log())
                .last(lines).stream().map(text -> line(scope, instance, text)).toList();
    }

    private Line line(Scope scope, InstanceFolder instance, String text) {
        return new Line(scope.name(), instance.id(), redactor.redact(text));
    }

    @Override
    public Follower follow(Scope scope) throws IOException {
        Follower follower = new Follower(records.of(scope));
        follower.beginAtEnds();
        return follower;
    }

    /// Reads the files of all instances that are there by then.
    public final class Follower implements Following {
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

        @Override
        public List<Line> poll() throws IOException {
            List<Line> lines = new ArrayList<>();
            for (InstanceFolder instance : scope.instances()) {
                LineReader reader =
                        readers.computeIfAbsent(
                                instance.id(), _ -> new LineReader(new LogFile(instance.log()), 0));
                for (int i = 0; i < PIECES_PER_POLL; i++) {
                    List<String> more = reader.more();
                    more.forEach(text -> lines.add(line(scope.scope(), instance, text)));
                    if (more.isEmpty()) {
                        break;
                    }
                }
            }
            return lines;
        }
    }
}
