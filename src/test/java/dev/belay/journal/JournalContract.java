package dev.belay.journal;

import static dev.belay.journal.Appends.API;
import static dev.belay.journal.Appends.LEASE;
import static dev.belay.journal.Appends.WEB;
import static dev.belay.journal.Appends.accepted;
import static dev.belay.journal.Appends.append;
import static dev.belay.journal.Appends.appended;
import static dev.belay.journal.Appends.byPerson;
import static dev.belay.journal.Appends.claim;
import static dev.belay.journal.Appends.completed;
import static dev.belay.journal.Appends.deployed;
import static dev.belay.journal.Appends.done;
import static dev.belay.journal.Appends.ended;
import static dev.belay.journal.Appends.intent;
import static dev.belay.journal.Appends.on;
import static dev.belay.journal.Appends.queue;
import static dev.belay.journal.Appends.release;
import static dev.belay.journal.Appends.running;
import static dev.belay.journal.Appends.scheduled;
import static dev.belay.journal.Appends.soaking;
import static dev.belay.journal.Appends.start;
import static dev.belay.journal.Appends.submission;
import static dev.belay.journal.Appends.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.belay.release.Appointment;
import dev.belay.release.Baseline;
import dev.belay.release.Digest;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every journal keeps to, whatever it is made of.
public abstract class JournalContract {
    private Journal journal;

    /// An empty journal on a clock that stands still but for [#pass].
    protected abstract Journal open() throws Exception;

    /// Lets time go by for the journal that was opened.
    protected abstract void pass(Duration time);

    @BeforeEach
    void open_the_journal() throws Exception {
        journal = open();
    }

    @AfterEach
    void close_the_journal() {
        journal.close();
    }

    // --- submitting -------------------------------------------------------------------------

    @Test
    void a_submission_queues_all_its_releases_in_order() {
        List<String> ids = accepted(journal.submit(submission(release(API), release(WEB))));

        assertThat(ids).containsExactly("local-1", "local-2");
        ReleaseRow row = journal.find("local-2").orElseThrow();
        assertThat(row.state()).isEqualTo(ReleaseState.QUEUED);
        assertThat(row.scopes()).containsExactly(WEB);
        assertThat(row.version()).isEqualTo(1);
        assertThat(row.plan()).isEqualTo("{\"steps\":[]}");
        assertThat(row.createdBy()).isEqualTo("anna");
        assertThat(row.createdAt()).isEqualTo(journal.now());
        assertThat(row.endedAt()).isZero();
        assertThat(journal.entries("local-2", 0))
                .containsExactly(
                        new Entry(
                                "local-2",
                                1,
                                journal.now(),
                                0,
                                "anna",
                                new Fact.Submitted("sha256:plan", "sha256:manifest", "a reason")));
    }

