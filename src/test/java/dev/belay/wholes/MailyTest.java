package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `examples/maily`, as its README says.
@Timeout(300)
class MailyTest {
    private static final String README = "examples/maily/README.md";
    private static final Pattern FLAG =
            Pattern.compile("(?m)^\\| `(--skip-[a-z]+)` \\| `--skip ([a-z-]+)` \\|$");

    /// What is left out by each of the script's flags.
    private static final Map<String, String> LEFT_OUT =
            Map.of(
                    // Which has nothing in it yet.
                    "--skip-infrastructure", "",
                    "--skip-database", "migrate `postgres`",
                    "--skip-frontend", "web: publish",
                    "--skip-backend", "campaigns: start",
                    "--skip-ai", "writer: start");

    @TempDir private Path clean;
    private Example maily;
    private List<String> blocks = List.of();

    @BeforeEach
    void do_as_the_readme_says() throws Exception {
        maily =
                new Example(
                        clean,
                        "maily",
                        List.of(3080, 3081, 3082, 15435, 16381),
                        "examples/teei/shared");
        maily.edit("belay.yaml", text -> text.replace("soak: 10s", "soak: 1s"));
        blocks = maily.commands(README);
        maily.types(blocks.subList(0, 1));
    }

    @AfterEach
    void stop() throws Exception {
        maily.belay("down", "production");
        maily.belay("down");
        maily.end();
    }

    @Test
    void each_flag_of_the_script_leaves_out_what_it_says_and_nothing_else() throws Exception {
        try (var _ = maily.edit("production.env", text -> text.replace("PROVIDER_KEY=", "X="))) {
            assertThat(maily.belay("check", "production"))
                    .startsWith("2 ")
                    .contains("PROVIDER_KEY");
        }
        for (String file : List.of("campaigns.mjs", "mailer.mjs", "writer.mjs")) {
            maily.edit(file, text -> text + "// next\n");
        }
        maily.edit("web/index.html", text -> text.replace("<h1>Maily", "<h1>Maily 2"));
        Files.writeString(maily.file("db/2_at.up.sql"), "ALTER TABLE campaign ADD at date;");
        Files.writeString(maily.file("db/2_at.down.sql"), "ALTER TABLE campaign DROP at;");

        var flags = new TreeMap<String, String>();
        Matcher flag = FLAG.matcher(Files.readString(Path.of(README)));
        while (flag.find()) {
            flags.put(flag.group(1), flag.group(2));
        }
        assertThat(flags.keySet()).isEqualTo(LEFT_OUT.keySet());
        for (var one : flags.entrySet()) {
            String plan = maily.done("plan", "production", "--skip", one.getValue());
            var left = new TreeSet<String>();
            LEFT_OUT.forEach(
                    (other, step) -> left.addAll(plan.contains(step) ? Set.of() : Set.of(other)));
            // A schema comes with whose it is.
            left.removeIf(other ->
                    other.equals("--skip-database") && one.getKey().equals("--skip-backend"));
            assertThat(left)
                    .as(plan)
                    .isEqualTo(
                            one.getKey().equals("--skip-infrastructure")
                                    ? Set.of()
                                    : Set.of(one.getKey()));
        }

        maily.types(List.of("cd examples/maily\n", blocks.getLast()));
        assertThat(maily.get(3082, "/").body()).doesNotContain("Maily 2");
        assertThat(maily.done("migrate", "status", "production")).containsPattern("pending +2 at");
        maily.done("deploy", "production");
        assertThat(maily.get(3082, "/").body()).contains("Maily 2");
        maily.done("rollback", "production", "--to", firstOf("web"), "--reason", "as before");
        assertThat(maily.get(3082, "/").body()).doesNotContain("Maily 2");
    }

    /// The release that first brought it.
    private String firstOf(String component) {
        return maily.json("releases", "production", "--limit", "100", "--json")
                .path("releases")
                .valueStream()
                .filter(one -> one.toString().contains("\"" + component + "\""))
                .map(one -> one.path("id").asString())
                .reduce((_, older) -> older)
                .orElseThrow();
    }
}
