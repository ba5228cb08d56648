package dev.belay.contract.proto;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The fields of one encoded message. What says that it is longer than the bytes are is refused.
final class Wire {
    private static final int FIELDS_MAX = 200_000;
    private static final int VARINT_MAX = 10;

    private final String file;
    private final byte[] bytes;
    private int at;

    /// One field: a number, or the bytes of something with a length.
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares fields.
    record Field(int number, long value, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private Wire(String file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    static List<Field> read(String file, byte[] bytes) throws ProtoException {
        return new Wire(file, bytes).fields();
    }

    private List<Field> fields() throws ProtoException {
        var fields = new ArrayList<Field>();
        while (at < bytes.length) {
            long tag = varint();
            int number = (int) (tag >>> 3);
            if (number <= 0 || fields.size() > FIELDS_MAX) {
                throw damaged();
            }
            fields.add(
                    switch ((int) (tag & 7)) {
                        case 0 -> new Field(number, varint(), new byte[0]);
                        case 1 -> new Field(number, 0, take(8));
                        case 2 -> new Field(number, 0, take(varint()));
                        case 5 -> new Field(number, 0, take(4));
                        default -> throw damaged();
                    });
        }
        return fields;
    }

    private long varint() throws ProtoException {
        long value = 0;
        for (int i = 0; i < VARINT_MAX && at < bytes.length; i++) {
            byte one = bytes[at++];
            value |= (long) (one & 0x7f) << (7 * i);
            if (one >= 0) {
                return value;
            }
        }
        throw damaged();
    }

    private byte[] take(long length) throws ProtoException {
        if (length < 0 || length > bytes.length - at) {
            throw damaged();
        }
        byte[] part = Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        return part;
    }

    private ProtoException damaged() {
        return new ProtoException(file, 0, "", "this is no set of descriptors, or a damaged one");
    }
}
