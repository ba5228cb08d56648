package dev.belay.driver;

import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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

    /// Asks again what another tool would do to a schema: whether it is what it said once.
    Look foreseen(Work.Foreseen work, Order order);

    /// Seals the scope against tokens below the order's, then says whether the effect happened.
    Finding probe(Work.Effect work, Order order);

    /// Asks another tool what it would do to a schema, while a release is planned.
    Foretold foretell(String environment, Revision revision, MigrationCommands by, Duration within);

    /// What runs in the scope, found by looking, not by remembering.
    List<Instance> instances(Scope scope);

    /// Those of them that are known without a long look.
    List<Instance> recorded(Scope scope);

    /// Whether an instance still runs as it was seen: not, when another runs in its place by now.
    boolean lives(Scope scope, Instance instance);

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
