package dev.belay.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TranscriptTest {
    private static final Rule RULE = new Rule(Guards.all(), 0.01, 0.05, 30, 30, 5);

    private static Transcript recorded(long seed) {
        var random = new SplittableRandom(seed);
        var batches = new ArrayList<Batch>();
        long number = 0;
        for (int i = 0; i < 60; i++) {
            number += 1 + random.nextInt(3);
            int n = 1 + random.nextInt(300);
            int m = 1 + random.nextInt(300);
            var canary = new Count(n, random.nextInt(n + 1) / 20);
            batches.add(Guards.batch(number, canary, new Count(m, random.nextInt(m + 1) / 20)));
        }
        return Transcript.of(
                RULE, Map.of("errors", Calibration.INDEPENDENT, "x", Calibration.DEFAULT), batches);
    }

    @Test
    void what_was_judged_is_judged_again_bit_for_bit() {
        for (long seed = 1; seed <= 5; seed++) {
            Transcript transcript = recorded(seed);
            Transcript read = Transcript.parse(transcript.text());
            assertThat(read).isEqualTo(transcript);
            assertThat(read.text()).isEqualTo(transcript.text());
            assertThat(read.digest()).isEqualTo(transcript.digest()).hasSize(64);
            assertThat(read.holds()).isTrue();
        }
    }

    /// The same bits on every machine and every Java, for ever: a change of this number is a change
    /// of verdicts that people rely on.
    @Test
    void its_digest_is_what_it_was() {
        assertThat(recorded(1).digest())
                .isEqualTo("aff4fd6d1467335e8c77d753eff907c79841d43fe5cd0417f2f7389173686eb0");
    }

    @Test
    void another_count_or_another_verdict_does_not_hold() {
        Transcript transcript = recorded(2);
        var batches = new ArrayList<>(transcript.batches());
        batches.set(3, Guards.batch(batches.get(3).number(), new Count(9, 9), new Count(9, 0)));
        assertThat(new Transcript(RULE, transcript.calibrations(), batches, transcript.verdict()))
                .matches(one -> !one.holds());
        assertThat(new Transcript(RULE, Map.of(), transcript.batches(), transcript.verdict()))
                .matches(one -> !one.holds());
    }

    @Test
    void what_is_no_transcript_is_refused() {
        String text = recorded(3).text();
        for (String wrong :
                List.of(
                        "",
                        "[]",
                        "{}",
                        "{\"v\":2}",
                        text.substring(0, text.length() / 2),
                        text.replace("\"errors\"", "1"),
                        text.replace("\"v\":1", "\"v\":2"),
                        text.replace("\"seed\":5", "\"seed\":\"5\""),
                        text.replace("\"dwell\":30", "\"dwell\":-1"))) {
            assertThatThrownBy(() -> Transcript.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
