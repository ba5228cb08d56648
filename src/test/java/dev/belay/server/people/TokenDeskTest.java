package dev.belay.server.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.people.Action;
import dev.belay.release.people.Right;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenDeskTest {
    @TempDir private Path folder;
    private Staff staff;

    @BeforeEach
    void open() {
        staff = new Staff(folder);
        staff.add("anna", "deployer", "operator@staging");
        staff.add("ada", "admin");
    }

    @AfterEach
    void close() {
        staff.close();
    }

    private TokenDesk.Made make(Visitor by, String name, Duration life, String... scopes) {
        return staff.desk().make(by, new TokenDesk.Wish("", name, Staff.grants(scopes), life), "");
    }

    @Test
    void a_token_made_with_a_token_does_no_more_and_lives_no_longer() {
        Visitor narrow = staff.visitor(staff.token("anna", Duration.ofDays(2), "deployer@staging"));
        for (String wider : List.of("deployer", "operator@staging", "deployer@production")) {
            assertThatThrownBy(() -> make(narrow, "wider", Duration.ofHours(1), wider))
                    .as(wider)
                    .hasMessageContaining("people/wider-scope");
        }
        TokenDesk.Made child = make(narrow, "child", Duration.ofDays(300));
        assertThat(child.token().scopes()).containsExactly("deployer@staging");
        assertThat(child.token().expiresAt())
                .isEqualTo(staff.people().now() + Duration.ofDays(2).toMillis());
        TokenDesk.Made viewer = make(narrow, "viewer", Duration.ofHours(1), "viewer@staging");
        Visitor looks = staff.visitor(viewer.secret());
        assertThat(staff.people().allows(looks, List.of(new Right(Action.READ, "staging"))))
                .isTrue();
        assertThat(staff.people().allows(looks, List.of(new Right(Action.DEPLOY, "staging"))))
                .isFalse();
    }

    @Test
    void what_was_made_with_a_token_ends_with_it() {
        String first = staff.token("anna");
        TokenDesk.Made child = make(staff.visitor(first), "child", Duration.ofHours(2));
        TokenDesk.Made grandchild =
                make(staff.visitor(child.secret()), "grandchild", Duration.ofHours(1));
        String other = staff.token("anna");
        staff.desk().revoke(staff.visitor(other), "t1", "the laptop is gone");
        for (String dead : List.of(first, child.secret(), grandchild.secret())) {
            assertThat(staff.people().recognise(dead)).isInstanceOf(Recognition.Unknown.class);
        }
        assertThat(staff.people().recognise(other)).isInstanceOf(Recognition.Known.class);
    }

    @Test
    void only_who_administers_people_makes_sees_or_ends_the_token_of_another() {
        Visitor anna = staff.visitor(staff.token("anna"));
        Visitor ada = staff.visitor(staff.token("ada"));
        String adas = staff.people().directory().tokensOf("ada").getFirst().id();
        var forAda = new TokenDesk.Wish("ada", "mine", Staff.grants("viewer"), Duration.ofHours(1));
        assertThatThrownBy(() -> staff.desk().make(anna, forAda, ""))
                .isInstanceOf(NotAllowed.class);
        assertThat(staff.desk().list(anna)).allMatch(token -> token.owner().equals("anna"));
        String unknown = message(() -> staff.desk().revoke(anna, "0123456789ab", "x"));
        assertThat(message(() -> staff.desk().revoke(anna, adas, "x")))
                .as("hers is as if there were none")
                .isEqualTo(unknown.replace("0123456789ab", adas));
        assertThat(staff.desk().list(ada)).hasSize(2);
        var forAnna =
                new TokenDesk.Wish("anna", "hers", Staff.grants("viewer"), Duration.ofDays(30));
        assertThat(staff.desk().make(ada, forAnna, "").token().madeBy()).isEqualTo("ada/t2");
    }

    private static String message(Runnable doing) {
        try {
            doing.run();
            return "nothing";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void a_narrowed_token_of_an_administrator_gives_nobody_anything() {
        Visitor looks = staff.visitor(staff.token("ada", "viewer"));
        assertThatThrownBy(() -> staff.registrar().add(looks, "bo", Staff.grants("admin"), ""))
                .isInstanceOf(NotAllowed.class);
        assertThatThrownBy(() -> staff.registrar().grant(looks, "anna", Staff.grants("admin"), "x"))
                .isInstanceOf(NotAllowed.class);
        assertThatThrownBy(() -> make(looks, "wider", Duration.ofHours(1), "admin"))
                .hasMessageContaining("people/wider-scope");
    }

    @Test
    void who_lost_a_role_a_moment_before_changes_nothing_with_it() {
        Visitor ada = staff.visitor(staff.token("ada"));
        staff.registrar().revoke(staff.owner(), "ada", Staff.grants("admin"), "x");
        assertThatThrownBy(() -> staff.registrar().add(ada, "bo", Staff.grants("admin"), ""))
                .isInstanceOf(NotAllowed.class);
        assertThat(staff.people().directory().person("bo")).isEmpty();
    }

    @Test
    void lives_that_are_none_and_names_that_were_used_are_problems() {
        for (Duration life : List.of(Duration.ZERO, Duration.ofDays(-1), Duration.ofDays(367))) {
            assertThatThrownBy(() -> staff.token("anna", life))
                    .as(life.toString())
                    .hasMessageContaining("people/lifetime");
        }
        Visitor anna = staff.visitor(staff.token("anna"));
        TokenDesk.Made one = make(anna, "laptop", Duration.ofHours(1));
        staff.desk().revoke(anna, one.token().id(), "x");
        assertThatThrownBy(() -> make(anna, "laptop", Duration.ofHours(1)))
                .hasMessageContaining("people/name-taken");
        assertThatThrownBy(() -> make(anna, "a/b", Duration.ofHours(1)))
                .hasMessageContaining("people/name");
        assertThatThrownBy(() -> make(staff.owner(), "mine", Duration.ofHours(1)))
                .hasMessageContaining("owns the state folder");
        staff.disable("anna");
        assertThatThrownBy(() -> staff.token("anna")).hasMessageContaining("may do nothing");
        assertThatThrownBy(() -> staff.token("nobody")).hasMessageContaining("people/unknown-user");
    }
}
