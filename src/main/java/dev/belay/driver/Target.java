package dev.belay.driver;

import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.List;

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

    /// What runs in the scope, found by looking, not by remembering.
    List<Instance> instances(Scope scope);
}
