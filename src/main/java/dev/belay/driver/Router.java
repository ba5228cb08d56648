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

    /// Shuts the component's door for the release, and answers once no new request passes it. One
    /// that a person shut stays as it is.
    default Answer shut(Work.Shut work, Order order) {
        return new Answer.Failed("this router has no doors", "release without maintenance", false);
    }

    /// Opens the component's door where the release shut it.
    default Answer open(Work.Open work, Order order) {
        return new Answer.Done("this router has no doors");
    }

    /// Seals as [#probe] does, then says whether the door is shut, or open.
    default Finding probeDoor(Work.Effect work, Order order) {
        return new Finding.Unknown("this router has no doors");
    }

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

    /// Whether it knows how much is under way. What does not, says that nothing is.
    default boolean counts(Scope scope) {
        return true;
    }

    /// What each of the component's revisions has answered since the router counts, by id; what has
    /// answered nothing may be left out. Empty where nobody counts.
    ///
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    default Optional<Map<String, Answered>> answered(Scope scope) {
        return Optional.empty();
    }

    /// Whether requests for the component are kept out: they wait, or are told to come back.
    ///
    /// @throws java.io.UncheckedIOException when the router cannot be asked
    default Doorway doorway(Scope scope) {
        return new Doorway.Free();
    }

    /// How a request gets to a component.
    sealed interface Doorway {
        /// As it comes.
        record Free() implements Doorway {}

        /// With a header that nobody else has.
        record ByPass(String header, String pass) implements Doorway {
            @Override
            public String toString() {
                return "by " + header;
            }
        }

        /// Not at all: a person decided so.
        record Barred() implements Doorway {}
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
