package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `examples/atlas`, as its README says, and what keeps its production closed.
@Timeout(300)
class AtlasTest {
    private static final String MAIN = "services/advisor/src/main.mjs";
    private static final String DOCUMENTS = "services/documents/src/main.mjs";

    @TempDir private Path clean;
    private Example atlas;
    private List<String> blocks = List.of();

    @BeforeEach
    void bring_it_to_staging() throws Exception {
        atlas = new Example(clean, "atlas", List.of(3060, 3061, 3160, 3161, 3260, 3261));
        blocks = atlas.commands("examples/atlas/README.md");
        atlas.types(blocks.subList(0, 1));
        awaitStaging("documents", "");
        awaitStaging("advisor", "");
    }

    @AfterEach
    void stop() throws Exception {
        atlas.belay("down");
        atlas.end();
    }

    @Test
    void production_is_blocked_when_tests_fail_evaluations_regress_or_a_scan_finds()
            throws Exception {
        assertThat(atlas.done("promote", "--all", "--to", "production")).contains("completed");
        String good = runs("production", "advisor");

        assertThat(promoted(MAIN, text -> text.replace("where|address", "where")))
                .startsWith("3 ")
                .contains("is worse than what runs now: 84 cases")
                .doesNotContain("`tests`", "`scan`");
        assertThat(promoted(MAIN, text -> text + "export const run = (text) => eval(text);\n"))
                .startsWith("3 ")
                .contains("`high` is 1, and must be at most 0")
                .doesNotContain("`tests`", "`evaluation`");
        // Staging asks for tests, too, and does not take what fails them.
        try (var _ = atlas.edit(MAIN, text -> text.replace("pills|dose", "dose"))) {
            String before = runs("staging", "advisor");
            atlas.belay("evidence", "run", "advisor", "--in", "dev");
            atlas.done("deploy", "dev");
            assertThat(atlas.belay("promote", "advisor", "--to", "staging"))
                    .startsWith("3 ")
                    .contains("did not pass: 2 of 3 passed, 1 failed");
            assertThat(
                            atlas.belay(
                                    "deploy",
                                    "production",
                                    "--only",
                                    "advisor",
                                    "--skip",
                                    "promotion",
                                    "--reason",
                                    "it is urgent"))
                    .startsWith("3 ")
                    .contains("did not pass: 2 of 3 passed, 1 failed");
            assertThat(runs("staging", "advisor")).isEqualTo(before);
        }
        assertThat(runs("production", "advisor")).isEqualTo(good);
    }

    @Test
    void no_revision_gets_traffic_that_gives_a_tenant_what_is_anothers() throws Exception {
        String good = runs("dev", "documents");
        try (var _ = atlas.edit(DOCUMENTS, text -> text.replace("who !== tenant || ", ""))) {
            atlas.done("evidence", "run", "documents", "--in", "dev");
            assertThat(atlas.belay("deploy", "dev"))
                    .startsWith("4 ")
                    .contains("one tenant does not get another's documents", "rolled back")
                    .doesNotContain("done  documents: all traffic to");
        }
        assertThat(runs("dev", "documents")).isEqualTo(good);
    }

    @Test
    void what_breaks_those_who_rely_on_it_or_goes_untried_between_tenants_is_no_release()
            throws Exception {
        atlas.done("promote", "--all", "--to", "production");
        String good = runs("production", "documents");
        try (var _ =
                        atlas.edit(
                                "services/documents/src/openapi.yaml",
                                text -> text.replace("required: [token], ", ""));
                var _ = atlas.edit(DOCUMENTS, text -> text + "// tokens are seldom given out\n")) {
            atlas.done("evidence", "run", "documents", "--in", "dev");
            String before = runs("staging", "documents");
            atlas.done("deploy", "dev");
            awaitStaging("documents", before);
            assertThat(atlas.belay("promote", "documents", "--to", "production"))
                    .startsWith("3 ")
                    .contains("POST /sessions/{tenant}", "`token` of response 201");
            assertThat(atlas.belay("contracts", "diff", "documents", "production"))
                    .contains("POST /sessions/{tenant}");
        }
        try (var _ =
                atlas.edit(
                        "belay.yaml",
                        text ->
                                text.replace("        as-tenant: smoke\n", "")
                                        .replace("        not-tenant: other\n", ""))) {
            assertThat(atlas.belay("check", "production"))
                    .startsWith("2 ")
                    .contains("no smoke test asks as one tenant for another's data");
        }
        assertThat(runs("production", "documents")).isEqualTo(good);
    }

    /// Through dev and staging, which take it, to production, which says what it says.
    private String promoted(String file, UnaryOperator<String> change) throws Exception {
        try (var _ = atlas.edit(file, change)) {
            String before = runs("staging", "advisor");
            atlas.belay("evidence", "run", "advisor", "--in", "dev");
            atlas.done("deploy", "dev");
            awaitStaging("advisor", before);
            return atlas.belay("promote", "--all", "--to", "production");
        }
    }

    private void awaitStaging(String component, String before) throws Exception {
        atlas.await(
                component + " is in staging, and soaked",
                () -> {
                    var now = atlas.component("staging", component);
                    return now.path("soaked").asBoolean()
                            && now.path("busyWith").asString().isEmpty()
                            && !now.path("revision").asString().isEmpty()
                            && !now.path("revision").asString().equals(before);
                });
    }

    private String runs(String environment, String component) {
        return atlas.component(environment, component).path("revision").asString();
    }
}
