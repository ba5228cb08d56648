package dev.belay.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.AuditLog;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTextTest {
    @Test
    void instants_are_told_as_people_read_them_and_numbers_as_they_are() {
        String body =
                "{\"actor\":\"anna\",\"release\":\"production-4\",\"fact\":{\"type\":\"scheduled\","
                        + "\"from\":1796124097000,\"until\":1796127697000,\"step\":7}}";
        var leaf = new AuditLog.Leaf(57, 1796118697333L, "anna", body, "00");
        assertThat(AuditText.entries(List.of(leaf), false))
                .isEqualTo(
                        "57  2026-12-01T09:51:37.333Z  anna  scheduled  production-4"
                                + "  from=2026-12-01T11:21:37Z  until=2026-12-01T12:21:37Z  step=7\n");
    }
}
