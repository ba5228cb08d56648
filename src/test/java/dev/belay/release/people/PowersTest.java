package dev.belay.release.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PowersTest {
    private static final List<String> PLACES =
            List.of(Grant.EVERYWHERE, "local", "staging", "production");

    private static Powers of(String... grants) {
        return Powers.of(
                Arrays.stream(grants).map(text -> Grant.parse(text).orElseThrow()).toList());
    }

    @Test
    void nothing_is_allowed_that_nobody_granted() {
        for (Action action : Action.values()) {
            for (String where : PLACES) {
                assertThat(Powers.NONE.allows(action, where)).isFalse();
                assertThat(of().allows(action, where)).isFalse();
                assertThat(new Powers(List.of()).allows(action, where)).isFalse();
            }
        }
    }

    @Test
    void a_role_in_one_environment_says_nothing_of_others_or_of_what_belongs_to_none() {
        Powers powers = of("admin@staging");
        assertThat(powers.allows(Action.DEPLOY, "staging")).isTrue();
        for (String where : List.of("production", "stagin", "staging2", "", "*", "Staging")) {
            assertThat(powers.allows(Action.DEPLOY, where)).as(where).isFalse();
            assertThat(powers.allows(Action.PEOPLE, where)).as(where).isFalse();
        }
    }

    @Test
    void no_layer_ever_adds_anything() {
        Choices.forAll(
                2_000,
                choices -> {
                    Powers before = of(some(choices));
                    Set<Grant> scopes = Set.copyOf(Powers.of(grants(choices)).layers().getFirst());
                    Powers after = before.narrowed(scopes);
                    for (Action action : Action.values()) {
                        for (String where : PLACES) {
                            boolean scope =
                                    scopes.stream().anyMatch(grant -> grant.allows(action, where));
                            assertThat(after.allows(action, where))
                                    .isEqualTo(before.allows(action, where) && scope);
                        }
                        assertThat(after.allowsSomewhere(action))
                                .isEqualTo(
                                        PLACES.stream()
                                                .anyMatch(where -> after.allows(action, where)));
                    }
                });
    }

    private static String[] some(Choices choices) {
        return grants(choices).stream().map(Grant::toString).toArray(String[]::new);
    }

    private static List<Grant> grants(Choices choices) {
        int number = choices.between(0, 3);
        return java.util.stream.IntStream.range(0, number)
                .mapToObj(_ ->
                        new Grant(choices.oneOf(List.of(Role.values())), choices.oneOf(PLACES)))
                .toList();
    }

    @Test
    void a_grant_may_be_passed_on_by_whom_all_of_it_is_allowed() {
        assertThat(of("operator").covers(grant("deployer@staging"))).isTrue();
        assertThat(of("operator").covers(grant("approver"))).isFalse();
        assertThat(of("operator@staging").covers(grant("operator"))).isFalse();
        assertThat(of("deployer@staging", "viewer").covers(grant("viewer@production"))).isTrue();
    }

    private static Grant grant(String text) {
        return Grant.parse(text).orElseThrow();
    }

    @Test
    void what_is_no_role_is_not_read_as_one() {
        for (String text :
                List.of(
                        "",
                        "@",
                        "admin@",
                        "admin@*",
                        "Admin",
                        "admin ",
                        "admin@a b",
                        "root",
                        "admin@-x",
                        "admin@a@b",
                        "admin,viewer",
                        "admin\nviewer",
                        "@staging",
                        "admin@" + "a".repeat(64))) {
            assertThat(Grant.parse(text)).as(text).isEmpty();
        }
        assertThat(grant("admin@eu-west").toString()).isEqualTo("admin@eu-west");
        assertThat(grant("viewer").toString()).isEqualTo("viewer");
    }

    @Test
    void every_action_is_some_role_s_and_who_ships_does_not_consent() {
        var all = EnumSet.noneOf(Action.class);
        for (Role role : Role.values()) {
            assertThat(role.actions()).contains(Action.READ);
            all.addAll(role.actions());
        }
        assertThat(all).isEqualTo(EnumSet.allOf(Action.class));
        for (Role role : List.of(Role.DEPLOYER, Role.OPERATOR)) {
            assertThat(role.actions()).doesNotContain(Action.APPROVE, Action.PEOPLE);
        }
        assertThat(Role.sufficing(List.of(Action.DEPLOY, Action.DECIDE)))
                .isEqualTo("operator, admin");
    }
}
