package dev.belay.gateway;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Duration;

/// One exchange's way to a member, whichever version of HTTP the member speaks: a connection of its
/// own, or a stream beside others. Used on its connection's loop alone.
interface MemberLink {
    /// What is known of a request whose answer did not come.
    enum Loss {
        /// The member has not looked at it, and says so.
        UNSENT,

        /// The member ends this connection and has not looked at it, as it says: another
        /// connection, to the same one too, may take it (RFC 9113 §6.8).
        LEAVING,

        /// A connection that had waited idle was closed, most likely before the request arrived.
        STALE,

        /// It may have been carried out.
        BROKEN,

        /// Its headers are more than the member takes, as it has said: nothing was sent.
        TOO_LARGE
    }

    Upstream upstream();

    /// Sends a request's head, and tells the exchange of its answer from now on.
    void begin(ProxyExchange exchange, HttpRequest request);

    /// Sends the next part of the request's body, and owns it.
    void write(HttpContent part);

    void flush();

    boolean writable();

    /// Whether more of the answer is wanted.
    void read(boolean wanted);

    /// The member says how long it keeps an idle connection.
    void idleHint(Duration told);

    /// The request and its answer have come to their ends, and nothing else was sent: another
    /// exchange may follow.
    void release();

    /// Lets go without a word to the exchange, which knows. What is still under way is in vain.
    void close();

    /// Leaves HTTP: from now on only bytes pass.
    TunnelEnd handOver();
}
