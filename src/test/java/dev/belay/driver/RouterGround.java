package dev.belay.driver;

import dev.belay.release.Scope;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

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

    @Override
    void close() throws IOException;
}
