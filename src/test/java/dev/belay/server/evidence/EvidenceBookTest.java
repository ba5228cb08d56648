package dev.belay.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.gate.report.Stated;
import dev.belay.gate.report.Unreadable;
import dev.belay.journal.AuditLog;
import dev.belay.journal.SqliteJournal;
import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Evidence on a real disk, with a real journal beside it.
class EvidenceBookTest {
    private static final Digest API = Digest.of("api");
    private static final String GOOD = "<testsuite><testcase name='a'/></testsuite>";
    private static final String BAD =
            "<testsuite><testcase name='a'><failure/></testcase></testsuite>";

    @TempDir private Path folder;
    private SqliteJournal journal;
    private EvidenceStore store;
    private EvidenceBook book;
    private EvidenceJudge judge;
    private long now = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    @BeforeEach
    void open() {
        journal = SqliteJournal.open(folder.resolve("journal.db"));
        store = new EvidenceStore(folder.resolve("evidence"));
        book = new EvidenceBook(store, journal, () -> now);
        judge =
                new EvidenceJudge(
                        store,
                        new EvidenceLedger(journal, journal),
                        new SignatureJudge(
                                store,
                                new ArtifactStore(folder.resolve("artifacts")),
                                new SignatureJudge.Present(List::of, _ -> Optional.empty())),
                        () -> now);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private StoredEvidence add(Digest artifact, String... reports) throws IOException, Unreadable {
        var files = new java.util.ArrayList<StoredEvidence.Kept>();
        for (String report : reports) {
            Digest digest = store.put(report.getBytes(StandardCharsets.UTF_8));
            files.add(new StoredEvidence.Kept(digest.text(), "report.xml"));
        }
        return book.add(
                new EvidenceBook.Entry(
                        artifact, "api", "staging", "", "", files, Stated.NOTHING, "anna", 0),
                book.read(files, Stated.NOTHING));
    }

    private static Work.Evidenced work(StoredEvidence... relied) {
        return new Work.Evidenced(
                "api",
                API,
                null,
                List.of(EvidenceRule.pass("tests")),
                List.of(relied).stream().map(StoredEvidence::id).toList());
    }

    private Look look(Work.Evidenced work) {
        var scope = Scope.component("production", "api");
        return judge.evidenced(work, new Order(scope, 1, "production-1", 2, Duration.ofSeconds(5)));
    }

    private Path only(String sub) throws IOException {
        try (var files = Files.walk(folder.resolve("evidence").resolve(sub))) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    @Test
    void what_is_added_is_there_for_its_artifact_and_for_no_other() throws Exception {
        StoredEvidence added = add(API, GOOD);
        assertThat(store.find(added.id())).contains(added);
        assertThat(look(work(added))).isEqualTo(new Look.Done("by " + added.id()));
        assertThat(judge.shown(work().rules(), null, Digest.of("other"), null).lacking())
                .containsExactly("there is no evidence `tests`");
        assertThat(journal.leaves(0, 10))
                .extracting(AuditLog.Leaf::body)
                .singleElement()
                .asString()
                .contains("evidence-added", added.id(), API.text(), "anna");
    }

    @Test
    void a_record_that_was_deleted_from_the_disk_lets_nothing_through() throws Exception {
        StoredEvidence good = add(API, GOOD);
        StoredEvidence bad = add(API, BAD);
        Path record = folder.resolve("evidence/records").resolve(API.hex());
        Files.delete(record.resolve(bad.id() + ".json"));

        assertThat(look(work(good)))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .contains(bad.id(), "its record is gone", "add it again"));
        add(API, BAD);
        assertThat(look(work(good)).toString()).doesNotContain("is gone");
        book.withdraw(bad, "ben", "the wrong data set");
        Files.delete(record.resolve(bad.id() + ".json"));
        assertThat(look(work(good))).isInstanceOf(Look.Done.class);
    }

    @Test
    void all_files_together_have_a_bound() throws Exception {
        var small = new EvidenceStore(folder.resolve("small"), 10);
        small.put(new byte[6]);
        small.put(new byte[6]);
        assertThatThrownBy(() -> small.put(new byte[5])).hasMessageContaining("may take");
        small.put(new byte[4]);
    }

    @Test
    void the_same_is_there_once() throws Exception {
        StoredEvidence first = add(API, GOOD, BAD);
        now += 1000;
        assertThat(add(API, BAD, GOOD)).isEqualTo(first);
        assertThat(store.all()).hasSize(1);
        assertThat(journal.leaves(0, 10)).hasSize(1);
    }

    @Test
    void what_is_withdrawn_counts_no_more_and_does_not_come_back() throws Exception {
        StoredEvidence added = add(API, GOOD);
        StoredEvidence withdrawn = book.withdraw(added, "ben", "the wrong data set");
        assertThat(look(work(added)))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed -> {
                            assertThat(failed.reason()).contains("there is no evidence `tests`");
                            assertThat(failed.detail())
                                    .contains(added.id(), "withdrawn by ben: the wrong data set");
                        });
        assertThat(add(API, GOOD)).isEqualTo(withdrawn);
        assertThat(book.withdraw(withdrawn, "eve", "again")).isEqualTo(withdrawn);
        assertThat(judge.lost(List.of(added.id()))).hasSize(1);
        assertThat(journal.leaves(0, 10)).hasSize(2);
    }

