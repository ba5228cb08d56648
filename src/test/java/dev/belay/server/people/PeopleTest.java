package dev.belay.server.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.journal.AuditLog;
import dev.belay.release.people.Action;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Right;
import dev.belay.server.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeopleTest {
    private static final List<Right> SHIPS = List.of(new Right(Action.DEPLOY, "staging"));

    @TempDir private Path folder;
    private Staff staff;

    @BeforeEach
    void open() {
        staff = new Staff(folder);
        staff.add("anna", "deployer@staging");
    }

    @AfterEach
    void close() {
        staff.close();
    }

    private boolean opens(String shown) {
        return staff.people().recognise(shown) instanceof Recognition.Known;
    }

    @Test
    void a_token_is_its_owner_and_says_which_one_it_was() {
        Visitor anna = staff.visitor(staff.token("anna"));
        assertThat(anna.actor().subject()).isEqualTo("anna/t1");
        assertThat(anna.person()).isEqualTo("anna");
        assertThat(staff.people().allows(anna, SHIPS)).isTrue();
        assertThat(staff.people().allows(anna, List.of(new Right(Action.DEPLOY, "production"))))
                .isFalse();
    }

    @Test
    void what_is_nearly_a_token_opens_nothing() {
        String right = staff.token("anna");
        assertThat(right).matches("belay_[0-9a-f]{12}_[0-9a-f]{72}");
        String other = staff.token("anna");
        for (String wrong :
                List.of(
                        "",
                        "belay_",
                        right.substring(0, right.length() - 1),
                        right + "0",
                        " " + right,
                        right.toUpperCase(java.util.Locale.ROOT),
                        right.replace("belay_", ""),
                        // Another's secret behind this one's id.
                        right.substring(0, 19) + other.substring(19),
                        right.substring(0, 18) + "\0" + right.substring(19),
                        Token.random().secret(),
                        staff.file().readerKey())) {
            assertThat(opens(wrong)).as(wrong).isFalse();
        }
        assertThat(opens(right)).isTrue();
    }

    @Test
    void nothing_that_is_kept_opens_anything() throws Exception {
        String right = staff.token("anna");
        String secret = right.substring(right.lastIndexOf('_') + 1);
        staff.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content =
                        new String(
                                Files.readAllBytes(file),
                                java.nio.charset.StandardCharsets.ISO_8859_1);
                assertThat(content).doesNotContain(secret).doesNotContain(secret.substring(0, 64));
            }
        }
        staff.restart();
        var kept = staff.people().directory().tokens().values().iterator().next();
        for (String hash : List.of(kept.hash(), kept.readerHash())) {
            assertThat(opens(hash)).isFalse();
            assertThat(opens("belay_" + kept.id() + "_" + hash + "00000000")).isFalse();
            assertThat(staff.people().recogniseReader(kept.id() + "." + hash))
                    .isInstanceOf(Recognition.Unknown.class);
        }
    }

    @Test
    void who_is_disabled_or_removed_is_refused_from_then_on_and_so_are_his_tokens() {
        String token = staff.token("anna");
        Visitor anna = staff.visitor(token);
        staff.disable("anna");
        assertThat(opens(token)).isFalse();
        assertThat(staff.people().knows(anna)).isFalse();
        assertThat(staff.people().allows(anna, List.of())).isFalse();
        staff.registrar().enable(staff.owner(), "anna", "she is back");
        assertThat(opens(token)).as("a token that died stays dead").isFalse();
        String next = staff.token("anna");
        assertThat(opens(next)).isTrue();
        staff.registrar().remove(staff.owner(), "anna", "she left");
        assertThat(opens(next)).isFalse();
        staff.restart();
        assertThat(opens(token)).isFalse();
        assertThat(opens(next)).isFalse();
    }

    @Test
    void a_role_that_is_taken_away_is_gone_from_tokens_that_are_in_use() {
        Visitor anna = staff.visitor(staff.token("anna"));
        staff.registrar().revoke(staff.owner(), "anna", Staff.grants("deployer@staging"), "x");
        assertThat(staff.people().knows(anna)).isTrue();
        assertThat(staff.people().allows(anna, SHIPS)).isFalse();
    }

    @Test
    void a_token_expires_by_this_clock_and_a_clock_that_goes_back_does_not_revive_it() {
        String token = staff.token("anna", Duration.ofHours(1));
        staff.move(Duration.ofHours(1).minusMillis(1));
        assertThat(opens(token)).isTrue();
        Visitor anna = staff.visitor(token);
        staff.move(Duration.ofMillis(1));
        assertThat(staff.people().recognise(token)).isEqualTo(new Recognition.Expired("t1"));
        assertThat(staff.people().knows(anna)).as("whoever is there already").isFalse();
        staff.move(Duration.ofHours(-3));
        assertThat(opens(token)).isFalse();
        // What was written last is the least that a new process takes for now.
        staff.add("bo");
        staff.restart();
        assertThat(opens(token)).isFalse();
    }

    @Test
    void whose_secret_is_guessed_at_is_told_and_nobody_is_locked_out_by_it() {
        String right = staff.token("anna");
        String other = staff.token("anna");
        // As long as they have a checksum, guesses are compared.
        for (int i = 0; i < Guesses.AT_MOST; i++) {
            assertThat(opens(forged(right))).isFalse();
        }
        assertThat(staff.people().recognise(forged(right))).isInstanceOf(Recognition.TooMany.class);
        assertThat(opens(right)).isTrue();
        assertThat(opens(other)).isTrue();
        assertThat(opens(staff.file().secret())).isTrue();
        assertThat(deeds()).containsOnlyOnce("token-guessed-at");
        staff.move(Guesses.WINDOW);
        assertThat(staff.people().recognise(forged(right))).isInstanceOf(Recognition.Unknown.class);
    }

    @Test
    void a_flood_of_other_names_forgets_no_guess_and_locks_nobody_out() {
        String right = staff.token("anna");
        for (int i = 0; i < Guesses.AT_MOST; i++) {
            assertThat(opens(forged(right))).isFalse();
        }
        for (int i = 0; i < 100_000; i++) {
            assertThat(opens(Secret.random().text())).isFalse();
        }
        assertThat(staff.people().recognise(forged(right))).isInstanceOf(Recognition.TooMany.class);
        assertThat(opens(right)).isTrue();
        assertThat(staff.people().recognise(Secret.random().text()))
                .isInstanceOf(Recognition.TooMany.class);
        assertThat(opens(staff.file().secret())).isTrue();
        assertThat(opens(staff.token("anna"))).isTrue();
    }

    /// The same id with another secret, and a checksum that is right.
    private static String forged(String token) {
        String id = token.substring("belay_".length(), "belay_".length() + 12);
        String secret = Token.random().secret();
        var crc = new java.util.zip.CRC32();
        crc.update((id + secret).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return "belay_%s_%s%08x".formatted(id, secret, crc.getValue());
    }

    @Test
    void a_cookie_looks_and_does_no_more() {
        staff.add("ada", "admin");
        String token = staff.token("ada");
        String cookie = staff.people().cookie(token);
        assertThat(opens(cookie)).isFalse();
        assertThat(token).doesNotContain(cookie.substring(cookie.indexOf('.') + 1));
        assertThat(staff.people().recogniseReader(token)).isInstanceOf(Recognition.Unknown.class);
        var known = (Recognition.Known) staff.people().recogniseReader(cookie);
        for (Action action : Action.values()) {
            assertThat(staff.people().powers(known.visitor()).allows(action, "staging"))
                    .as(action.word())
                    .isEqualTo(action == Action.READ);
        }
    }

    @Test
    void disabling_waits_for_what_is_being_done_and_nothing_is_done_in_that_name_afterwards()
            throws Exception {
        Visitor anna = staff.visitor(staff.token("anna"));
        var inside = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var disabled = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var doing =
                    threads.submit(() ->
                            staff.people()
                                    .during(
                                            anna,
                                            SHIPS,
                                            () -> {
                                                inside.countDown();
                                                await(goOn);
                                                return disabled.get();
                                            }));
            inside.await();
            var disabling =
                    threads.submit(() -> {
                        staff.disable("anna");
                        disabled.set(true);
                    });
            while (!staff.people().isWaitedFor() && !disabled.get()) {
                Thread.onSpinWait();
            }
            // Whoever comes meanwhile queues behind the change, and then may no more.
            var late = threads.submit(() -> staff.people().during(anna, SHIPS, () -> true));
            goOn.countDown();
            assertThat(doing.get()).as("disabled while it was done").isFalse();
            disabling.get();
            assertThatThrownBy(() -> staff.people().during(anna, SHIPS, () -> true))
                    .isInstanceOf(NotKnown.class);
            assertThatThrownBy(late::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(NotKnown.class);
        }
    }

    @Test
    void many_who_change_people_at_once_leave_what_is_in_memory_as_it_is_on_the_disk()
            throws Exception {
        var changes = new ArrayList<Future<String>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 16; i++) {
                String name = "p" + i;
                changes.add(
                        threads.submit(() -> {
                            staff.add(name, "deployer@staging");
                            staff.registrar()
                                    .grant(staff.owner(), name, Staff.grants("viewer"), "x");
                            staff.registrar()
                                    .grant(
                                            staff.owner(),
                                            "anna",
                                            Staff.grants("viewer@" + name),
                                            "x");
                            staff.disable(name);
                            return name;
                        }));
            }
        }
        for (Future<String> change : changes) {
            change.get();
        }
        Directory before = staff.people().directory();
        assertThat(before.people()).hasSize(17);
        assertThat(before.person("anna").orElseThrow().grants()).hasSize(17);
        staff.restart();
        assertThat(staff.people().directory()).isEqualTo(before);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_name_that_was_removed_is_never_anybody_elses() {
        staff.registrar().remove(staff.owner(), "anna", "left");
        for (String name : List.of("anna", "root", "belay", "operator", "admin")) {
            assertThatThrownBy(() -> staff.add(name)).hasMessageContaining("people/name-taken");
        }
        for (String name : List.of("", "Anna", "a b", "anna/x", "a@b", "ä", "1a", "a".repeat(64))) {
            assertThatThrownBy(() -> staff.add(name)).hasMessageContaining("people/name");
        }
    }

    @Test
    void each_change_says_who_and_why_in_its_own_transaction() {
        String token = staff.token("anna");
        staff.registrar().grant(staff.owner(), "anna", Staff.grants("operator"), "on call");
        staff.restart();
        List<AuditLog.Leaf> leaves = staff.journal().leaves(0, 100);
        assertThat(leaves).hasSize(3).allMatch(leaf -> leaf.actor().equals("root"));
        assertThat(deeds())
                .containsSubsequence(
                        "user-added",
                        "deployer@staging",
                        "token-created",
                        "user-granted",
                        "on call",
                        "operator")
                .doesNotContain(token);
        assertThat(staff.people().directory().person("anna").orElseThrow().grants())
                .isEqualTo(Staff.grants("deployer@staging", "operator"));
    }

    private String deeds() {
        var text = new StringBuilder();
        staff.journal().leaves(0, 1_000).forEach(leaf -> text.append(leaf.body()).append('\n'));
        return text.toString();
    }
}
