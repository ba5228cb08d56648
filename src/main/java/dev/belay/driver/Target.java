package dev.belay.driver;

import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where instances run: plain processes, a Docker Engine, a Kubernetes cluster. Every call is safe
/// to repeat and safe to arrive late: the token decides.
///
/// A target keeps the last accepted token of each scope durably, makes a new one durable *before*
/// it acts, and refuses to stop an instance that the router still sends to.
public interface Target {
    /// Makes exactly that many instances of the revision exist: started, not necessarily ready.
    Answer scale(Work.Scale work, Order order);

    /// Makes a frontend's files lie where the router reads them.
    Answer publish(Work.Publish work, Order order);

    /// Runs a command to its end.
    Answer runJob(Work.RunJob work, Order order);

    /// Brings a schema to where the revision wants it, by a command of the revision.
    Answer migrate(Work.MigrateByCommand work, Order order);

    /// Brings it back to where it was before this release did that.
    Answer takeBack(Work.TakeBackByCommand work, Order order);

    /// Whether what revisions run in is there and takes them, asked before anything is touched.
    /// Where nothing can be asked beforehand, it is found out by starting them.
    default Look hosted(Work.Hosted work, Order order) {
        return new Look.Done("");
    }

    /// Asks again what another tool would do to a schema: whether it is what it said once.
    Look foreseen(Work.Foreseen work, Order order);

    /// Seals the scope against tokens below the order's, then says whether the effect happened.
    Finding probe(Work.Effect work, Order order);

    /// Asks another tool what it would do to a schema, while a release is planned.
    Foretold foretell(String environment, Revision revision, MigrationCommands by, Duration within);

    /// What would be refused where an environment lives, before anything of it is touched: empty
    /// where that is on this host, and a list of all where it is elsewhere.
    default Optional<List<Unmet>> preflight(String environment, Duration within) {
        return Optional.empty();
    }

    /// Something that is missing, and what to do about it.
    record Unmet(String reason, String hint) {}

    /// Why nobody may go where the environment lives, in the way that is written; empty where that
    /// is in order, or cannot be told without going there.
    default Optional<Unmet> barred(String environment) {
        return Optional.empty();
    }

    /// What is other there than it is to be, seen without changing anything; empty where nobody can
    /// say. That it cannot be seen now is a note in it, and no failure.
    default Optional<Foreshown> foreshow(
            String environment, List<Foreshown.Goal> goals, Duration within) {
        return Optional.empty();
    }

    /// Whether instances of the revision are asked where they run how they are, and nobody else has
    /// to, nor can: a cluster does. Their detail then begins with `ready` while they are.
    default boolean asksInstances(Revision revision) {
        return false;
    }

    /// Whether instances that are asked where they run are ready; empty for others.
    default Optional<Look> ready(Work.Ready work, Order order) {
        return Optional.empty();
    }

    /// Where a revision is asked that is neither on this host nor behind a router of it, for as
    /// long as that is held open; empty where it is, or where nobody knows.
    ///
    /// @param open as users come, once it has the requests
    /// @throws java.io.UncheckedIOException when it cannot be reached at the moment
    default Optional<Reach> reach(Scope scope, String revision, boolean open) {
        return Optional.empty();
    }

    /// A way to a revision, which ends with this.
    interface Reach extends AutoCloseable {
        /// Where it is asked meanwhile.
        URI address();

        /// What kept requests from getting there, for people; empty when nothing is known of it.
        default String trouble() {
            return "";
        }

        @Override
        void close();

        /// One that is there whether or not anybody asks.
        static Reach at(URI address) {
            return new Reach() {
                @Override
                public URI address() {
                    return address;
                }

                @Override
                public void close() {
                    // It stays.
                }
            };
        }
    }

    /// What instances of a revision wrote last, oldest first, each line with the name of its
    /// instance before it; empty where that lies in files of this host.
    default List<String> lastLines(Scope scope, String revision, int lines) {
        return List.of();
    }

    /// What runs in the scope, found by looking, not by remembering.
    List<Instance> instances(Scope scope);

    /// Those of them that are known without a long look.
    List<Instance> recorded(Scope scope);

    /// Whether an instance still runs as it was seen: not, when another runs in its place by now.
    boolean lives(Scope scope, Instance instance);

    /// Runs a command beside an instance, where it runs and with all that it has, to ask how it is;
    /// empty where commands are run like any other of this host.
    ///
    /// @throws IOException when it cannot be asked
    default Optional<Examined> examine(
            Scope scope, Instance instance, List<String> command, Duration within)
            throws IOException {
        return Optional.empty();
    }

    /// Ends an instance that lives but is taken for dead. Supervision counts it as a death of its
    /// own and starts it again.
    ///
    /// @return whether it was ended; not, while an order is at work, or when another runs by now
    boolean end(Scope scope, Instance instance);

    /// Looks after everything once: starts again what died, finishes ends, cuts logs, reads them
    /// for fatal errors. To be called about every second by whoever keeps the control plane going.
    ///
    /// @return what was done or could not be, a sentence each, for the log
    List<String> supervise();

    /// The artifacts that something runs from, would be started again from, or is served from:
    /// never to be removed.
    Set<Digest> artifactsInUse() throws IOException;

    /// The environments that anything was ever done in.
    Set<String> environments() throws IOException;
}
