package dev.belay.server.api;

import io.javalin.http.Context;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/// An answer of which something was sent, and that has no end. Its connection is cut, since that is
/// what every client notices: nothing that were written after the part which is gone would be read
/// as what it is.
final class BrokenOff extends RuntimeException {
    BrokenOff(RuntimeException cause) {
        super(cause.getMessage(), cause, false, false);
    }

    /// Cuts the connection when something was sent on it already.
    ///
    /// @return whether it did
    static boolean cut(Context ctx) {
        if (!ctx.res().isCommitted()) {
            return false;
        }
        ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .close();
        return true;
    }
}
