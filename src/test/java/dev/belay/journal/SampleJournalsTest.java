package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampleJournalsTest {
    static List<Path> files() throws Exception {
        return SampleJournals.files();
    }

    @ParameterizedTest
    @MethodSource("files")
    void an_old_journal_is_read_whole_from_submission_to_end(Path file) throws Exception {
        List<Entry> entries = SampleJournals.read(file);

        for (int i = 0; i < entries.size(); i++) {
            assertThat(entries.get(i).seq()).isEqualTo(i + 1);
        }
        assertThat(entries.getFirst().fact()).isInstanceOf(Fact.Submitted.class);
        assertThat(entries.get(1).fact()).isInstanceOf(Fact.Started.class);
        assertThat(entries.getLast().fact()).isInstanceOf(Fact.Ended.class);
        assertThat(entries).extracting(Entry::at).isSorted();
    }

    @Test
    void old_words_still_mean_what_they_meant() throws Exception {
        assertThat(SampleJournals.read("1-completed.jsonl"))
                .extracting(Entry::fact)
                .contains(
                        new Fact.Intent(2, Direction.DO, Scope.component("local", "api"), 1),
                        new Fact.Outcome(2, Direction.DO, new Fact.Result.Done("2 instances")),
                        new Fact.Ended(ReleaseState.COMPLETED, ""));
        assertThat(SampleJournals.read("1-rolled-back.jsonl"))
                .extracting(Entry::fact)
                .contains(
                        new Fact.TurnedBack("step 3 failed: `api` never answered /health with 200"),
                        new Fact.Ended(ReleaseState.ROLLED_BACK, ""));
        assertThat(SampleJournals.read("1-held-and-decided.jsonl"))
                .extracting(Entry::fact)
                .contains(
                        new Fact.Reattempt(
                                2,
                                Direction.DO,
                                new Scope("local", Scope.Kind.DATASTORE, "postgres"),
                                8,
                                "no answer in 30 s"),
                        new Fact.Decided(
                                Fact.Decision.MARK_DONE, 2, "looked at the table: it is there"));
        assertThat(SampleJournals.read("1-taken-over-while-soaking.jsonl").getLast().fact())
                .isEqualTo(
                        new Fact.Ended(
                                ReleaseState.COMPLETED,
                                "unsoaked: `local-5` took over while it soaked"));
    }
}
