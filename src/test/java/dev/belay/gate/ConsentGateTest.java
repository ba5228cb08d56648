package dev.belay.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gate.ConsentGate.Finding;
import dev.belay.gate.ConsentGate.Said;
import dev.belay.release.ConsentRule;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsentGateTest {
    private static final long NOW = 1_000_000_000;
    private static final Duration HOUR = Duration.ofHours(1);

    private static ConsentRule quorum(int many, String... of) {
        return new ConsentRule(List.of(), List.of(of), many, false, HOUR);
    }

    private static ConsentRule each(String... of) {
        return new ConsentRule(List.of(), List.of(of), 0, true, HOUR);
    }

    private static Said approval(String person, String... roles) {
        var names = new java.util.HashSet<>(Set.of(roles));
        names.add(person);
        return new Said.Approval(person, names, NOW);
    }

    private static Finding judge(ConsentRule rule, Said... said) {
        return ConsentGate.judge(rule, "dev", List.of(said), NOW);
    }

    @Test
    void a_quorum_counts_different_people() {
        assertThat(judge(quorum(2)).lacking()).containsExactly("approval by 2 people is missing");
        assertThat(judge(quorum(2), approval("ada"), approval("ada")).lacking())
                .containsExactly("approval by 1 more of those who may is missing");
        assertThat(judge(quorum(2), approval("ada"), approval("bob")).isMet()).isTrue();
        assertThat(judge(quorum(1, "cto", "vp"), approval("ada")).lacking())
                .containsExactly("approval by one of cto, vp is missing");
        assertThat(judge(quorum(1, "cto", "vp"), approval("vp")).given())
                .containsExactly("approved by vp");
        assertThat(judge(quorum(1, "approver"), approval("ada", "approver")).isMet()).isTrue();
    }

    @Test
    void whoever_submitted_it_does_not_count() {
        assertThat(judge(quorum(1), approval("dev")).isMet()).isFalse();
    }

    @Test
    void whoever_may_not_any_more_does_not_count() {
        assertThat(judge(quorum(1), new Said.Approval("ada", Set.of(), NOW)).isMet()).isFalse();
    }

    @Test
    void a_consent_grows_old() {
        Said old = new Said.Approval("ada", Set.of("ada"), NOW - HOUR.toMillis());
        assertThat(judge(quorum(1), old).isMet()).isFalse();
        assertThat(judge(quorum(1), old, approval("ada")).isMet()).isTrue();
        Said young = new Said.Approval("ada", Set.of("ada"), NOW - HOUR.toMillis() + 1);
        assertThat(judge(quorum(1), young).isMet()).isTrue();
        // A clock that went back makes nobody's consent old.
        Said future = new Said.Approval("ada", Set.of("ada"), NOW + 5);
        assertThat(judge(quorum(1), future).isMet()).isTrue();
    }

    @Test
    void each_of_them_is_somebody_else() {
        assertThat(judge(each("cto", "security"), approval("ada", "cto", "security")).lacking())
                .hasSize(1);
        // Ada could be either; only as the second is there somebody for the first.
        Finding both =
                judge(
                        each("cto", "security"),
                        approval("ada", "cto", "security"),
                        approval("bob", "cto"));
        assertThat(both.isMet()).isTrue();
        assertThat(both.given())
                .containsExactlyInAnyOrder(
                        "approved by ada for security", "approved by bob for cto");
        assertThat(judge(each("a", "b", "c"), approval("a"), approval("c")).lacking())
                .containsExactly("approval by b is missing");
    }

    @Test
    void every_point_is_confirmed_by_itself_and_an_objection_ends_it() {
        var rule = new ConsentRule(List.of("notes", "standby"), List.of(), 0, false, HOUR);
        Finding half = judge(rule, new Said.Check("dev", "standby"));
        assertThat(half.lacking()).containsExactly("`notes` is to be checked off");
        assertThat(half.given()).containsExactly("`standby` by dev");
        Said notes = new Said.Check("dev", "notes");
        Said standby = new Said.Check("dev", "standby");
        assertThat(judge(rule, notes, standby).isMet()).isTrue();
        Finding objected = judge(rule, notes, standby, new Said.Objection("ada", "not today"));
        assertThat(objected.isMet()).isFalse();
        assertThat(objected.objected()).isEqualTo("ada objects: not today");
    }
}
