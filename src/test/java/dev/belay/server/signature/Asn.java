package dev.belay.server.signature;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Writes DER, for certificates and timestamps of tests. Shares nothing with what reads it.
final class Asn {
    private Asn() {}

    static byte[] value(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        var all = new ByteArrayOutputStream();
        all.write(tag);
        if (length > 127) {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            int from = digits[0] == 0 ? 1 : 0;
            all.write(128 + digits.length - from);
            all.write(digits, from, digits.length - from);
        } else {
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    static byte[] seq(byte[]... parts) {
        return value(0x30, parts);
    }

    static byte[] set(byte[]... parts) {
        return value(0x31, parts);
    }

    static byte[] whole(long number) {
        return value(0x02, BigInteger.valueOf(number).toByteArray());
    }

    static byte[] octets(byte[] content) {
        return value(0x04, content);
    }

    static byte[] bits(byte[] content) {
        return value(0x03, new byte[] {0}, content);
    }

    static byte[] yes() {
        return value(0x01, new byte[] {(byte) 0xff});
    }

    static byte[] utf8(String text) {
        return value(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] time(Instant time) {
        String text =
                DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'")
                        .withZone(ZoneOffset.UTC)
                        .format(time);
        return value(0x18, text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] oid(String dotted) {
        String[] numbers = dotted.split("\\.", -1);
        var content = new ByteArrayOutputStream();
        content.write(Integer.parseInt(numbers[0]) * 40 + Integer.parseInt(numbers[1]));
        for (int i = 2; i < numbers.length; i++) {
            long number = Long.parseLong(numbers[i]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (number >> shift > 0) {
                    content.write((int) (128 | ((number >> shift) & 127)));
                }
            }
            content.write((int) (number & 127));
        }
        return value(0x06, content.toByteArray());
    }

    static byte[] extension(String oid, boolean critical, byte[] content) {
        return critical ? seq(oid(oid), yes(), octets(content)) : seq(oid(oid), octets(content));
    }
}
