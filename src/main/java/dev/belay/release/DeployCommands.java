package dev.belay.release;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// How a revision gets to where Belay has no way of its own: commands of its artifact, each a
/// program and its arguments, `${NAME}` not yet resolved. What they are told and what they answer
/// is for the target that runs them to say.
///
/// @param deploy makes the revision stand; where there is no `promote`, with all requests, too
/// @param observe says what is known of the revision, and changes nothing; empty when nothing says.
///   Only by it can anybody tell whether a `deploy` happened that nobody saw end
/// @param promote gives it the requests; empty where `deploy` does
/// @param rollback gives a revision that had them before the requests again; empty where that is
///   done as it was the first time
/// @param probe says whether it is well, by its exit code; empty when nothing says
/// @param logs prints what it wrote last; empty when nothing does
/// @param remove takes it away, and does nothing where it is gone; empty where it stays
/// @param timeout for each of them
public record DeployCommands(
        List<String> deploy,
        List<String> observe,
        List<String> promote,
        List<String> rollback,
        List<String> probe,
        List<String> logs,
        List<String> remove,
        Duration timeout) {
    public DeployCommands {
        deploy = List.copyOf(deploy);
        observe = List.copyOf(observe);
        promote = List.copyOf(promote);
        rollback = List.copyOf(rollback);
        probe = List.copyOf(probe);
        logs = List.copyOf(logs);
        remove = List.copyOf(remove);
        if (deploy.isEmpty()) {
            throw new IllegalArgumentException("nothing deploys");
        }
    }

    /// Those that there are, by the keys that they are written under.
    public SequencedMap<String, List<String>> byKey() {
        var all = new LinkedHashMap<String, List<String>>();
        all.put("deploy", deploy);
        all.put("observe", observe);
        all.put("promote", promote);
        all.put("rollback", rollback);
        all.put("probe", probe);
        all.put("logs", logs);
        all.put("remove", remove);
        all.values().removeIf(List::isEmpty);
        return Collections.unmodifiableSequencedMap(all);
    }

    /// Whether a revision can stand without having the requests.
    public boolean separatesTraffic() {
        return !promote.isEmpty();
    }

    /// Whether it can be asked what became of a command.
    public boolean tells() {
        return !observe.isEmpty();
    }
}
