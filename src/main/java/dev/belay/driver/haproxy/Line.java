package dev.belay.driver.haproxy;

import java.util.List;
import java.util.Optional;

/// Who gets a component's requests, as HAProxy is told.
record Line(int port, List<Share> shares) {
    Line {
        shares = List.copyOf(shares);
    }

    /// A part of the traffic.
    ///
    /// @param slot of the line's backends, counted from 0
    record Share(String revision, int weight, int slot, List<Member> members) {
        Share {
            members = List.copyOf(members);
        }
    }

    /// An instance that may get requests.
    ///
    /// @param port of the loopback
    record Member(String id, int port) {
        /// What HAProxy knows it by: an instance that moved to another port is another server.
        String server() {
            return id + ":" + port;
        }

        String address() {
            return "127.0.0.1:" + port;
        }

        /// Whose server that is.
        static String id(String server) {
            return server.substring(0, Math.max(0, server.lastIndexOf(':')));
        }

        /// The revision that the instance is one of.
        static String revision(String id) {
            return id.substring(0, Math.max(0, id.lastIndexOf('-')));
        }
    }

    Optional<Share> share(String revision) {
        return shares.stream().filter(share -> share.revision().equals(revision)).findFirst();
    }
}
