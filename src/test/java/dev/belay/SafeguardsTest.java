package dev.belay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What no line of the product may do, however good its reason: rules that a reader forgets.
class SafeguardsTest {
    private static final Path MAIN = Path.of("src/main/java/dev/belay");

    /// Where chance decides nothing that anybody could gain by guessing it: pauses, turns, samples,
    /// numbers of ports and of traces, and the mask of a close frame.
    private static final Set<String> CHANCE =
            Set.of(
                    "driver/acme/Renewals.java",
                    "driver/clickhouse/TableExport.java",
                    "driver/host/PortChoice.java",
                    "driver/postgres/LoadSession.java",
                    "driver/postgres/LoadTurns.java",
                    "driver/postgres/MigrationRunner.java",
                    "driver/postgres/PortionRun.java",
                    "driver/postgres/Snapshot.java",
                    "execution/LiveWorld.java",
                    "gateway/Crowd.java",
                    "gateway/H2Fields.java",
                    "gateway/Loop.java",
                    "gateway/Meters.java",
                    "gateway/Prober.java",
                    "gateway/Table.java",
                    "gateway/Tunnel.java",
                    "gateway/log/LogSettings.java",
                    "gateway/trace/TraceContext.java",
                    "journal/Disk.java",
                    "judge/Scores.java");

    /// Patterns that are put together of our own parts, or of parts that are quoted.
    private static final Set<String> MADE =
            Set.of(
                    "driver/postgres/LoadStatements.java",
                    "gateway/trace/TraceState.java",
                    "manifest/shape/Quantities.java",
                    "manifest/shape/Shapes.java",
                    "plan/Parity.java");

    private record Source(String name, String text) {}

    private static List<Source> sources() throws IOException {
        try (Stream<Path> files = Files.walk(MAIN)) {
            var all = new ArrayList<Source>();
            for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
                String name = MAIN.relativize(file).toString().replace('\\', '/');
                all.add(new Source(name, Files.readString(file)));
            }
            return all;
        }
    }

    /// Names of files with such text.
    private static Set<String> where(String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex);
        var found = new TreeSet<String>();
        for (Source source : sources()) {
            if (pattern.matcher(source.text()).find()) {
                found.add(source.name());
            }
        }
        return found;
    }

    /// CVE-2022-31034: a secret of a guessable source is none.
    @Test
    void what_nobody_may_guess_is_drawn_from_a_secure_source() throws IOException {
        assertThat(where("\\b(ThreadLocalRandom|SplittableRandom|Math\\.random|new Random\\()"))
                .isEqualTo(new TreeSet<>(CHANCE));
        assertThat(where("new SecureRandom\\([^)]|setSeed\\(")).isEmpty();
        assertThat(where("new SecureRandom\\(\\)"))
                .contains("server/Token.java", "server/people/Secret.java");
    }

    /// CVE-2022-39311: objects of whoever sends them are never made.
    @Test
    void nothing_is_made_of_serialized_objects() throws IOException {
        assertThat(
                        where(
                                "ObjectInputStream|ObjectInput\\b|XMLDecoder|javax\\.script"
                                        + "|java\\.rmi|readUnshared|activateDefaultTyping"
                                        + "|JsonTypeInfo\\.Id\\.CLASS|defineClass"))
                .isEmpty();
        for (String program : List.of("cli", "server", "gateway")) {
            assertThat(Path.of("src/main/jvm", program + ".args"))
                    .content()
                    .as(program)
                    .contains("\n-Djdk.serialFilter=!*\n");
        }
    }

    /// CVE-2022-39308: how long a comparison takes tells nothing of what is compared.
    @Test
    void what_somebody_shows_is_compared_in_the_same_time_whatever_it_is() throws IOException {
        String secret =
                "(\\w*[sS]ecret|shown|readerKey|readerHash|hash|hmac|password)(\\(\\w*\\))?";
        String compares = "\\.(equals|contentEquals|equalsIgnoreCase|compareTo|startsWith)\\(";
        Pattern by = Pattern.compile("\\b" + secret + compares + "|" + compares + secret + "\\)");
        for (Source source : sources()) {
            boolean opens =
                    source.name().matches("server/(people|access|api)/.*|server/[A-Z]\\w+\\.java");
            if (opens) {
                List<String> lines =
                        source.text()
                                .lines()
                                .filter(line -> by.matcher(line).find())
                                // What it begins with only says which kind of token is meant.
                                .filter(line -> !line.contains("shown.startsWith(\"belay_\")"))
                                .toList();
                assertThat(lines).as(source.name()).isEmpty();
            }
        }
        assertThat(where("MessageDigest\\.isEqual\\("))
                .contains("server/Token.java", "server/people/Secret.java");
    }

    /// CVE-2024-32476: patterns that somebody else wrote are held to RE2's time.
    @Test
    void patterns_of_others_go_to_an_engine_that_does_not_go_back() throws IOException {
        var found = new TreeSet<String>();
        Pattern made = Pattern.compile("Pattern\\.compile\\(\\s*(?![\\s\"])");
        for (Source source : sources()) {
            if (!source.text().contains("com.google.re2j.Pattern")
                    && made.matcher(source.text()).find()) {
                found.add(source.name());
            }
        }
        assertThat(found).isEqualTo(new TreeSet<>(MADE));
    }

    /// CVE-2025-55190: what is answered is made where no secret is known by its type.
    @Test
    void nothing_that_answers_knows_secrets() throws IOException {
        Pattern secret =
                Pattern.compile("configuration\\.(Secret|RuntimeValues)\\b|\\bSecret\\.use\\(");
        for (Source source : sources()) {
            if (source.name().matches("(server/(api|text|web|access)|cli)/.*")) {
                assertThat(secret.matcher(source.text()).find()).as(source.name()).isFalse();
            }
        }
    }

    /// CVE-2022-1471: YAML is read by a reader that knows no classes.
    @Test
    void yaml_is_read_without_classes() throws IOException {
        assertThat(where("org\\.yaml\\.snakeyaml")).isEmpty();
        assertThat(where("org\\.snakeyaml\\.engine")).isNotEmpty();
    }

    /// CVE-2022-31105: whoever is spoken to over TLS proves who he is. Where a connection's own
    /// settings say that nobody has to (`sslmode=require`), it is that driver's.
    @Test
    void no_certificate_is_believed_that_nobody_vouches_for() throws IOException {
        assertThat(where("\\bofAnyone\\(\\)|(implements|extends) X509(Extended)?TrustManager"))
                .isEqualTo(NOBODY_PROVES);
        assertThat(where("NoopHostnameVerifier|InsecureTrustManager|setHostnameVerifier"))
                .isEmpty();
    }

    private static final Set<String> NOBODY_PROVES =
            new TreeSet<>(
                    Set.of(
                            "driver/probe/MysqlProtocol.java",
                            "driver/probe/PostgresProtocol.java",
                            "driver/probe/Trust.java",
                            // Believes no client.
                            "gateway/tls/Certificate.java"));
}
