package dev.belay.driver.witness;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;

/// Whether a web hook may be where a name leads. Whoever adds one says where the control plane
/// sends requests, and clouds give the keys of a machine to whoever asks from it: to such addresses
/// nothing is ever sent (CVE-2025-61916, CVE-2026-32828).
///
/// What a name leads to is remembered by the runtime for longer than a request takes to begin, so
/// that it cannot be another address once it was looked at.
public final class HookHost {
    /// Those of metadata services that are not link-local: AWS over IPv6, Alibaba, Azure.
    private static final Set<InetAddress> METADATA =
            Set.of(literal("fd00:ec2::254"), literal("100.100.100.200"), literal("168.63.129.16"));

    private HookHost() {}

    /// Whether nothing is sent there.
    ///
    /// @param host a name or an address, as a URI has it
    /// @throws UnknownHostException when it leads nowhere
    public static boolean isForbidden(String host) throws UnknownHostException {
        var all = new HashSet<InetAddress>();
        for (InetAddress one : InetAddress.getAllByName(host)) {
            all.add(one);
        }
        return all.stream()
                .anyMatch(one ->
                        one.isLinkLocalAddress()
                                || one.isAnyLocalAddress()
                                || one.isMulticastAddress()
                                || METADATA.contains(one));
    }

    private static InetAddress literal(String address) {
        return InetAddress.ofLiteral(address);
    }
}
