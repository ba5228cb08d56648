package dev.belay.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.journal.AuditReport.Finding;
import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.SqliteJournal;
import dev.belay.journal.Vouched;
import dev.belay.journal.tree.Checkpoint;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.NoteSigner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvidenceBundleTest {
    private final NoteSigner signer = NoteSigner.random("belay/test");
    private final NoteKey key = signer.publicKey();

    @TempDir private Path folder;
    private SqliteJournal journal;
    private Checkpoints checkpoints;
    private ReleaseRow release;
    private List<String> lines;

    @BeforeEach
    void export() throws IOException {
        journal = Logged.open(folder.resolve("journal.db"));
        checkpoints = new Checkpoints(journal, signer, journal::now, () -> {});
        Logged.release(journal, "web");
        release = Logged.release(journal, "api");
        Logged.deed(journal, "backup-begun");
        lines = bundle(release);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private List<String> bundle(ReleaseRow of) throws IOException {
        var out = new ByteArrayOutputStream();
        var source =
                new EvidenceBundle.Source(journal, journal, checkpoints.sign().orElseThrow(), key);
        EvidenceBundle.write(of, source, journal.now(), out, () -> true);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void it_breaks_off_without_its_end_when_whoever_asked_may_not_be_told_any_more()
            throws IOException {
        var out = new ByteArrayOutputStream();
        var source =
                new EvidenceBundle.Source(journal, journal, checkpoints.sign().orElseThrow(), key);
        assertThatThrownBy(() ->
                        EvidenceBundle.write(release, source, journal.now(), out, () -> false))
                .hasMessageContaining("may not be told");
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("entry", "\"end\"");
    }

    private BundleReport verify(List<String> written, Vouched... witnessed) {
        String text = String.join("\n", written) + "\n";
        try {
            return BundleCheck.verify(
                    new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                    List.of(key),
                    List.of(witnessed));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> with(int line, UnaryOperator<String> change) {
        var changed = new ArrayList<>(lines);
        changed.set(line, change.apply(lines.get(line)));
        assertThat(changed).isNotEqualTo(lines);
        return changed;
    }

    private static Finding only(BundleReport report) {
        assertThat(report.findings()).as(report.toString()).hasSize(1);
        return report.findings().getFirst();
    }

    @Test
    void it_says_what_was_released_by_proven_entries_alone() {
        BundleReport report = verify(lines);
        assertThat(report.findings()).isEmpty();
        assertThat(report.remarks()).isEmpty();
        assertThat(report.release()).isEqualTo(release.id());
        assertThat(report.environment()).isEqualTo("local");
        assertThat(report.planDigest()).isEqualTo(release.planDigest());
        assertThat(report.submittedBy()).isEqualTo("anna");
        assertThat(report.state()).isEqualTo("completed");
        assertThat(report.lines()).isEqualTo(3);
        assertThat(report.others()).isEqualTo(1);
        assertThat(report.size()).isEqualTo(11);
        assertThat(report.key()).isEqualTo(key.written());
    }

    @Test
    void a_release_that_goes_on_is_said_to() throws IOException {
        ReleaseRow going = Logged.started(journal, "worker");
        assertThat(verify(bundle(going)).remarks())
                .containsExactly("release `local-3` had not ended when this was written");
    }

    @Test
    void its_own_key_is_believed_only_with_a_remark() throws IOException {
        String text = String.join("\n", lines);
        BundleReport report =
                BundleCheck.verify(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        List.of(),
                        List.of());
        assertThat(report.isWell()).isTrue();
        assertThat(report.remarks()).singleElement().asString().contains("only `--key` can say");
    }

    @Test
    void a_bundle_that_another_key_signed_is_not_taken_for_ours() throws IOException {
        String text = String.join("\n", lines);
        BundleReport report =
                BundleCheck.verify(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        List.of(NoteSigner.random("belay/test").publicKey()),
                        List.of());
        assertThat(only(report).kind()).isEqualTo(Kind.FORGED);
        assertThat(report.key()).isEmpty();
    }

    @Test
    void a_changed_entry_is_named() {
        Finding finding =
                verify(with(3, line -> line.replace("belay", "anna"))).findings().getFirst();
        assertThat(finding.kind()).isEqualTo(Kind.CHANGED);
        assertThat(finding.entry()).isEqualTo(7);
    }

    @Test
    void a_changed_proof_a_changed_place_and_a_changed_plan_are_found() {
        assertThat(verify(with(2, line -> line.replace("\"seq\":6", "\"seq\":8"))).isWell())
                .isFalse();
        assertThat(verify(with(2, line -> line.replaceFirst("\\[\"..", "[\"zz"))).isWell())
                .isFalse();
        assertThat(verify(with(2, line -> line.replaceFirst("\\[\"(.)(.)", "[\"$2$1"))).isWell())
                .isFalse();
        Finding plan = only(verify(with(1, line -> line.replace("a change", "another"))));
        assertThat(plan.what()).contains("its plan has the digest", release.planDigest());
    }

    @Test
    void an_entry_that_was_left_out_is_missed() {
        var fewer = new ArrayList<>(lines);
        String removed = fewer.remove(3);
        assertThat(removed).contains("started");
        assertThat(verify(fewer).findings())
                .extracting(Finding::kind)
                .containsOnly(Kind.REMOVED)
                .hasSize(2);
        String end = fewer.removeLast();
        fewer.add(end.replace("4", "3"));
        assertThat(only(verify(fewer)).what())
                .isEqualTo("line 2 of the release is not in it: entry 10 tells line 3");
    }

    @Test
    void entries_in_another_order_and_twice_are_found() {
        var swapped = new ArrayList<>(lines);
        java.util.Collections.swap(swapped, 2, 3);
        assertThat(verify(swapped).findings()).extracting(Finding::kind).contains(Kind.REORDERED);
        var twice = new ArrayList<>(lines);
        twice.add(3, lines.get(2));
        assertThat(verify(twice).isWell()).isFalse();
    }

    @Test
    void an_entry_of_another_release_does_not_belong_in_it() throws IOException {
        ReleaseRow other = journal.find("local-1").orElseThrow();
        var mixed = new ArrayList<>(lines);
        mixed.add(2, bundle(other).get(2));
        assertThat(verify(mixed).findings())
                .extracting(Finding::what)
                .contains("entry 1 is not about release `local-2`");
    }

    @Test
    void a_bundle_that_was_cut_anywhere_is_not_whole() {
        for (int keep = 1; keep < lines.size(); keep++) {
            assertThat(verify(lines.subList(0, keep)).findings())
                    .as("the first " + keep)
                    .extracting(Finding::kind)
                    .contains(Kind.CUT_OFF);
        }
        var torn = new ArrayList<>(lines);
        torn.set(4, lines.get(4).substring(0, 30));
        assertThat(verify(torn).isWell()).isFalse();
        var longer = new ArrayList<>(lines);
        longer.add(lines.get(2));
        assertThat(only(verify(longer)).kind()).isEqualTo(Kind.INSERTED);
    }

    @Test
    void a_forged_checkpoint_does_not_sign_it() {
        String forged =
                NoteSigner.random("belay/test")
                        .sign(new Checkpoint("belay/test", 11, journal.head(11).root()).text())
                        .written();
        var changed = new ArrayList<>(lines);
        changed.set(lines.size() - 2, "{\"type\":\"checkpoint\",\"note\":" + quoted(forged) + "}");
        assertThat(only(verify(changed)).kind()).isEqualTo(Kind.FORGED);
        // Well signed, and of another tree.
        String other =
                signer.sign(new Checkpoint("belay/test", 9, journal.head(9).root()).text())
                        .written();
        changed.set(lines.size() - 2, "{\"type\":\"checkpoint\",\"note\":" + quoted(other) + "}");
        assertThat(only(verify(changed)).what())
                .contains("another tree than the one that was signed");
    }

    private static String quoted(String text) {
        return tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(text);
    }

    @Test
    void a_witness_that_was_shown_another_log_is_heard() throws Exception {
        String same = checkpoints.sign().orElseThrow().note();
        assertThat(verify(lines, Vouched.parse("w", same)).isWell()).isTrue();
        String other =
                signer.sign(new Checkpoint("belay/test", 11, "ab".repeat(32)).text()).written();
        assertThat(only(verify(lines, Vouched.parse("w", other))).kind()).isEqualTo(Kind.FORKED);
        String elsewhere =
                signer.sign(new Checkpoint("belay/test", 5, "ab".repeat(32)).text()).written();
        assertThat(verify(lines, Vouched.parse("w", elsewhere)).remarks())
                .singleElement()
                .asString()
                .contains("kept no checkpoint of 11 entries");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "PK\u0003\u0004../../etc/passwd",
                "{}",
                "[[[[",
                "{\"type\":\"belay-evidence\",\"v\":2}",
                "{\"type\":\"belay-evidence\",\"v\":1,\"size\":0,\"root\":\"00\"}",
                "{\"type\":\"belay-evidence\",\"type\":\"belay-evidence\",\"v\":1}",
            })
    void what_is_no_bundle_is_said_to_be_none(String text) {
        var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> BundleCheck.verify(in, List.of(key), List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no bundle of evidence");
    }

    @Test
    void a_line_without_end_is_given_up_and_deep_nesting_is_no_entry() {
        var endless =
                new InputStream() {
                    @Override
                    public int read() {
                        return 'x';
                    }

                    @Override
                    public int read(byte[] into, int from, int length) {
                        java.util.Arrays.fill(into, from, from + length, (byte) 'x');
                        return length;
                    }
                };
        assertThatThrownBy(() -> BundleCheck.verify(endless, List.of(key), List.of()))
                .hasMessageContaining("line 1 is longer than");
        var deep = new ArrayList<>(lines);
        deep.set(2, "[".repeat(100_000));
        assertThat(verify(deep).isWell()).isFalse();
        assertThat(
                        verify(
                                        with(
                                                2,
                                                _ ->
                                                        "{\"type\":\"entry\",\"proof\":"
                                                                + "[".repeat(30)
                                                                + "]".repeat(30)
                                                                + "}"))
                                .isWell())
                .isFalse();
    }

    @Test
    void a_file_is_taken_for_what_it_is() throws Exception {
        Path bundle = Files.write(folder.resolve("b.jsonl"), lines);
        var audit = new OfflineAudit();
        audit.trust(key.written(), folder);
        assertThat(audit.verify(bundle).isWell()).isTrue();
        assertThat(audit.verify(folder.resolve("journal.db")).text(false))
                .startsWith("entries      11\n")
                .endsWith("nothing was changed\n");
        Files.writeString(folder.resolve("pub"), key.written() + "\n");
        audit.trust("pub", folder);
        assertThatThrownBy(() -> audit.trust("nonsense", folder))
                .hasMessageContaining("it is no key, and no file with one");
        Path witness = folder.resolve("w.note");
        Files.writeString(witness, checkpoints.sign().orElseThrow().note());
        audit.compareWith(witness);
        assertThat(audit.verify(bundle).isWell()).isTrue();
        Files.writeString(witness, "something else\n");
        assertThatThrownBy(() -> audit.compareWith(witness))
                .hasMessageContaining("has no checkpoint in it");
    }

    private AuditDesk desk() throws IOException {
        Path database = folder.resolve("journal.db");
        var witnesses = Witnesses.open(folder.resolve("audit"), journal, journal, Logged.CLOCK);
        return new AuditDesk(journal, journal, journal, checkpoints, witnesses, database);
    }

    private Path written(Object proof) throws IOException {
        return Files.writeString(
                folder.resolve("proof.json"),
                tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(proof));
    }

    @Test
    void a_single_proof_is_verified_with_the_key_alone() throws Exception {
        Path proof = written(desk().inclusion(7));
        var audit = new OfflineAudit();
        assertThatThrownBy(() -> audit.verify(proof)).hasMessageContaining("give it with `--key`");
        audit.trust(key.written(), folder);
        assertThat(audit.verify(proof).text(false)).startsWith("entry        7\n");
        assertThat(audit.verify(proof).isWell()).isTrue();
        Files.writeString(proof, Files.readString(proof).replace("\"seq\":7", "\"seq\":6"));
        assertThat(audit.verify(proof).isWell()).isFalse();
        Files.writeString(proof, Files.readString(proof).replace("belay/test", "belay/tess"));
        assertThat(audit.verify(proof).isWell()).isFalse();
    }

    @Test
    void a_log_is_proven_to_have_begun_as_a_witness_was_told() throws Exception {
        String early =
                signer.sign(new Checkpoint("belay/test", 6, journal.head(6).root()).text())
                        .written();
        String forked =
                signer.sign(new Checkpoint("belay/test", 6, "ab".repeat(32)).text()).written();
        Path proof = written(desk().consistency(6, 0));
        Path witness = Files.writeString(folder.resolve("w.note"), early);
        var alone = new OfflineAudit();
        alone.trust(key.written(), folder);
        assertThatThrownBy(() -> alone.verify(proof)).hasMessageContaining("with `--witness`");
        alone.compareWith(witness);
        assertThat(alone.verify(proof).text(false)).startsWith("began with   6 entries\n");
        assertThat(alone.verify(proof).isWell()).isTrue();
        Files.writeString(witness, forked);
        alone.compareWith(witness);
        assertThat(alone.verify(proof).text(false))
                .contains("forked  the log of 11 entries did not");
    }
}
