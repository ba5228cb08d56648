package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.acme.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// From four lines of the manifest to a client that trusts the authority: certificates that are
/// ordered by themselves.
@Timeout(180)
class OrderedCertificateTest {
    private static final String HOST = "app.example.org";

    @TempDir private Path folder;
    private Whole whole;
    private final int port = TestAuthority.freePort();

    @BeforeEach
    void make() throws IOException {
        Files.createDirectory(folder.resolve("whole"));
        whole = new Whole(folder.resolve("whole"));
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private TestAuthority authority() throws Exception {
        return new TestAuthority(folder.resolve("pebble"), whole.port(), port);
    }

    private void entrance(TestAuthority authority, String challenge) throws IOException {
        entrance(authority.directory().toString(), authority.roots(), challenge);
    }

    private void entrance(String directory, Path trust, String challenge) throws IOException {
        whole.manifest("at: [{entrance: public, hosts: [%s]}]".formatted(HOST), "0s");
        Path file = whole.folder().resolve("belay.yaml");
        String entrances =
                """
                entrances: {public: {port: %d, tls: {acme: {directory: "%s", \
                contact: ops@example.org, hosts: [%s], challenge: %s, trust: %s}}}}, rollout:\
                """
                        .formatted(port, directory, HOST, challenge, trust);
        Files.writeString(file, Files.readString(file).replace("rollout:", entrances));
    }

    /// What a client gets that trusts the authority and nobody else.
    private String curl(TestAuthority authority) throws Exception {
        return run(
                "curl",
                "-sS",
                "-m",
                "20",
                "--cacert",
                authority.issuer().toString(),
                "--resolve",
                HOST + ":" + port + ":127.0.0.1",
                "https://" + HOST + ":" + port + "/");
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private JsonNode ordered() throws Exception {
        return ordered("public");
    }

    private JsonNode ordered(String entrance) throws Exception {
        JsonNode all =
                whole.get("/api/v1/environments/local/status")
                        .json()
                        .path("certificates")
                        .path("ordered");
        for (JsonNode one : all) {
            if (one.path("entrance").asString().equals(entrance)) {
                return one;
            }
        }
        return MissingNode.getInstance();
    }

    private String state(String entrance) throws Exception {
        return ordered(entrance).path("state").asString("");
    }

    private void awaitState(String state) throws Exception {
        whole.await("the certificate is " + state, () -> state("public").equals(state));
    }

    @Test
    void a_text_at_port_80_is_enough_and_nobody_else_can_read_the_keys() throws Exception {
        try (TestAuthority authority = authority()) {
            entrance(authority, "http-01");
            whole.start();
            whole.ship("v1");
            awaitState("valid");
            whole.await("it is shown", () -> curl(authority).equals("v1"));
            assertThat(ordered().path("entrance").asString()).isEqualTo("public");
            assertThat(ordered().path("hosts").path(0).asString()).isEqualTo(HOST);
            assertThat(ordered().path("detail").asString()).startsWith("until 20");
            assertThatKeysAreClosed();
            assertThat(keysTold()).isEmpty();
            whole.ship("v2");
            assertThat(curl(authority)).isEqualTo("v2");
            assertThat(authority.log()).doesNotContain("There are now 2 orders");
        }
    }

    private void assertThatKeysAreClosed() throws IOException {
        Path state = whole.folder().resolve(".belay");
        var keys = new ArrayList<Path>();
        for (String one : List.of("acme", "certificates")) {
            try (Stream<Path> files = Files.walk(state.resolve(one))) {
                files.filter(Files::isRegularFile).forEach(keys::add);
            }
        }
        assertThat(keys).isNotEmpty();
        for (Path key : keys) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .as(key.toString())
                    .isEqualTo("rw-------");
        }
        for (String table : List.of("gateway/table.json", "gateway/table.log")) {
            Path file = state.resolve(table);
            if (Files.exists(file)) {
                assertThat(Files.readString(file)).doesNotContain("BEGIN");
            }
        }
    }

    /// Where the key of the account, or of the certificate, is besides in its own file.
    private List<String> keysTold() throws Exception {
        Path state = whole.folder().resolve(".belay");
        var canaries = new Canaries();
        for (String one : List.of("acme", "certificates")) {
            int before = canaries.count();
            try (Stream<Path> files = Files.walk(state.resolve(one))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    canaries.plantKey(file, Pattern.quote(state.resolve(one).toString()));
                }
            }
            assertThat(canaries.count()).as(one).isGreaterThan(before);
        }
        String release = whole.get("/api/v1/releases").json().at("/releases/0/id").asString("none");
        for (String line : Files.readAllLines(Path.of("src/test/resources/access.tsv"))) {
            if (line.startsWith("GET ")) {
                String path =
                        line.split("\t", 2)[0]
                                .substring(4)
                                .replace("{env}", "local")
                                .replace("=here", "=local")
                                .replace("/releases/{id}", "/releases/" + release)
                                .replaceAll("\\{[a-z]+}", "none");
                canaries.search(path, whole.get(path).body());
            }
        }
        for (String words : List.of("status local", "status local --json", "audit search")) {
            canaries.search(words, whole.belay(words.split(" ")).text());
        }
        canaries.search("its output", whole.output());
        canaries.searchState(state);
        return canaries.found();
    }

