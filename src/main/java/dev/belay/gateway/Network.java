package dev.belay.gateway;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// A range of addresses, such as `10.0.0.0/8` or `2001:db8::/32`; one address is a range of its
/// own.
///
/// @param address its first, in bytes as they travel
/// @param prefix how many of its bits all have in common
public record Network(String address, int prefix) {
    private static final int BYTE = 8;
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    /// Reads one as people write it. What has bits behind the prefix is none: it may be a slip.
    public static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        InetAddress first =
                NetUtil.createInetAddressFromIpAddressString(
                        slash < 0 ? text : text.substring(0, slash));
        if (first == null || text.indexOf('%') >= 0) {
            return Optional.empty();
        }
        byte[] bytes = first.getAddress();
        int bits = bytes.length * BYTE;
        String length = slash < 0 ? "" + bits : text.substring(slash + 1);
        if (!length.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(length) > bits) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(length);
        for (int i = prefix; i < bits; i++) {
            if (bit(bytes, i)) {
                return Optional.empty();
            }
        }
        return Optional.of(new Network(HexFormat.of().formatHex(bytes), prefix));
    }

    boolean contains(InetAddress other) {
        byte[] bytes = plain(other.getAddress());
        byte[] mine = HexFormat.of().parseHex(address);
        if (bytes.length != mine.length) {
            return false;
        }
        for (int i = 0; i < prefix; i++) {
            if (bit(bytes, i) != bit(mine, i)) {
                return false;
            }
        }
        return true;
    }

    /// A socket for both families gives IPv4 as a part of IPv6 (RFC 4291 §2.5.5.2).
    private static byte[] plain(byte[] address) {
        return address.length == MAPPED.length + 4
                        && Arrays.equals(address, 0, MAPPED.length, MAPPED, 0, MAPPED.length)
                ? Arrays.copyOfRange(address, MAPPED.length, address.length)
                : address;
    }

    private static boolean bit(byte[] bytes, int index) {
        return (bytes[index / BYTE] >> (BYTE - 1 - index % BYTE) & 1) == 1;
    }

    @Override
    public String toString() {
        try {
            byte[] bytes = HexFormat.of().parseHex(address);
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefix;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of no length", e);
        }
    }
}
