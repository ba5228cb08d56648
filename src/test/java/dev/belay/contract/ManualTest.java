package dev.belay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ManualTest {
    @ParameterizedTest
    @EnumSource
    void the_manual_has_every_rule_with_its_mend(Rule rule) throws Exception {
        assertThat(Files.readAllLines(Path.of("docs/reference/contracts.md")))
                .anyMatch(line ->
                        line.startsWith("| `" + rule.code() + "` | ")
                                && line.endsWith("| " + rule.mend() + " |"));
    }
}
