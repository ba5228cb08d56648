package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Addresses and networks as people write them, such as `10.0.0.0/8` or `2001:db8::/32`.
final class Networks {
    static final String TYPE = "an address or a network, such as `10.0.0.0/8`";
    private static final int TEXT_MAX = 50;

    private Networks() {}

    /// The text, when it is one.
    static String network(String text) throws Unfit {
        boolean plain =
                text.length() <= TEXT_MAX
                        && text.matches("([0-9]+(\\.[0-9]+){3}|[0-9a-f:]+)(/(0|[1-9][0-9]{0,2}))?");
        int slash = text.indexOf('/');
        InetAddress first = plain ? literal(slash < 0 ? text : text.substring(0, slash)) : null;
        if (first == null) {
            throw new Unfit(
                    Code.WRONG_VALUE, "must be " + TYPE + ", not `" + Shapes.brief(text) + "`", "");
        }
        int all = first.getAddress().length * Byte.SIZE;
        int prefix = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
        var bits = new BigInteger(1, first.getAddress());
        if (prefix > all || (bits.signum() != 0 && bits.getLowestSetBit() < all - prefix)) {
            throw new Unfit(
                    Code.WRONG_VALUE,
                    "must be " + TYPE + ", not `" + text + "`",
                    "a network has no bits behind its prefix: `10.0.0.0/8`, not `10.1.2.3/8`");
        }
        return text;
    }

    /// Asks no name server. An IPv4 address within IPv6 is none of either.
    private static @Nullable InetAddress literal(String text) {
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            return text.contains(":") == address instanceof Inet6Address ? address : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