    @Test
    void an_authority_that_is_away_holds_no_release_up_and_is_asked_again() throws Exception {
        int away = TestAuthority.freePort();
        try (TestAuthority authority = authority()) {
            String directory = "https://localhost:" + away + "/dir";
            entrance(directory, authority.roots(), "http-01");
            whole.start();
            whole.ship("v1");
            awaitState("failed");
            assertThat(ordered().path("detail").asString())
                    .startsWith("no answer from localhost:" + away + ": nobody accepts connections")
                    .contains("; next try at 20");
            assertThat(ordered().path("failures").asInt()).isEqualTo(1);
            assertThat(whole.get("/").body())
                    .contains("certificate of <b>public</b>", "nobody accepts connections there");
            assertThat(Traffic.once(whole.port())).isEqualTo("v1");
            assertThat(curl(authority)).startsWith("curl: (35)");

            whole.killServer();
            whole.start();
            assertThat(ordered().path("failures").asInt()).as("is not forgotten").isEqualTo(1);

            entrance(authority, "http-01");
            whole.ship("v2");
            awaitState("valid");
            whole.await("it is shown", () -> curl(authority).equals("v2"));
        }
    }

    @Test
    void what_an_authority_refuses_is_said_in_its_words_and_asked_again_when_told_to()
            throws Exception {
        int nobody = TestAuthority.freePort();
        try (var authority = new TestAuthority(folder.resolve("pebble"), nobody, port)) {
            entrance(authority, "http-01");
            whole.start();
            whole.ship("v1");
            awaitState("failed");
            assertThat(ordered().path("detail").asString())
                    .startsWith("the authority could not see that " + HOST + " is ours: ");
            // A port that the authority can reach, as the manual advises.
            Path file = whole.folder().resolve("belay.yaml");
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace("at: [", "at: [{entrance: plain}, ")
                            .replace(
                                    "entrances: {", "entrances: {plain: {port: " + nobody + "}, "));
            whole.ship("v2");
            Files.delete(whole.folder().resolve(".belay/acme/local.public.json"));
            awaitState("valid");
            whole.await("it is shown", () -> curl(authority).equals("v2"));
        }
    }

    @Test
    void nobody_is_asked_before_the_entrance_is_open() throws Exception {
        try (TestAuthority authority = authority()) {
            entrance(authority, "tls-alpn-01");
            Path file = whole.folder().resolve("belay.yaml");
            String both = Files.readString(file);
            // The first of them is proved at the plain port, and does not wait for the other.
            String early =
                    "entrances: {early: {port: %d, tls: {acme: {directory: \"%s\", contact: a@b.org, hosts: [%s], trust: %s}}}"
                            .formatted(
                                    TestAuthority.freePort(),
                                    authority.directory(),
                                    HOST,
                                    authority.roots());
            Files.writeString(
                    file,
                    both.replaceAll("entrances: .*, rollout:", early + "}, rollout:")
                            .replace("entrance: public", "entrance: early"));
            whole.start();
            whole.ship("v1");
            whole.await("the first", () -> state("early").equals("valid"));

            Files.writeString(
                    file,
                    both.replace("entrances: {", early + ", ")
                            .replace("at: [", "at: [{entrance: early, hosts: [" + HOST + "]}, "));
            whole.writesGated("v2");
            String release = whole.begin();
            awaitState("waiting");
            // The second time, all of a look that began after that is over.
            awaitAnother("early");
            awaitAnother("early");
            assertThat(state("public")).isEqualTo("waiting");
            whole.opens("v2");
            whole.awaitState(release, "completed");
            awaitState("valid");
            assertThat(whole.output()).doesNotContain("no new certificate");
        }
    }

    /// Loses a certificate, and waits for the next one.
    private void awaitAnother(String entrance) throws Exception {
        Path pairs =
                whole.folder()
                        .resolve(".belay/certificates/local." + entrance + "/.local." + entrance);
        Files.delete(pairs.resolve("current"));
        whole.await("another", () -> Files.exists(pairs.resolve("current")));
    }

    @Test
    void a_handshake_at_the_entrance_itself_is_enough() throws Exception {
        try (TestAuthority authority = authority()) {
            entrance(authority, "tls-alpn-01");
            whole.start();
            whole.ship("v1");
            awaitState("valid");
            whole.await("it is shown", () -> curl(authority).equals("v1"));
        }
    }
}
