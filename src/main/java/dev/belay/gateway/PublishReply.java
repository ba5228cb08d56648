package dev.belay.gateway;

import dev.belay.problem.Problem;
import java.util.List;

/// What became of a wish to change the routing table.
public sealed interface PublishReply {
    /// Every event loop uses the table with this version.
    record Published(long version) implements PublishReply {}

    /// Somebody with a newer token was here: whoever asked no longer owns the component.
    record Stale(long last) implements PublishReply {}

    /// Members that should get requests do not answer their health check; nothing changed.
    record NotReady(List<Unready> members) implements PublishReply {
        public NotReady {
            members = List.copyOf(members);
        }
    }

    /// Another component or another process listens on the port; nothing changed.
    record PortTaken(String message) implements PublishReply {}

    /// Another component has the same requests of an entrance; nothing changed.
    record RouteTaken(String message) implements PublishReply {}

    /// The wish could not be understood; nothing changed.
    record Malformed(List<Problem> problems) implements PublishReply {
        public Malformed {
            problems = List.copyOf(problems);
        }
    }

    /// No answer, or one that says that the outcome is not known: seal to find out.
    record Unreachable(String message) implements PublishReply {}

    /// A member that was not ready, and what its health check said.
    record Unready(String revision, String member, String why) {}
}
