package dev.belay.judge;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What came in within one tick of the rollout's clock, usually 10 s. It is closed: nothing is
/// added to it later.
///
/// @param number of the tick; ticks without data may be left out, none comes twice
/// @param changed the weights changed just before it, and with them perhaps everything
/// @param samples by the name of the guard; what was not measured is not there
public record Batch(long number, boolean changed, Map<String, Sample> samples) {
    private static final long LAST = 1L << 40;

    public Batch {
        if (number < 0 || number > LAST) {
            throw new IllegalArgumentException("there is no batch " + number);
        }
        samples = Collections.unmodifiableMap(new TreeMap<>(samples));
    }

    /// As canonical JSON.
    public String text() {
        return TranscriptJson.encode(this);
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IllegalArgumentException when it is none
    public static Batch parse(String text) {
        return TranscriptJson.decodeBatch(text);
    }

    public Batch(long number, Map<String, Sample> samples) {
        this(number, false, samples);
    }
}