    @Test
    void a_file_that_was_changed_on_the_disk_lets_nothing_through() throws Exception {
        StoredEvidence failed = add(API, BAD);
        assertThat(look(work(failed))).isInstanceOf(Look.Failed.class);
        Files.writeString(only("files"), GOOD);
        assertThat(look(work(failed)))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        look -> assertThat(look.reason()).contains("is not what it was"));
        Files.delete(only("files"));
        assertThat(look(work(failed))).isInstanceOf(Look.Failed.class);
    }

    @Test
    void a_record_that_was_changed_on_the_disk_lets_nothing_through() throws Exception {
        add(API, BAD);
        Path record = only("records");
        Files.writeString(record, Files.readString(record).replace("\"tests\"", "\"other\""));
        assertThat(look(work()))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        look -> assertThat(look.reason()).contains("not as it was written"));
        add(Digest.of("other"), GOOD);
        assertThat(judge.shown(work().rules(), null, Digest.of("other"), null).lacking()).isEmpty();
    }

    @Test
    void a_record_that_was_put_to_another_artifact_lets_nothing_through() throws Exception {
        StoredEvidence good = add(Digest.of("other"), GOOD);
        Path record = only("records");
        Path here = folder.resolve("evidence/records").resolve(API.hex());
        Files.createDirectories(here);
        Path copy = Files.copy(record, here.resolve(record.getFileName()));
        assertThat(look(work(good)))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        look -> assertThat(look.reason()).contains("is of another artifact"));
        Files.move(copy, record.resolveSibling("ev-000000000000.json"));
        assertThat(judge.shown(work().rules(), null, Digest.of("other"), null).lacking())
                .singleElement()
                .asString()
                .contains("or another piece");
    }

    @Test
    void evidence_grows_old_between_plan_and_release() throws Exception {
        StoredEvidence added = add(API, GOOD);
        var day =
                new EvidenceRule(
                        "tests",
                        "",
                        true,
                        new java.util.TreeMap<>(),
                        new java.util.TreeMap<>(),
                        "",
                        Duration.ofDays(1),
                        EvidenceRule.NOT_COMPARED);
        var work = new Work.Evidenced("api", API, null, List.of(day), List.of(added.id()));
        assertThat(judge.lacking(work)).isEmpty();
        now += Duration.ofHours(25).toMillis();
        assertThat(look(work))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed -> assertThat(failed.reason()).contains("is older than 1 d"));
    }

    @Test
    void what_runs_now_is_compared_with_what_comes() throws Exception {
        Digest before = Digest.of("before");
        var good = new StringBuilder("<testsuite>");
        var bad = new StringBuilder("<testsuite>");
        for (int i = 0; i < 100; i++) {
            good.append("<testcase name='").append(i).append("'/>");
            bad.append("<testcase name='").append(i).append("'>");
            bad.append(i < 10 ? "<failure/>" : "").append("</testcase>");
        }
        add(before, good + "</testsuite>");
        StoredEvidence coming = add(API, bad + "</testsuite>");
        var rule =
                new EvidenceRule(
                        "tests",
                        "",
                        false,
                        new java.util.TreeMap<>(),
                        new java.util.TreeMap<>(),
                        "",
                        Duration.ZERO,
                        0.05);
        assertThat(judge.shown(List.of(rule), null, API, before).lacking())
                .singleElement()
                .asString()
                .contains("is worse than what runs now", "10 got worse, 0 better");
        assertThat(judge.shown(List.of(rule), null, API, before).relied()).hasSize(2);
        assertThat(judge.shown(List.of(rule), null, API, API).lacking()).isEmpty();
        assertThat(judge.shown(List.of(rule), null, API, null).relied())
                .containsExactly(coming.id());
    }

    @Test
    void a_command_that_ended_badly_failed_whatever_its_report_says() throws Exception {
        Digest digest = store.put(GOOD.getBytes(StandardCharsets.UTF_8));
        var files = List.of(new StoredEvidence.Kept(digest.text(), "report.xml"));
        book.add(
                new EvidenceBook.Entry(API, "api", "", "", "", files, Stated.NOTHING, "anna", 0),
                book.read(files, Stated.NOTHING).failed());
        assertThat(look(work())).isInstanceOf(Look.Failed.class);
    }

    @Test
    void a_run_that_wrote_the_same_is_another_run() throws Exception {
        Digest digest = store.put(GOOD.getBytes(StandardCharsets.UTF_8));
        var files = List.of(new StoredEvidence.Kept(digest.text(), "report.xml"));
        var reading = book.read(files, Stated.NOTHING);
        for (long run : new long[] {now - 2000, now - 1000}) {
            book.add(
                    new EvidenceBook.Entry(
                            API, "api", "", "", "", files, Stated.NOTHING, "anna", run),
                    run == now - 1000 ? reading.failed() : reading);
        }
        assertThat(store.of(API)).extracting(StoredEvidence::own).containsOnly("passed", "failed");
        assertThat(look(work())).isInstanceOf(Look.Failed.class);
    }

    @Test
    void a_name_that_leads_out_of_the_folder_finds_nothing() throws Exception {
        add(API, GOOD);
        for (String id : new String[] {"", "../journal.db", "ev-../../../xx", "ev-3f9c1a2b7d1"}) {
            assertThat(store.find(id)).isEmpty();
        }
    }

    @Test
    void files_that_nobody_made_evidence_of_are_forgotten_after_a_day() throws Exception {
        StoredEvidence kept = add(API, GOOD);
        Digest left = store.put("left".getBytes(StandardCharsets.UTF_8));
        Instant today = Instant.ofEpochMilli(now);
        try (var files = Files.list(folder.resolve("evidence/files"))) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(today));
            }
        }
        store.sweep(today.plus(Duration.ofHours(23)));
        assertThat(store.has(left)).isTrue();
        store.sweep(today.plus(Duration.ofHours(25)));
        assertThat(store.has(left)).isFalse();
        assertThat(store.has(new Digest(kept.files().getFirst().digest()))).isTrue();
        assertThatThrownBy(() -> store.file(left)).isInstanceOf(IOException.class);
    }

    @Test
    void a_file_that_is_sent_again_has_another_day() throws Exception {
        byte[] content = "left".getBytes(StandardCharsets.UTF_8);
        Digest left = store.put(content);
        Path file = only("files");
        Instant before = Files.getLastModifiedTime(file).toInstant();
        Files.setLastModifiedTime(file, FileTime.from(before.minus(Duration.ofHours(25))));
        store.put(content);
        store.sweep(before);
        assertThat(store.has(left)).isTrue();
    }
}
