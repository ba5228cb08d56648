package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets are planted wherever one can be, everything that answers or writes is provoked, and then
/// all of it is searched for them, in every form that they can have got there in. What instances
/// have in their environment is theirs.
class CanaryTest {
    private static final String SESSION = "canary-7Kq2xWv9";
    private static final String ODD = "c\"anary/\\+9 é=zQ4t";
    private static final String DATABASE = "canaryPg5Ht8mLw";
    private static final String OTHER = "canaryHttp3Rk6n";

    @TempDir private Path folder;

    private Whole whole;
    private final Map<String, String> answers = new LinkedHashMap<>();

    @BeforeEach
    void begins() throws IOException {
        whole = new Whole(folder);
    }

    @AfterEach
    void ends() throws Exception {
        whole.end();
    }

    private void manifest(String datastores, String uses, String smoke) throws IOException {
        Files.writeString(
                whole.folder().resolve("belay.yaml"),
                """
                platform: small
                datastores:
                  pg: {engine: postgres, url: "${DATABASE_URL}", optional: true}
                %sexternal:
                  mail: {engine: http, url: "${MAIL_URL}", optional: true}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh --key=${SESSION_KEY}
                    port: %d
                    uses: [%s]
                    env:
                      required: [DATABASE_URL, MAIL_URL]
                      secret: [SESSION_KEY, ODD_KEY]
                      values: {JOINED: "key ${SESSION_KEY} of ${DATABASE_URL}"}
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                    smoke: [%s]
                environments:
                  local: {target: process, env-file: [.env], rollout: {soak: 0s}}
                """
                        .formatted(datastores, whole.port(), uses, smoke));
    }

    private void plant() throws IOException {
        Files.writeString(
                whole.folder().resolve(".env"),
                """
                SESSION_KEY=%s
                ODD_KEY='%s'
                DATABASE_URL=postgres://shop:%s@127.0.0.1:9/shop
                MAIL_URL=http://shop:%s@127.0.0.1:9/health
                """
                        .formatted(SESSION, ODD, DATABASE, OTHER));
    }

    /// Whole, in two pieces, in base64 and as part of an address: as programs log.
    private void chatters() throws IOException {
        whole.script(
                """
                echo "plain $SESSION_KEY and $ODD_KEY, joined $JOINED"
                printf '%%s' "$SESSION_KEY" | cut -c1-7 | tr -d '\\n'; sleep 0.3
                printf '%%s\\n' "$SESSION_KEY" | cut -c8-
                printf 'basic %%s\\n' "$(printf 'user:%%s' "$SESSION_KEY" | base64 -w0)"
                echo "connecting to $DATABASE_URL and $MAIL_URL"
                echo "arguments $*"
                exec %s
                """
                        .formatted(Whole.service("$SESSION_KEY")));
    }

    private void keep(String what, Whole.Answer answer) {
        answers.put(what + " (" + answer.status() + ")", answer.body());
    }

    private String deploy() throws Exception {
        Whole.Answer answer = whole.deploy();
        keep("deploy", answer);
        String id = answer.json().path("releases").path(0).asString("");
        if (!id.isEmpty()) {
            whole.await(id + " ends", () -> Whole.ENDED.contains(whole.state(id)));
        }
        return id;
    }

    private void askEverything(String release) throws Exception {
        for (String line : Files.readAllLines(Path.of("src/test/resources/access.tsv"))) {
            if (line.startsWith("GET ") && !line.contains("{digest}")) {
                String path =
                        line.split("\t", 2)[0]
                                .substring(4)
                                .replaceFirst("\\?.*", "")
                                .replace("{env}", "local")
                                .replace("/releases/{id}", "/releases/" + release)
                                .replace("{id}", "none")
                                .replace("{component}", "api");
                keep("GET " + path, whole.get(path));
                if (path.startsWith("/api/")) {
                    keep("GET " + path + " as text", whole.get(path + "?format=text"));
                }
            }
        }
        for (String path : List.of("/api/v1/plans", "/api/v1/check")) {
            keep("POST " + path, whole.post(path, "{\"environment\": \"local\"}"));
        }
        for (String path :
                List.of("backups", "migrations/plan", "migrations/rehearsal", "restore")) {
            keep("POST " + path, whole.ask(path, Map.of("datastore", "pg")));
        }
    }

    @Test
    void no_secret_is_in_anything_that_belay_says_or_writes() throws Exception {
        plant();
        chatters();
        manifest("", "", "{name: echoes, path: /, body: nothing-of-this}");
        whole.start();
        String failed = deploy();
        askEverything(failed);

        manifest("", "pg, mail", "");
        String shipped = deploy();
        askEverything(shipped);
        Files.writeString(
                whole.folder().resolve("app/leak.txt"), "found " + SESSION + " and " + ODD + "\n");
        deploy();
        Files.delete(whole.folder().resolve("app/leak.txt"));
        Files.writeString(
                whole.folder().resolve(".env"),
                Files.readString(whole.folder().resolve(".env")) + "not a line " + SESSION + "\n");
        keep("a dotenv file that is none", whole.deploy());
        keep("its check", whole.post("/api/v1/check", "{\"environment\": \"local\"}"));
        plant();
        manifest(
                "  old: {engine: postgers, url: \"postgres://shop:" + DATABASE + "@db/x\"}\n",
                "",
                "");
        keep("a manifest with a fault beside a password", whole.deploy());

        assertThat(answers.values()).anyMatch(text -> text.contains("echoes"));
        assertThat(answers.values()).anyMatch(text -> text.contains("connecting to"));
        assertThat(leaks()).isEmpty();
        assertThat(Files.getPosixFilePermissions(whole.folder().resolve(".belay")))
                .as("nobody else can read what instances wrote")
                .doesNotContain(
                        PosixFilePermission.GROUP_READ,
                        PosixFilePermission.OTHERS_READ,
                        PosixFilePermission.OTHERS_EXECUTE);
    }

    // --- searching ----------------------------------------------------------------------------

    private List<String> leaks() throws IOException {
        var canaries = new Canaries();
        for (String secret : List.of(SESSION, ODD, DATABASE, OTHER)) {
            canaries.plant(secret, "");
        }
        answers.forEach(canaries::search);
        canaries.search("its output", Files.readAllBytes(whole.folder().resolve("server.out")));
        canaries.searchState(whole.folder().resolve(".belay"));
        return canaries.found();
    }
}
