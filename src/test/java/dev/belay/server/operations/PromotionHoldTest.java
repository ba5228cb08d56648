package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.Append;
import dev.belay.journal.Fact;
import dev.belay.journal.NewRelease;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.SqliteJournal;
import dev.belay.journal.Submission;
import dev.belay.plan.Plan;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Over a real journal and real notes.
class PromotionHoldTest {
    private static final String HERE = "production";

    @TempDir private Path folder;
    private SqliteJournal journal;
    private PromotionHold hold;
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private int releases;

    @BeforeEach
    void open() {
        var settings = new SqliteJournal.Settings(() -> now, 1 << 16, 1 << 16);
        journal = SqliteJournal.open(folder.resolve("journal.db"), settings);
        begin();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    /// As a control plane does that was started again.
    private void begin() {
        hold = new PromotionHold(journal, PromotionHoldTest::plan, folder.resolve("said"));
    }

    private static Plan plan(ReleaseRow row) {
        boolean back = row.title().equals("back");
        var past = new Plan.Skip("promotion", "ben", "users cannot pay");
        return new Plan(
                Plan.FORMAT,
                "small",
                HERE,
                back ? Plan.Kind.ROLLBACK : Plan.Kind.DEPLOY,
                row.title(),
                Set.of(),
                Map.of(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                List.of(),
                0,
                row.title().equals("past") ? List.of(past) : List.of(),
                List.of(),
                "");
    }

    private String submitted(String title) {
        releases++;
        var release =
                new NewRelease(
                        HERE,
                        title,
                        new TreeSet<>(Set.of(Scope.component(HERE, "api"))),
                        Map.of(),
                        "{}",
                        Digest.of("{}").text(),
                        Digest.of("manifest").text(),
                        1);
        journal.submit(new Submission(List.of(release), "anna", "", "key-" + releases, "b", false));
        return HERE + "-" + releases;
    }

    private ReleaseRow begun(String title) {
        String id = submitted(title);
        ReleaseRow row = journal.claim("engine", Duration.ofSeconds(15), Set.of()).orElseThrow();
        assertThat(row.id()).isEqualTo(id);
        return row;
    }

    private void end(ReleaseRow row, ReleaseState state) {
        now = now.plusSeconds(1);
        append(row, new Append.Writer.Holder(row.fence()), "belay", state);
    }

    private void append(ReleaseRow row, Append.Writer writer, String actor, ReleaseState state) {
        Append.Reply reply =
                journal.append(
                        new Append(
                                row.id(),
                                writer,
                                row.version(),
                                actor,
                                List.of(new Fact.Ended(state, "")),
                                state,
                                false,
                                List.of()));
        assertThat(reply).isInstanceOf(Append.Reply.Appended.class);
    }

    private void resume() throws Exception {
        now = now.plusSeconds(1);
        hold.say(HERE, false, "anna", "looked");
    }

    @Test
    void what_a_person_undid_or_that_fell_holds_until_somebody_speaks() throws Exception {
        end(begun("forth"), ReleaseState.COMPLETED);
        assertThat(hold.why(HERE)).isEmpty();

        end(begun("forth"), ReleaseState.ROLLED_BACK);
        assertThat(hold.why(HERE)).isEqualTo("`production-2` is rolled back");
        resume();
        assertThat(hold.why(HERE)).isEmpty();

        end(begun("back"), ReleaseState.COMPLETED);
        assertThat(hold.why(HERE)).isEqualTo("`production-3` took a release back");
        resume();
        end(begun("past"), ReleaseState.COMPLETED);
        assertThat(hold.why(HERE))
                .isEqualTo(
                        "`production-4` went past the promotion, asked by ben: users cannot pay");
        resume();
        begin();
        assertThat(hold.why(HERE)).isEmpty();
    }

    @Test
    void what_was_under_way_when_somebody_spoke_and_fell_afterwards_is_not_forgiven()
            throws Exception {
        ReleaseRow underWay = begun("forth");
        resume();
        assertThat(hold.why(HERE)).isEmpty();

        end(underWay, ReleaseState.ROLLED_BACK);

        assertThat(hold.why(HERE)).isEqualTo("`production-1` is rolled back");
        begin();
        assertThat(hold.why(HERE)).isEqualTo("`production-1` is rolled back");
        resume();
        assertThat(hold.why(HERE)).isEmpty();
    }

    @Test
    void what_somebody_cancelled_before_it_began_is_not_brought_again() throws Exception {
        begun("forth");
        String queued = submitted("forth");
        ReleaseRow row = journal.find(queued).orElseThrow();

        append(row, new Append.Writer.Person(), "ben/laptop", ReleaseState.REJECTED);

        assertThat(hold.why(HERE)).isEqualTo("`production-2` was cancelled by ben/laptop");
        resume();
        assertThat(hold.why(HERE)).isEmpty();
    }

    @Test
    void what_was_said_and_cannot_be_read_any_more_holds() throws Exception {
        hold.say(HERE, true, "anna", "nothing before Monday");
        assertThat(hold.why(HERE)).isEqualTo("anna holds it: nothing before Monday");

        Path said = folder.resolve("said/production.json");
        Files.writeString(said, Files.readString(said).replace("true", "false"));

        assertThat(hold.why(HERE)).startsWith("what was last said of it cannot be read: ");
        resume();
        assertThat(hold.why(HERE)).isEmpty();
    }
}
