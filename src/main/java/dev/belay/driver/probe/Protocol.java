package dev.belay.driver.probe;

import java.io.IOException;
import javax.net.ssl.SSLContext;

/// How one kind of server is asked: connect, encrypt if asked to, sign in, one harmless operation,
/// close. Says every phase to the wire before it enters it.
interface Protocol {
    /// Returns the server's version as it names it, or an empty text.
    ///
    /// @param trust which servers are believed where the address asks for proof
    String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure;
}
