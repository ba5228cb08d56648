package dev.belay.server.operations;

import java.util.List;

/// What an environment runs and should run, both seen and wanted, never one number for the two.
///
/// @param gateway whether it answers
/// @param gatewayProcess which one it is
/// @param certificates those that it shows, of all environments
/// @param doors of components that do not take every request now
/// @param maintenance out of what users are kept, or will be
/// @param backups what is wrong with them, a sentence each
/// @param notices what else somebody should know
/// @param releases those that are active or queued, oldest first
public record StatusView(
        String platform,
        String environment,
        boolean gateway,
        GatewayUpkeep.View gatewayProcess,
        CertificateStatus certificates,
        List<ComponentStatus> components,
        List<DoorStatus> doors,
        List<Announcement> maintenance,
        List<DependencyStatus> dependencies,
        List<String> backups,
        List<Notice> notices,
        List<ReleaseLine> releases) {
    public StatusView {
        components = List.copyOf(components);
        doors = List.copyOf(doors);
        maintenance = List.copyOf(maintenance);
        dependencies = List.copyOf(dependencies);
        backups = List.copyOf(backups);
        notices = List.copyOf(notices);
        releases = List.copyOf(releases);
    }

    /// The whole in a word: `unwell`, `held` (a person has to decide), `paused`, `changing`,
    /// `nothing` (never deployed), else `well`.
    public String state() {
        boolean unwell =
                !gateway
                        || components.stream().anyMatch(c -> c.state().equals("unwell"))
                        || dependencies.stream().anyMatch(d -> d.state().equals("down"));
        if (unwell) {
            return "unwell";
        }
        for (String state : List.of("held", "paused")) {
            if (releases.stream().anyMatch(release -> release.state().equals(state))) {
                return state;
            }
        }
        if (components.stream().anyMatch(c -> c.state().equals("changing"))) {
            return "changing";
        }
        return components.stream().allMatch(c -> c.state().equals("nothing")) ? "nothing" : "well";
    }

    /// One component.
    ///
    /// @param kind `service`, `frontend`, `worker`, `job`, `contract`
    /// @param port the stable one, 0 for none
    /// @param addresses where people find it besides its port
    /// @param state `well`, `changing` (a release is at it), `unwell`, `nothing` (never deployed)
    /// @param because why it is not well
    /// @param release what brought the present revision, or `""`
    /// @param soaked whether the present revision lived through its soak
    /// @param busyWith the active release that owns it, or `""`
    public record ComponentStatus(
            String name,
            String kind,
            int port,
            List<String> addresses,
            String state,
            String because,
            String release,
            String revision,
            boolean soaked,
            String busyWith,
            List<RevisionStatus> revisions) {
        public ComponentStatus {
            addresses = List.copyOf(addresses);
            revisions = List.copyOf(revisions);
        }

        /// Whether the gateway serves it from files, so that there are no instances to count.
        public boolean files() {
            return kind.equals("frontend");
        }
    }

    /// One revision that is wanted or seen.
    ///
    /// @param weightSeen in the gateway's table; -1 when the gateway cannot be asked
    /// @param inFlight requests and tunnels under way, -1 when unknown
    public record RevisionStatus(
            String revision,
            int weightWanted,
            int weightSeen,
            int instancesWanted,
            int instancesSeen,
            int inFlight,
            List<InstanceStatus> instances) {
        public RevisionStatus {
            instances = List.copyOf(instances);
        }
    }

    /// One instance.
    ///
    /// @param state `starting`, `running`, `stopping`, `exited`, `crash-loop`
    /// @param port where it listens, or 0
    /// @param socket where it listens instead, or empty
    /// @param since milliseconds since the epoch
    public record InstanceStatus(
            String id,
            int number,
            String state,
            int port,
            String socket,
            long pid,
            long since,
            int restarts,
            String detail) {}

    /// A datastore or an external service.
    ///
    /// @param state `up`, `down`, `down-but-optional`, `unknown` (not yet asked)
    /// @param checkedAt milliseconds since the epoch, 0 when never
    public record DependencyStatus(
            String name, String engine, String state, String detail, long checkedAt) {}
}
