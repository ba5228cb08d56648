package dev.belay.driver;

import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What differs between kinds of routers, so that [RouterContract] can be asked of all of them: how
/// a router is made, how its data plane is stopped and started, and where requests reach it.
public interface RouterGround extends AutoCloseable {
    /// A router over the data plane of this ground: each is a control plane that was started anew.
    ///
    /// @param instances what runs in a scope, as a target sees it
    Router router(Function<Scope, List<Instance>> instances);

    /// A port that nobody has.
    int freePort();

    /// Where requests for a stable port go.
    URI address(int port, String path);

    /// Ends what carries requests, and starts it again over what it kept.
    void restart() throws Exception;

    /// Ends it: nobody can ask it any more.
    void stop() throws Exception;

    /// How long one order may take here.
    default Duration patience() {
        return Duration.ofSeconds(10);
    }

    /// What a kind of router does not do, and does not say that it does.
    enum Lack {
        /// It listens on no port of this host.
        PORTS,
        /// It does not know what is under way, and ends nothing that runs long.
        COUNTS,
        /// A revision that has all requests has them at every instance that is ready.
        BOUNDS,
    }

    /// What this one does not do.
    default Set<Lack> lacks() {
        return Set.of();
    }

    /// How often lines are changed in a test that looks whether a request is lost by that.
    default int turns() {
        return 15;
    }

    /// The same work as it is for this kind.
    default Work.Route work(Work.Route plain) {
        return plain;
    }

    /// Which weights are in force where these shares were asked for.
    default Map<String, Integer> reached(List<Traffic.Share> asked) {
        return asked.stream()
                .collect(Collectors.toMap(Traffic.Share::revision, Traffic.Share::weight));
    }

    @Override
    void close() throws IOException;
}
