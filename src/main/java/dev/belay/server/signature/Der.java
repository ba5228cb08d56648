package dev.belay.server.signature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// A value in DER (X.690): a tag, a length and content. Lengths have one way to be written; what
/// has another is refused.
///
/// @param content without tag and length
/// @param encoded with them
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record Der(int tag, byte[] content, byte[] encoded) {
    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTETS = 0x04;
    static final int OID = 0x06;
    static final int UTF8 = 0x0c;
    static final int TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int SHORT_MAX = 0x7f;
    private static final int LENGTH_BYTES_MAX = 4;

    /// The one value that the bytes are.
    static Der of(byte[] bytes) throws Unsigned {
        Der value = at(bytes, 0);
        if (value.encoded.length != bytes.length) {
            throw damaged();
        }
        return value;
    }

    private static Der at(byte[] bytes, int from) throws Unsigned {
        if (bytes.length - from < 2) {
            throw damaged();
        }
        int tag = bytes[from] & 0xff;
        int length = bytes[from + 1] & 0xff;
        int start = from + 2;
        if (length > SHORT_MAX) {
            int count = length - SHORT_MAX - 1;
            if (count == 0 || count > LENGTH_BYTES_MAX || bytes.length - start < count) {
                throw damaged();
            }
            long number = 0;
            for (int i = 0; i < count; i++) {
                number = (number << 8) | (bytes[start + i] & 0xff);
            }
            boolean shortest = number > SHORT_MAX && number >> (8 * (count - 1)) != 0;
            if (!shortest || number > bytes.length) {
                throw damaged();
            }
            length = (int) number;
            start += count;
        }
        if ((tag & 0x1f) == 0x1f || bytes.length - start < length) {
            throw damaged();
        }
        return new Der(
                tag,
                Arrays.copyOfRange(bytes, start, start + length),
                Arrays.copyOfRange(bytes, from, start + length));
    }

    /// What a sequence or a set holds.
    List<Der> children() throws Unsigned {
        if ((tag & 0x20) == 0) {
            throw damaged();
        }
        var children = new ArrayList<Der>();
        for (int at = 0; at < content.length; ) {
            Der child = at(content, at);
            children.add(child);
            at += child.encoded.length;
        }
        return children;
    }

    /// One of them.
    Der child(int index) throws Unsigned {
        List<Der> children = children();
        if (index >= children.size()) {
            throw damaged();
        }
        return children.get(index);
    }

    Der child(int index, int tag) throws Unsigned {
        return child(index).as(tag);
    }

    Der as(int wanted) throws Unsigned {
        if (tag != wanted) {
            throw damaged();
        }
        return this;
    }

    /// Whether it is the object identifier whose content is written so, in hexadecimal.
    boolean isOid(String hex) {
        return tag == OID && HexFormat.of().formatHex(content).equals(hex);
    }

    /// Puts a tag and a length before content.
    static byte[] encode(int tag, byte[] content) {
        int length = content.length;
        byte[] head =
                length <= SHORT_MAX
                        ? new byte[] {(byte) tag, (byte) length}
                        : length < 1 << 8
                                ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                                : length < 1 << 16
                                        ? new byte[] {
                                            (byte) tag,
                                            (byte) 0x82,
                                            (byte) (length >> 8),
                                            (byte) length
                                        }
                                        : new byte[] {
                                            (byte) tag,
                                            (byte) 0x83,
                                            (byte) (length >> 16),
                                            (byte) (length >> 8),
                                            (byte) length
                                        };
        byte[] all = Arrays.copyOf(head, head.length + length);
        System.arraycopy(content, 0, all, head.length, length);
        return all;
    }

    private static Unsigned damaged() {
        return new Unsigned("holds a structure that is damaged, or not DER");
    }
}
