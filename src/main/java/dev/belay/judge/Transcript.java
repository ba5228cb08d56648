package dev.belay.judge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// All that a verdict follows from, and the verdict: anybody may judge it again, on any machine,
/// and gets the same bits.
public record Transcript(
        Rule rule, Map<String, Calibration> calibrations, List<Batch> batches, Verdict verdict) {
    public Transcript {
        calibrations = Collections.unmodifiableMap(new TreeMap<>(calibrations));
        batches = List.copyOf(batches);
    }

    public static Transcript of(
            Rule rule, Map<String, Calibration> calibrations, List<Batch> batches) {
        return new Transcript(rule, calibrations, batches, judged(rule, calibrations, batches));
    }

    private static Verdict judged(
            Rule rule, Map<String, Calibration> calibrations, List<Batch> batches) {
        var trial = new Trial(rule, calibrations);
        batches.forEach(trial::add);
        return trial.verdict();
    }

    /// Whether judging it again gives the same verdict, bit for bit.
    public boolean holds() {
        return judged(rule, calibrations, batches).equals(verdict);
    }

    /// As canonical JSON: the same transcript is the same bytes.
    public String text() {
        return TranscriptJson.encode(this);
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IllegalArgumentException when it is not one, or of a form that is not known
    public static Transcript parse(String text) {
        return TranscriptJson.decode(text);
    }

    /// SHA-256 of the text, in hexadecimal.
    public String digest() {
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
