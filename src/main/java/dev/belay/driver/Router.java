package dev.belay.driver;

import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who sends requests to instances: our gateway, a cluster's Services, another proxy.
public interface Router {
    /// Publishes the component's line, and answers once every request is decided by it.
    Answer route(Work.Route work, Order order);

    /// Seals the scope against tokens below the order's, then says whether that line is in force.
    Finding probe(Work.Route work, Order order);

    /// Starts the polite end of what runs long at instances that get no new requests any more:
    /// WebSockets are told to come back, event streams end between two events.
    ///
    /// @param instances ids of instances of the revision; what runs at its others is left alone
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    void closeLongLived(Scope scope, String revision, List<String> instances);

    /// What is in force, as read back; empty when the component has no line.
    ///
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    Optional<Observed> observe(Scope scope);

    /// How much is under way at these instances, whether or not anything is still sent there.
    ///
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    default int inFlightAt(Scope scope, List<String> instances) {
        return observe(scope).map(seen -> seen.inFlightAt(instances)).orElse(0);
    }

    /// Whether somebody keeps requests for the component out: they wait, or are told to come back.
    ///
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    default boolean keepsOut(Scope scope) {
        return false;
    }

    /// Whether the router itself listens on that port of this host.
    ///
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    boolean listens(int port);

    /// A component's line as the router has it.
    ///
    /// @param version of the table, for people
    /// @param weights revision to weight
    /// @param members revision to the ids of the instances that may get requests
    /// @param inFlight revision to requests and tunnels under way, drained revisions included
    /// @param inFlightAt the same by the id of the instance
    record Observed(
            long version,
            int port,
            Map<String, Integer> weights,
            Map<String, List<String>> members,
            Map<String, Integer> inFlight,
            Map<String, Integer> inFlightAt) {
        /// How much is under way at these instances.
        public int inFlightAt(List<String> instances) {
            return instances.stream().mapToInt(id -> inFlightAt.getOrDefault(id, 0)).sum();
        }
    }
}