    @Test
    void a_repeated_request_gets_the_first_answer_and_queues_nothing() {
        var first = journal.submit(submission("k", "body", false, release(API)));
        var second = journal.submit(submission("k", "body", false, release(API)));

        assertThat(second).isEqualTo(new Submission.Reply.Accepted(accepted(first), true));
        assertThat(journal.list("", Set.of(), Long.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void a_request_key_with_another_body_is_refused() {
        journal.submit(submission("k", "body", false, release(API)));

        assertThat(journal.submit(submission("k", "other", false, release(API))))
                .isEqualTo(new Submission.Reply.KeyReused("k"));
        assertThat(journal.list("", Set.of(), Long.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void a_superseding_release_ends_those_that_wait_for_its_scopes_and_no_others() {
        ReleaseRow active = start(journal, API);
        String waits = queue(journal, release(API));
        String elsewhere = queue(journal, release(WEB));

        String newest =
                accepted(journal.submit(submission("k", "body", true, release(API)))).getFirst();

        assertThat(state(active.id())).isEqualTo(ReleaseState.RUNNING);
        assertThat(state(waits)).isEqualTo(ReleaseState.SUPERSEDED);
        assertThat(state(elsewhere)).isEqualTo(ReleaseState.QUEUED);
        assertThat(journal.entries(waits, 1))
                .extracting(Entry::fact)
                .containsExactly(
                        new Fact.Ended(ReleaseState.SUPERSEDED, "superseded by " + newest));
    }

    @Test
    void releases_of_one_submission_do_not_supersede_each_other() {
        List<String> ids =
                accepted(journal.submit(submission("k", "body", true, release(API), release(API))));

        assertThat(ids).allSatisfy(id -> assertThat(state(id)).isEqualTo(ReleaseState.QUEUED));
    }

    // --- claiming ---------------------------------------------------------------------------

    @Test
    void nothing_to_do_is_nothing_claimed() {
        assertThat(claim(journal)).isEmpty();
    }

    @Test
    void a_claimed_release_starts_with_a_fence() {
        ReleaseRow row = start(journal, API);

        assertThat(row.state()).isEqualTo(ReleaseState.RUNNING);
        assertThat(row.fence()).isPositive();
        Entry started = journal.entries(row.id(), 1).getFirst();
        assertThat(started.fact()).isEqualTo(new Fact.Started(List.of()));
        assertThat(started.fence()).isEqualTo(row.fence());
        assertThat(started.seq()).isEqualTo(2);
    }

    @Test
    void ten_concurrent_submissions_for_one_scope_leave_exactly_one_active() throws Exception {
        List<Callable<List<String>>> submissions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            submissions.add(() -> {
                List<String> ids = accepted(journal.submit(submission(release(API))));
                claim(journal);
                return ids;
            });
        }
        try (var threads = Executors.newFixedThreadPool(10)) {
            for (var submitted : threads.invokeAll(submissions)) {
                assertThat(submitted.get()).hasSize(1);
            }
        }

        assertThat(journal.list("", Set.of(), Long.MAX_VALUE, 20)).hasSize(10);
        assertThat(journal.list("", Set.of(ReleaseState.RUNNING), Long.MAX_VALUE, 20))
                .extracting(ReleaseRow::id)
                .containsExactly("local-1");
    }

    @Test
    void independent_releases_are_active_together() {
        start(journal, API);
        start(journal, WEB);

        assertThat(journal.list("local", Set.of(ReleaseState.RUNNING), Long.MAX_VALUE, 9))
                .hasSize(2);
    }

    @Test
    void none_overtakes_an_older_release_that_wants_one_of_its_scopes() {
        ReleaseRow api = start(journal, API);
        String both = queue(journal, release(API, WEB));
        String web = queue(journal, release(WEB));

        assertThat(claim(journal)).isEmpty();

        journal.append(ended(api, ReleaseState.COMPLETED));
        assertThat(claim(journal)).map(ReleaseRow::id).contains(both);
        assertThat(state(web)).isEqualTo(ReleaseState.QUEUED);
    }

    @Test
    void one_that_the_caller_cannot_handle_keeps_its_place() {
        String first = queue(journal, release(API));
        queue(journal, release(API));
        String other = queue(journal, release(WEB));

        assertThat(journal.claim("engine", LEASE, Set.of(first)))
                .map(ReleaseRow::id)
                .contains(other);
        assertThat(journal.claim("engine", LEASE, Set.of(first))).isEmpty();
    }

    @Test
    void one_that_is_to_begin_later_is_in_nobodys_way_until_then() {
        long noon = journal.now() + 60_000;
        var when = new Appointment(noon, noon + 10_000);
        String later = scheduled(journal, when, release(API));
        assertThat(journal.entries(later, 1).getFirst().fact())
                .isEqualTo(new Fact.Scheduled(when, "a reason"));
        ReleaseRow between = start(journal, API);
        write(journal, ended(between, ReleaseState.COMPLETED));
        assertThat(claim(journal)).isEmpty();
        assertThat(journal.find(later).orElseThrow().isElsewhen(journal.now())).isTrue();

        pass(Duration.ofSeconds(60));

        assertThat(claim(journal).orElseThrow().id()).isEqualTo(later);
    }

    @Test
    void one_that_missed_its_time_waits_until_somebody_says_another() {
        long noon = journal.now() + 60_000;
        String missed = scheduled(journal, new Appointment(noon, noon + 10_000), release(API));
        pass(Duration.ofMillis(70_001));
        assertThat(claim(journal)).isEmpty();
        ReleaseRow row = journal.find(missed).orElseThrow();
        var when = new Appointment(journal.now() + 1_000, journal.now() + 2_000);

        ReleaseRow moved =
                write(
                        journal,
                        byPerson(row, ReleaseState.QUEUED, new Fact.Scheduled(when, "late")));

        assertThat(moved.appointment()).isEqualTo(when);
        assertThat(claim(journal)).isEmpty();
        pass(Duration.ofSeconds(2));
        ReleaseRow begun = claim(journal).orElseThrow();
        assertThat(begun.id()).isEqualTo(missed);
        assertRefused(byPerson(begun, ReleaseState.RUNNING, new Fact.Scheduled(when, "again")));
    }

    @Test
    void an_orphan_is_claimed_with_a_newer_fence_before_anything_new_starts() {
        ReleaseRow first = start(journal, API);
        queue(journal, release(WEB));
        pass(LEASE);

        ReleaseRow again = claim(journal).orElseThrow();

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.fence()).isGreaterThan(first.fence());
        assertThat(again.version()).isEqualTo(first.version());
        assertThat(journal.append(running(first, intent(1, API))))
                .isEqualTo(new Append.Reply.LostLease());
    }

    @Test
    void a_lease_lasts_as_long_as_it_is_renewed() {
        ReleaseRow row = start(journal, API);
        pass(LEASE.minusMillis(1));
        assertThat(journal.renew(row.id(), row.fence(), LEASE)).isTrue();
        pass(LEASE.minusMillis(1));

        assertThat(claim(journal)).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(claim(journal)).isPresent();
        assertThat(journal.renew(row.id(), row.fence(), LEASE)).isFalse();
    }

    @Test
    void appending_renews_the_lease() {
        ReleaseRow row = start(journal, API);
        pass(LEASE.minusMillis(1));
        write(journal, running(row, intent(1, API)));
        pass(LEASE.minusMillis(1));

        assertThat(claim(journal)).isEmpty();
    }

    @Test
    void a_lease_given_back_is_gone_at_once_and_for_good() {
        ReleaseRow row = start(journal, API);
        journal.giveBack(row.id(), row.fence());

        assertThat(journal.renew(row.id(), row.fence(), LEASE)).isFalse();
        assertThat(claim(journal)).map(ReleaseRow::id).contains(row.id());
    }

    @Test
    void giving_back_a_lost_lease_does_nothing() {
        ReleaseRow old = start(journal, API);
        pass(LEASE);
        ReleaseRow held = claim(journal).orElseThrow();
        journal.giveBack(old.id(), old.fence());

        assertThat(claim(journal)).isEmpty();
        assertThat(journal.renew(held.id(), held.fence(), LEASE)).isTrue();
    }

    // --- soaking and baselines --------------------------------------------------------------

    @Test
    void a_newer_release_takes_over_from_one_that_merely_soaks() {
        ReleaseRow older = start(journal, API, WEB);
        older = write(journal, soaking(older, API, "api-1"));
        String newer = queue(journal, release(on("api-1", API), API));

        ReleaseRow started = claim(journal).orElseThrow();

        assertThat(started.id()).isEqualTo(newer);
        assertThat(journal.entries(newer, 1))
                .extracting(Entry::fact)
                .containsExactly(new Fact.Started(List.of(older.id())));
        ReleaseRow ended = journal.find(older.id()).orElseThrow();
        assertThat(ended.state()).isEqualTo(ReleaseState.COMPLETED);
        assertThat(ended.soaking()).isFalse();
        assertThat(ended.endedAt()).isEqualTo(journal.now());
        assertThat(journal.entries(older.id(), older.version()))
                .singleElement()
                .extracting(Entry::fact)
                .isInstanceOfSatisfying(
                        Fact.Ended.class, fact -> assertThat(fact.note()).startsWith("unsoaked: "));
        assertThat(journal.history(API, 9)).singleElement().matches(past -> !past.soaked());
        assertThat(journal.append(running(older, new Fact.Waiting(9, "late"))))
                .isEqualTo(new Append.Reply.LostLease());
    }

    @Test
    void going_back_to_a_revision_leaves_open_whether_it_had_soaked() {
        write(journal, completed(start(journal, API), API, "api-1"));
        write(journal, deployed(start(journal, API), API, "api-2"));
        write(journal, deployed(start(journal, API), API, "api-1"));
        write(journal, deployed(start(journal, API), API, "api-2"));
        write(journal, deployed(start(journal, WEB), WEB, "api-1"));

        assertThat(journal.history(API, 9))
                .extracting(past -> past.revision() + " " + past.soaked())
                .containsExactly("api-2 false", "api-1 true", "api-2 false", "api-1 true");
        assertThat(journal.history(WEB, 9)).singleElement().matches(past -> !past.soaked());
    }

    @Test
    void one_with_an_open_intent_does_not_make_way() {
        ReleaseRow older = start(journal, API);
        older = write(journal, running(older, intent(1, API)));
        write(journal, soaking(older, API, "api-1"));
        queue(journal, release(API));

        assertThat(claim(journal)).isEmpty();
    }

    @Test
    void a_release_whose_baseline_has_moved_is_rejected_and_the_next_one_starts() {
        ReleaseRow first = start(journal, API);
        String stale = queue(journal, release(on("", API), API));
        String fresh = queue(journal, release(on("api-1", API), API));
        write(journal, completed(first, API, "api-1"));

        assertThat(claim(journal)).map(ReleaseRow::id).contains(fresh);
        assertThat(state(stale)).isEqualTo(ReleaseState.REJECTED);
        assertThat(journal.entries(stale, 1))
                .singleElement()
                .extracting(Entry::fact)
                .isInstanceOfSatisfying(
                        Fact.Ended.class,
                        fact -> assertThat(fact.note()).contains("nothing").contains("`api-1`"));
    }

    @Test
    void the_same_revision_in_another_shape_is_another_baseline() {
        ReleaseRow first = start(journal, API);
        String digest = Digest.of("{}").text();
        var other = new Baseline("api-1", Digest.of("{\"instances\":3}").text());
        String stale = queue(journal, release(Map.of(API, other), API));
        String fresh = queue(journal, release(Map.of(API, new Baseline("api-1", digest)), API));
        write(journal, completed(first, API, "api-1"));

        assertThat(claim(journal)).map(ReleaseRow::id).contains(fresh);
        assertThat(journal.entries(stale, 1))
                .singleElement()
                .extracting(Entry::fact)
                .isEqualTo(
                        new Fact.Ended(
                                ReleaseState.REJECTED,
                                "`local/component/api` still runs `api-1`, but not as it did when"
                                        + " this was planned; plan again"));
    }

    @Test
    void a_release_that_is_rejected_ends_nobodys_soak() {
        ReleaseRow older = start(journal, API);
        write(journal, soaking(older, API, "api-1"));
        String stale = queue(journal, release(on("api-0", API), API));

        assertThat(claim(journal)).isEmpty();
        assertThat(state(stale)).isEqualTo(ReleaseState.REJECTED);
        assertThat(state(older.id())).isEqualTo(ReleaseState.RUNNING);
    }

    // --- appending --------------------------------------------------------------------------

    @Test
    void the_journal_assigns_tokens_that_only_grow() {
        ReleaseRow first = start(journal, API);
        List<Entry> entries = appended(journal.append(running(first, intent(1, API))));
        assertThat(entries)
                .extracting(Entry::fact)
                .containsExactly(new Fact.Intent(1, Direction.DO, API, 1));
        first = row(first);
        var again = new Fact.Reattempt(1, Direction.DO, API, 0, "no answer");
        first = write(journal, running(first, again));
        assertThat(journal.token(API)).isEqualTo(2);
        first = write(journal, running(first, done(1)));
        write(journal, ended(first, ReleaseState.COMPLETED));

        ReleaseRow second = start(journal, API);
        write(journal, running(second, intent(1, API)));
        assertThat(journal.token(API)).isEqualTo(3);
        assertThat(journal.token(WEB)).isZero();
    }

    @Test
    void who_read_too_long_ago_is_told_where_the_journal_is_now() {
        ReleaseRow row = start(journal, API);
        write(journal, running(row, new Fact.Waiting(1, "health")));

        assertThat(journal.append(running(row, intent(2, API))))
                .isEqualTo(new Append.Reply.Moved(3));
        assertThat(journal.entries(row.id(), 0)).hasSize(3);
    }

    @Test
    void a_persons_word_moves_the_journal_and_leaves_the_lease_alone() {
        ReleaseRow row = start(journal, API);
        write(journal, byPerson(row, ReleaseState.PAUSED, new Fact.Paused("lunch")));

        assertThat(journal.append(running(row, intent(1, API))))
                .isEqualTo(new Append.Reply.Moved(3));
        assertThat(journal.entries(row.id(), 2))
                .containsExactly(
                        new Entry(row.id(), 3, journal.now(), 0, "ben", new Fact.Paused("lunch")));
        assertThat(claim(journal)).isEmpty();
        assertThat(journal.renew(row.id(), row.fence(), Duration.ofSeconds(15))).isTrue();
    }

    @Test
    void a_queued_release_can_be_rejected_by_a_person_but_not_by_a_holder() {
        queue(journal, release(API));
        ReleaseRow queued = journal.find("local-1").orElseThrow();

        assertThat(journal.append(ended(queued, ReleaseState.REJECTED)))
                .isEqualTo(new Append.Reply.LostLease());
        var rejected = new Fact.Ended(ReleaseState.REJECTED, "not today");
        assertThat(write(journal, byPerson(queued, ReleaseState.REJECTED, rejected)).state())
                .isEqualTo(ReleaseState.REJECTED);
        assertThat(claim(journal)).isEmpty();
    }

    @Test
    void all_facts_of_an_append_are_written_or_none() {
        ReleaseRow row = start(journal, API);

        assertThatIllegalStateException()
                .isThrownBy(() -> journal.append(running(row, intent(1, API), intent(2, API))));
        assertThat(journal.entries(row.id(), 2)).isEmpty();
        assertThat(journal.token(API)).isZero();
    }

    @Test
    void a_scope_has_at_most_one_open_intent() {
        ReleaseRow row = write(journal, running(start(journal, API, WEB), intent(1, API)));

        assertRefused(running(row, intent(2, API)));
        ReleaseRow both = write(journal, running(row, intent(2, WEB)));
        assertThat(both.version()).isEqualTo(4);
    }

    @Test
    void an_outcome_closes_the_intent_of_its_step_whatever_it_says() {
        ReleaseRow row = write(journal, running(start(journal, API), intent(1, API)));
        var notDone =
                new Fact.Outcome(1, Direction.DO, new Fact.Result.NotDone("looked, not there"));
        row = write(journal, running(row, notDone));
        row = write(journal, running(row, intent(1, API)));
        var failed =
                new Fact.Outcome(1, Direction.DO, new Fact.Result.Failed("exit 1", "read", ""));
        row = write(journal, running(row, failed));
        var undo = new Fact.Intent(1, Direction.UNDO, API, 0);

        assertThat(write(journal, running(row, undo)).version()).isEqualTo(7);
    }

    @Test
    void a_step_is_done_once() {
        ReleaseRow row = write(journal, running(start(journal, API), done(1)));

        assertRefused(running(row, done(1)));
        var assumed = new Fact.Outcome(1, Direction.DO, new Fact.Result.AssumedDone("sent a mail"));
        assertRefused(running(row, assumed));
        var undone = new Fact.Outcome(1, Direction.UNDO, new Fact.Result.Done(""));
        write(journal, running(row, undone));
    }

    @Test
    void an_outcome_of_the_other_direction_closes_nothing() {
        ReleaseRow row = write(journal, running(start(journal, API), intent(1, API)));

        assertRefused(running(row, new Fact.Outcome(1, Direction.UNDO, new Fact.Result.Done(""))));
    }

    @Test
    void only_an_open_intent_is_attempted_again() {
        ReleaseRow row = start(journal, API);

        assertRefused(running(row, new Fact.Reattempt(1, Direction.DO, API, 0, "no answer")));
    }

    @Test
    void a_release_touches_only_the_scopes_that_it_owns() {
        start(journal, WEB);
        ReleaseRow row = start(journal, API);

        assertRefused(running(row, intent(1, WEB)));
        assertRefused(running(row, intent(1, Scope.component("local", "unheard-of"))));
        assertRefused(soaking(row, WEB, "web-1"));
    }

    @Test
    void a_person_tries_no_effect() {
        ReleaseRow row = start(journal, API);

        assertRefused(byPerson(row, ReleaseState.RUNNING, intent(1, API)));
    }

    // --- states and ends --------------------------------------------------------------------

    @Test
    void an_end_frees_the_scopes_and_nothing_follows_it() {
        ReleaseRow row = start(journal, API);
        ReleaseRow ended = write(journal, ended(row, ReleaseState.COMPLETED));

        assertThat(ended.endedAt()).isEqualTo(journal.now());
        assertThat(journal.append(running(ended, new Fact.Waiting(1, "more"))))
                .isEqualTo(new Append.Reply.LostLease());
        assertThat(journal.append(byPerson(ended, ReleaseState.RUNNING, new Fact.Paused(""))))
                .isEqualTo(new Append.Reply.LostLease());
        assertThat(journal.renew(row.id(), row.fence(), LEASE)).isFalse();
        start(journal, API);
    }

    @Test
    void nothing_ends_with_an_open_intent_unless_it_is_written_off() {
        ReleaseRow row = write(journal, running(start(journal, API), intent(1, API)));

        assertRefused(ended(row, ReleaseState.COMPLETED));
        assertRefused(ended(row, ReleaseState.ROLLED_BACK));
        row = write(journal, append(row, ReleaseState.HELD, new Fact.Held("held/x", 1, "why")));
        write(journal, ended(row, ReleaseState.WRITTEN_OFF));
        ReleaseRow next = start(journal, API);
        write(journal, running(next, intent(1, API)));
    }

    @Test
    void state_and_facts_agree_about_the_end() {
        ReleaseRow row = start(journal, API);

        assertRefused(append(row, ReleaseState.COMPLETED, new Fact.Waiting(1, "no end")));
        assertRefused(running(row, new Fact.Ended(ReleaseState.COMPLETED, "")));
        assertRefused(append(row, ReleaseState.COMPLETED, new Fact.Ended(ReleaseState.HELD, "")));
        var end = new Fact.Ended(ReleaseState.COMPLETED, "");
        assertRefused(append(row, ReleaseState.COMPLETED, end, new Fact.Waiting(1, "more")));
        assertRefused(running(row));
    }

    @Test
    void what_started_did_start_and_what_did_not_did_not() {
        ReleaseRow row = start(journal, API);
        assertRefused(append(row, ReleaseState.QUEUED, new Fact.Waiting(1, "back")));
        assertRefused(ended(row, ReleaseState.REJECTED));
        assertRefused(ended(row, ReleaseState.SUPERSEDED));
        assertRefused(running(row, new Fact.Started(List.of())));

        queue(journal, release(WEB));
        ReleaseRow queued = journal.find("local-2").orElseThrow();
        assertRefused(byPerson(queued, ReleaseState.RUNNING, new Fact.Resumed("go")));
    }

    @Test
    void a_release_that_turned_back_never_turns_forward() {
        ReleaseRow row = start(journal, API);
        row = write(journal, append(row, ReleaseState.ROLLING_BACK, new Fact.TurnedBack("slow")));
        row = write(journal, append(row, ReleaseState.HELD, new Fact.Held("held/x", 1, "why")));

        assertRefused(running(row, new Fact.Resumed("again")));
        write(journal, append(row, ReleaseState.ROLLING_BACK, new Fact.Resumed("again")));
    }

    @Test
    void a_release_that_does_not_exist_takes_nothing() {
        ReleaseRow row = start(journal, API);
        assertRefused(
                new Append(
                        "local-99",
                        new Append.Writer.Holder(row.fence()),
                        1,
                        "belay",
                        List.of(done(1)),
                        ReleaseState.RUNNING,
                        false,
                        List.of()));
        assertThat(journal.find("local-99")).isEmpty();
        assertThat(journal.entries("local-99", 0)).isEmpty();
        assertThat(journal.renew("local-99", 1, LEASE)).isFalse();
    }

    // --- history and lists ------------------------------------------------------------------

    @Test
    void a_scope_remembers_what_it_ran_newest_first() {
        ReleaseRow first = start(journal, API);
        first = write(journal, soaking(first, API, "api-1"));
        pass(Duration.ofSeconds(1));
        write(journal, completed(first, API, "api-1"));
        long then = journal.now();
        ReleaseRow second = start(journal, API);
        write(journal, soaking(second, API, "api-2"));

        assertThat(journal.history(API, 9))
                .containsExactly(
                        new Journal.Past(API, second.id(), "api-2", "{}", false, then),
                        new Journal.Past(API, first.id(), "api-1", "{}", true, then - 1000));
        assertThat(journal.history(API, 1)).hasSize(1);
        assertThat(journal.history(WEB, 9)).isEmpty();
        assertThat(journal.scopes("local")).containsExactly(API);
        assertThat(journal.scopes("elsewhere")).isEmpty();
    }

    @Test
    void a_rollback_is_a_line_of_its_own() {
        ReleaseRow first = start(journal, API);
        write(journal, completed(first, API, "api-1"));
        ReleaseRow second = start(journal, API);
        second = write(journal, soaking(second, API, "api-2"));
        write(journal, soaking(second, API, "api-1"));

        assertThat(journal.history(API, 9))
                .extracting(Journal.Past::revision)
                .containsExactly("api-1", "api-2", "api-1");
    }

    @Test
    void lists_are_paged_newest_first_and_narrowed() {
        for (int i = 0; i < 3; i++) {
            queue(journal, release(Scope.component("staging", "api")));
            queue(journal, release(API));
        }
        claim(journal);

        assertThat(ids(journal.list("", Set.of(), Long.MAX_VALUE, 2)))
                .containsExactly("local-6", "staging-5");
        assertThat(ids(journal.list("", Set.of(), 5, 9)))
                .containsExactly("local-4", "staging-3", "local-2", "staging-1");
        assertThat(ids(journal.list("staging", Set.of(), Long.MAX_VALUE, 2)))
                .containsExactly("staging-5", "staging-3");
        var some = Set.of(ReleaseState.QUEUED, ReleaseState.RUNNING);
        assertThat(ids(journal.list("staging", some, 5, 9)))
                .containsExactly("staging-3", "staging-1");
        assertThat(ids(journal.list("", Set.of(ReleaseState.RUNNING), 9, 9)))
                .containsExactly("staging-1");
        assertThat(ids(journal.list("nowhere", Set.of(), 9, 9))).isEmpty();
    }

    private ReleaseRow row(ReleaseRow old) {
        return journal.find(old.id()).orElseThrow();
    }

    private ReleaseState state(String id) {
        return journal.find(id).orElseThrow().state();
    }

    private static List<String> ids(List<ReleaseRow> rows) {
        return rows.stream().map(ReleaseRow::id).toList();
    }

    /// What may never be said is refused, and nothing of it is written.
    private void assertRefused(Append append) {
        var before = journal.list("", Set.of(), Long.MAX_VALUE, 99);
        assertThatIllegalStateException().isThrownBy(() -> journal.append(append));
        assertThat(journal.list("", Set.of(), Long.MAX_VALUE, 99)).isEqualTo(before);
        assertThat(journal.entries(append.release(), append.version())).isEmpty();
    }
}
