package dev.belay.release;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Who gets a component's requests: its line in the gateway's table.
///
/// @param port the stable port that the gateway listens on; 0 when it is to listen on none
/// @param rules how else requests find it
public record Traffic(int port, List<Share> shares, Rules rules) {
    /// Nobody, and no port: the gateway has no line for it.
    public static final Traffic NOWHERE = new Traffic(0, List.of());

    public Traffic {
        shares = List.copyOf(shares);
    }

    /// A line with a port of its own and nothing more.
    public Traffic(int port, List<Share> shares) {
        this(port, shares, Rules.NONE);
    }

    /// Nobody: the gateway answers 503.
    public static Traffic none(int port) {
        return new Traffic(port, List.of());
    }

    /// A line before it had anybody, carried by whoever is to carry it.
    public Traffic before() {
        return new Traffic(port, List.of(), new Rules(List.of(), Duration.ZERO, false, rules.by()));
    }

    /// The same line, and nobody there: whoever comes gets 503.
    public Traffic toNobody() {
        return new Traffic(port, List.of(), rules);
    }

    /// Every port at which its requests arrive.
    public Set<Integer> ports() {
        var ports = new TreeSet<Integer>();
        ports.add(port);
        for (At at : rules.at()) {
            ports.add(at.entrance().port());
            if (at.entrance().redirectFrom() > 0) {
                ports.add(at.entrance().redirectFrom());
            }
        }
        return ports;
    }

    /// A part of the traffic.
    ///
    /// @param weight relative to the other shares; 0 is none
    /// @param instances how many of the revision's instances take part, the lowest numbered first;
    ///   0 for a frontend, which the gateway serves from the artifact itself
    public record Share(String revision, int weight, int instances) {}

    /// How requests find a component besides its own port, and how they are dealt with.
    ///
    /// @param slowStart how long an instance that became ready gets fewer requests
    /// @param sticky whether visitors stay with the revision that they once got
    /// @param by who carries its requests
    public record Rules(List<At> at, Duration slowStart, boolean sticky, Carrier by) {
        /// Its own port is all it has.
        public static final Rules NONE = new Rules(List.of());

        public Rules {
            at = List.copyOf(at);
        }

        /// Of a line of the gateway.
        public Rules(List<At> at, Duration slowStart, boolean sticky) {
            this(at, slowStart, sticky, Carrier.GATEWAY);
        }

        /// Entrances and nothing more.
        public Rules(List<At> at) {
            this(at, Duration.ZERO, false);
        }
    }

    /// What carries a component's requests to its instances.
    public enum Carrier {
        GATEWAY,
        HAPROXY
    }

    /// A port that the components of an environment share.
    ///
    /// @param tls how it speaks TLS; null is plain HTTP
    /// @param redirectFrom the port at which plain requests hear where it is; 0 when there is none
    /// @param proxies addresses and networks of those who alone may connect, and say for whom by
    ///   the PROXY protocol; none lets everybody
    public record Entrance(
            String name, int port, @Nullable Tls tls, int redirectFrom, List<String> proxies) {
        public Entrance {
            // The order in which somebody writes them down makes no other line.
            proxies = proxies.stream().distinct().sorted().toList();
        }

        /// One that anybody may come through.
        public Entrance(String name, int port, @Nullable Tls tls) {
            this(name, port, tls, 0, List.of());
        }

        /// One that speaks plain HTTP.
        public Entrance(String name, int port) {
            this(name, port, null);
        }
    }

    /// How an entrance speaks TLS: where its certificates lie, never what is in them.
    ///
    /// @param minimum the oldest version that clients may speak, `1.2` or `1.3`
    public record Tls(Certificates certificates, String minimum) {}

    /// Where certificates are; paths are absolute.
    public sealed interface Certificates {}

    /// A folder of pairs.
    public record Folder(String path) implements Certificates {}

    /// One pair.
    public record Pair(String certificate, String key) implements Certificates {}

    /// Ordered from an authority and renewed by the control plane (RFC 8555).
    ///
    /// @param directory the authority's address
    /// @param contact a mail address that it may write to
    /// @param challenge how the hosts are proved to be ours: `http-01` or `tls-alpn-01`
    /// @param trust what vouches for the authority's own server; empty where the system does
    public record Acme(
            String directory, String contact, List<String> hosts, String challenge, String trust)
            implements Certificates {
        public Acme {
            // The order in which somebody writes them down makes no other certificate.
            hosts = hosts.stream().distinct().sorted().toList();
        }
    }

    /// Which requests of an entrance are the component's: those that agree with every part.
    ///
    /// @param hosts names, or `*.` and a name for everything with one label more; none is any
    /// @param paths prefixes that end where a segment does; none is any
    /// @param methods none is any
    /// @param headers name to value
    public record At(
            Entrance entrance,
            List<String> hosts,
            List<String> paths,
            Set<String> methods,
            Map<String, String> headers) {
        public At {
            // The order in which somebody writes them down makes no other line.
            hosts = hosts.stream().distinct().sorted().toList();
            paths = paths.stream().distinct().sorted().toList();
            methods = Collections.unmodifiableSet(new TreeSet<>(methods));
            // Names are the same in letters of either size; two components may not both have one.
            var small = new TreeMap<String, String>();
            headers.forEach((name, value) -> small.put(name.toLowerCase(Locale.ROOT), value));
            headers = Collections.unmodifiableMap(small);
        }

        /// Where people open it: `http://app.example.org:8080/api`.
        public List<String> addresses() {
            List<String> names = hosts.isEmpty() ? List.of("localhost") : hosts;
            List<String> prefixes = paths.isEmpty() ? List.of("/") : paths;
            boolean secure = entrance.tls() != null;
            String scheme = secure ? "https://" : "http://";
            String suffix = entrance.port() == (secure ? 443 : 80) ? "" : ":" + entrance.port();
            return names.stream()
                    .flatMap(name -> prefixes.stream().map(path -> scheme + name + suffix + path))
                    .toList();
        }
    }
}
