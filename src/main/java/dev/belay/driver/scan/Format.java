package dev.belay.driver.scan;

import java.util.BitSet;
import java.util.function.Predicate;

/// How somebody's tokens look: how they begin, what they are made of, how long they are.
///
/// @param begin the same in all of them, and so public
/// @param letters what follows is made of
/// @param least how much of that there is
/// @param proof what is true of what follows in each of them
record Format(
        String rule,
        String begin,
        BitSet letters,
        int least,
        int most,
        Predicate<String> proof,
        boolean isSummed) {
    private static final double RANDOM = 2.8;

    static final BitSet ALPHANUMERIC = letters("0-9A-Za-z");
    static final BitSet WORD = letters("0-9A-Za-z_");
    static final BitSet URL_64 = letters("0-9A-Za-z_-");
    static final BitSet DOTTED = letters("0-9A-Za-z_.-");
    static final BitSet HEX = letters("0-9a-f");
    static final BitSet BASE_64 = letters("0-9A-Za-z+/=");
    static final BitSet PATH = letters("0-9A-Za-z_/-");

    static Format of(String rule, String begin, BitSet letters, int least, int most) {
        return new Format(rule, begin, letters, least, most, _ -> true, false);
    }

    static Format of(String rule, String begin, BitSet letters, int exactly) {
        return of(rule, begin, letters, exactly, exactly);
    }

    /// The same, if this is true of what follows.
    Format where(Predicate<String> also) {
        return new Format(rule, begin, letters, least, most, also, isSummed);
    }

    /// The same with a checksum: then nothing else has to be guessed.
    Format summed(Predicate<String> sum) {
        return new Format(rule, begin, letters, least, most, sum, true);
    }

    boolean isOne(String body) {
        boolean looksRandom =
                isSummed || (Letters.entropy(body) >= RANDOM && !Letters.isFiller(body));
        return looksRandom && proof.test(body);
    }

    /// Ranges as in a regular expression, `-` last for itself.
    static BitSet letters(String ranges) {
        var letters = new BitSet();
        for (int i = 0; i < ranges.length(); i++) {
            boolean range = i + 2 < ranges.length() && ranges.charAt(i + 1) == '-';
            letters.set(ranges.charAt(i), (range ? ranges.charAt(i + 2) : ranges.charAt(i)) + 1);
            i += range ? 2 : 0;
        }
        return letters;
    }
}
