package dev.belay.driver.scan;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;

/// Checksums that are part of tokens: one that is right was given out by somebody.
final class Checksums {
    private static final String BASE_62 =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String BECH_32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static final int[] GENERATOR = {
        0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3
    };
    private static final int LAST = 6;
    private static final int BELAY_SUM = 8;

    private Checksums() {}

    /// GitHub's and npm's: the last six characters are the CRC-32 of those before, in base 62.
    static boolean base62(String body) {
        int end = body.length() - LAST;
        long sum = crc(body.substring(0, end));
        var text = new StringBuilder();
        for (int i = 0; i < LAST; i++) {
            text.append(BASE_62.charAt((int) (sum % BASE_62.length())));
            sum /= BASE_62.length();
        }
        return text.reverse().toString().equals(body.substring(end));
    }

    /// Our own: eight hexadecimal digits of the CRC-32 of all before, the mark between left out.
    static boolean belay(String body) {
        int end = body.length() - BELAY_SUM;
        String before = body.substring(0, end).replace("_", "");
        String wanted = String.format(Locale.ROOT, "%08x", crc(before));
        return wanted.equals(body.substring(end));
    }

    private static long crc(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    /// Bech32 (BIP 173), which age's keys are written in.
    static boolean bech32(String prefix, String body) {
        int sum = 1;
        for (int i = 0; i < prefix.length(); i++) {
            sum = step(sum, prefix.charAt(i) >> 5);
        }
        sum = step(sum, 0);
        for (int i = 0; i < prefix.length(); i++) {
            sum = step(sum, prefix.charAt(i) & 31);
        }
        String lower = body.toLowerCase(Locale.ROOT);
        for (int i = 0; i < lower.length(); i++) {
            int value = BECH_32.indexOf(lower.charAt(i));
            if (value < 0) {
                return false;
            }
            sum = step(sum, value);
        }
        return sum == 1;
    }

    private static int step(int sum, int value) {
        int top = sum >>> 25;
        int next = (sum & 0x1ffffff) << 5 ^ value;
        for (int i = 0; i < GENERATOR.length; i++) {
            next ^= (top >> i & 1) == 1 ? GENERATOR[i] : 0;
        }
        return next;
    }
}
