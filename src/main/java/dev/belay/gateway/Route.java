package dev.belay.gateway;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a component's requests should meet: the wish that the control plane publishes.
///
/// @param token the operation token of the component's scope; must be above the last one seen
/// @param port the stable port that clients know
/// @param shares how the requests are split; none at all: every request gets 503
/// @param rules how else requests find it
public record Route(
        RouteKey key,
        long token,
        int port,
        List<Share> shares,
        HealthCheck health,
        Site site,
        Rules rules) {
    public Route {
        shares = List.copyOf(shares);
    }

    /// A route with a port of its own and nothing more.
    public Route(
            RouteKey key, long token, int port, List<Share> shares, HealthCheck health, Site site) {
        this(key, token, port, shares, health, site, Rules.NONE);
    }

    /// The same with other rules.
    public Route with(Rules other) {
        return new Route(key, token, port, shares, health, site, other);
    }

    /// A route with plain file serving rules.
    public Route(RouteKey key, long token, int port, List<Share> shares, HealthCheck health) {
        this(key, token, port, shares, health, Site.PLAIN);
    }

    /// A part of the requests.
    ///
    /// @param weight relative to the other shares; 0 is none, but its members are kept warm
    /// @param own health check of these members, as revisions differ in it; null is the route's
    public record Share(String revision, int weight, Backend backend, @Nullable HealthCheck own) {
        /// A share whose members are asked as the route says.
        public Share(String revision, int weight, Backend backend) {
            this(revision, weight, backend, null);
        }
    }

    /// How a share's members are asked.
    public HealthCheck health(Share share) {
        return Objects.requireNonNullElse(share.own(), health);
    }

    /// What answers a share's requests.
    public sealed interface Backend {}

    /// Running instances.
    public record Members(List<Member> members) implements Backend {
        public Members {
            members = List.copyOf(members);
        }
    }

    /// A folder of a frontend's files, and what is served beside them.
    ///
    /// @param texts by path; each takes the place of a file at the same path
    public record Files(Path root, SortedMap<String, SiteText> texts) implements Backend {
        public Files {
            texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
        }

        /// Files and nothing else.
        public Files(Path root) {
            this(root, new TreeMap<>());
        }
    }

    /// One running instance.
    public record Member(String id, Address address, Protocol protocol) {
        /// One behind a port.
        public Member(String id, String host, int port, Protocol protocol) {
            this(id, new Port(host, port), protocol);
        }

        /// One that speaks HTTP/1.1.
        public Member(String id, String host, int port) {
            this(id, host, port, Protocol.HTTP1);
        }
    }

    /// Where an instance listens.
    public sealed interface Address {}

    /// At a port of this machine or another.
    public record Port(String host, int port) implements Address {}

    /// At a Unix socket of this machine, as the kernel takes paths: 107 bytes at most.
    public record SocketFile(Path path) implements Address {
        static final int PATH_MAX = 107;
    }

    /// What an instance speaks.
    public enum Protocol {
        HTTP1,

        /// HTTP/2 from the first byte, without TLS (prior knowledge, RFC 9113 §3.3).
        HTTP2
    }

    /// How a frontend's files are served.
    ///
    /// @param fallback whether a path that names no file gets `index.html`, as single-page
    ///   applications want
    /// @param immutable path prefixes below which a file never changes its content
    public record Site(boolean fallback, List<String> immutable) {
        public static final Site PLAIN = new Site(false, List.of());

        public Site {
            immutable = List.copyOf(immutable);
        }
    }
}
