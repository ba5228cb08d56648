package dev.belay.driver.kubernetes;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// One API server, and who we are to it: sends requests and hands back answers, and knows nothing
/// of what they mean. It never tries again by itself: whoever asks knows whether that is right.
interface Wire extends AutoCloseable {
    /// A request.
    ///
    /// @param path with its query
    /// @param type of the body; empty where there is none
    record Ask(String method, String path, String type, String body) {
        static Ask get(String path) {
            return new Ask("GET", path, "", "");
        }

        /// The body may hold secrets.
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /// An answer.
    ///
    /// @param retryAfter when it makes sense to ask again, where the server said so
    record Reply(int status, String body, Duration retryAfter) {
        boolean isGood() {
            return status >= 200 && status < 300;
        }
    }

    /// Sends it once.
    ///
    /// @throws IOException when no answer came: what was asked for may have happened
    Reply send(Ask ask, Duration within) throws IOException;

    /// The lines of an answer that goes on; closing it ends it.
    ///
    /// @throws ClusterFailure when the server refuses
    BufferedReader stream(String path) throws IOException;

    /// Who hears the other end of a tunnel.
    interface Ear {
        /// One message, in order; no other comes until this has returned.
        ///
        /// @throws IOException when nobody listens any more: the tunnel is closed
        void hear(ByteBuffer message) throws IOException;

        /// The other end has closed it, or it broke.
        void over();
    }

    /// Messages both ways.
    interface Tunnel extends AutoCloseable {
        /// Hands on a message; the buffer is not to be changed any more.
        ///
        /// @throws IOException when it is closed
        void send(ByteBuffer message) throws IOException;

        @Override
        void close();
    }

    /// Opens a WebSocket.
    ///
    /// @param protocol the subprotocol that is asked for
    /// @throws ClusterFailure when the server refuses
    Tunnel tunnel(String path, String protocol, Ear ear) throws IOException;

    /// Where it leads, for people.
    String where();

    @Override
    void close();
}
