package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.belay.FreePort;
import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.Main;
import dev.belay.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.json.JsonMapper;

/// What opens stores, storage and the control plane itself is in place while every command and
/// every route is tried, with stores that say whatever they were told in their errors. Commands and
/// routes come from their tables: a new one is tried, too.
class CanaryEverywhereTest {
    private static final String SESSION = "canary-7Kq2xWv9";
    private static final String PASSWORD = "canaryHttp3Rk6n";
    private static final String SIGNATURE = "canarySig0Bf4Yz8";
    private static final String VAULT = "hvs.canaryVault9Tn3Kx";
    private static final String SECRET_ID = "canary-secret-id-5Jt2";
    private static final String AGE = "AGE-SECRET-KEY-1CANARYQ9Z7X3W5V8T2R6P4";
    private static final String KUBERNETES = "canaryKube6Dm1Hs7";
    private static final String TARGET = "canaryTarget2Xp7Hn";
    private static final String JWT = "eyJhbGciOiJub25lIn0.canaryJwt6Wd4Rb9x.";
    private static final String REGISTRY = "canaryRegistry8Fz3Lk";
    private static final String STORAGE = "canaryStorage4Lw8Pq";
    private static final String STORAGE_SESSION = "canaryAwsSession2Gv5";

    /// Those that do not end by themselves, or are the control plane and the gateway themselves.
    private static final Set<String> STAYS = Set.of("server", "gateway", "demo");

    /// Ends the control plane, too.
    private static final String LAST = "down";

    /// What an argument of that name is given. One that is not here is asked for.
    private static final Map<String, String> ARGUMENTS =
            Map.ofEntries(
                    Map.entry("ACTION", "deploy"),
                    Map.entry("ARTIFACT", "api"),
                    Map.entry("COMMAND", "status"),
                    Map.entry("COMPONENT", "api"),
                    Map.entry("DATASTORE", "pg"),
                    Map.entry("ENTRY", "1"),
                    Map.entry("ENV", "ENV"),
                    Map.entry("ENV|RELEASE", "RELEASE"),
                    Map.entry("FILE", "report.xml"),
                    Map.entry("FOLDER", "elsewhere"),
                    Map.entry("ID", "none"),
                    Map.entry("KIND", "tests"),
                    Map.entry("NAME", "anna"),
                    Map.entry("POINT", "none"),
                    Map.entry("RELEASE", "RELEASE"),
                    Map.entry("RELEASE|FILE", "RELEASE"),
                    Map.entry("ROLE[@ENV]", "viewer"),
                    Map.entry("SECTION", "gates"),
                    Map.entry("SHELL", "bash"),
                    Map.entry("TEXT", "because"),
                    Map.entry("TIME", "1h"),
                    Map.entry("TOKEN", "0123456789ab"),
                    Map.entry("TOOL", "flyway"));

    @TempDir private Path folder;
    private final Canaries canaries = new Canaries();
    private final AtomicInteger status = new AtomicInteger(403);
    private final AtomicInteger echoes = new AtomicInteger();

    /// What the stores were told, all of it.
    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    private HttpServer store;
    private Whole whole;
    private int shared;
    private String release = "none";
    private int answers;

    @BeforeEach
    void begins() throws IOException {
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        store.createContext("/", this::echo);
        store.start();
        whole = new Whole(folder);
        shared = FreePort.choose();
    }

    @AfterEach
    void ends() throws Exception {
        whole.end();
        store.stop(0);
    }

    /// Denies, is sealed or talks nonsense, and repeats all that it was told.
    private void echo(HttpExchange exchange) throws IOException {
        String words =
                exchange.getRequestURI()
                        + " "
                        + exchange.getRequestHeaders().entrySet()
                        + " "
                        + new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        echoes.incrementAndGet();
        told.add(words);
        byte[] body =
                JsonMapper.shared()
                        .writeValueAsBytes(
                                Map.of("errors", List.of("no: " + words), "message", words));
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"shop\"");
        exchange.getResponseHeaders().set("Location", "/elsewhere?token=" + VAULT);
        exchange.sendResponseHeaders(status.get(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void hide(String file, String text) throws IOException {
        Path path = whole.folder().resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    private String kubeconfig(String token) {
        return """
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: u, user: {token: %s}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        """
                .formatted(store.getAddress().getPort(), token);
    }

    /// Of the entrance, with its key.
    private void certificate() throws Exception {
        hide("secret/tls.key", "");
        Process made =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=app.example.org",
                                "-addext",
                                "subjectAltName=DNS:app.example.org",
                                "-keyout",
                                "secret/tls.key",
                                "-out",
                                "secret/tls.crt")
                        .directory(whole.folder().toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        canaries.plantKey(whole.folder().resolve("secret/tls.key"), "");
    }

    private void plant() throws Exception {
        for (String secret :
                List.of(
                        SESSION,
                        PASSWORD,
                        SIGNATURE,
                        VAULT,
                        SECRET_ID,
                        AGE,
                        KUBERNETES,
                        TARGET,
                        JWT,
                        REGISTRY,
                        Base64.getEncoder()
                                .encodeToString(
                                        ("pusher:" + REGISTRY).getBytes(StandardCharsets.UTF_8)),
                        STORAGE,
                        STORAGE_SESSION)) {
            canaries.plant(secret, "");
        }
        hide("secret/vault", VAULT + "\n");
        hide("secret/id", SECRET_ID + "\n");
        hide("secret/age", AGE + "\n");
        hide("secret/jwt", JWT);
        hide("secret/values.enc.yaml", "SOPS_KEY: ENC[AES256_GCM,data:x]\nsops: {age: []}\n");
        hide("secret/kubeconfig", kubeconfig(KUBERNETES));
        hide("secret/target", kubeconfig(TARGET));
        certificate();
        hide(
                ".env",
                """
                SESSION_KEY=%s
                VAULT_KEY=%s
                ROLE_KEY=%s
                SOPS_KEY=%s
                KUBE_KEY=%s
                POD_KEY=%s
                REGISTRY_USER=pusher
                REGISTRY_TOKEN=%s
                DATABASE_URL=postgres://shop:%s@127.0.0.1:9/shop
                MAIL_URL=http://127.0.0.1:9/health?sv=2024&sig=%s
                AWS_ACCESS_KEY_ID=AKIAX
                AWS_SECRET_ACCESS_KEY=%s
                AWS_SESSION_TOKEN=%s
                AWS_ENDPOINT_URL=http://127.0.0.1:%d
                AWS_REGION=eu-north-1
                """
                        .formatted(
                                SESSION,
                                SESSION,
                                SESSION,
                                SESSION,
                                SESSION,
                                SESSION,
                                REGISTRY,
                                PASSWORD,
                                SIGNATURE,
                                STORAGE,
                                STORAGE_SESSION,
                                store.getAddress().getPort()));
        whole.script(
                """
                echo "plain $SESSION_KEY of $DATABASE_URL and $MAIL_URL, $VAULT_KEY"
                printf '%%s' "$SESSION_KEY" | od -An -tx1 | tr -d ' \\n'; echo
                exec %s
                """
                        .formatted(Whole.service("v1")));
    }

    private String manifest() {
        return """
        platform: small
        datastores:
          pg:
            engine: postgres
            url: "${DATABASE_URL}"
            optional: true
            backup: {copy: "s3://backups/shop"}
        external:
          mail: {engine: http, url: "${MAIL_URL}", optional: true}
        components:
          api:
            kind: service
            build: {output: app}
            run: sh run.sh
            port: %1$d
            uses: [pg, mail]
            env:
              required: [DATABASE_URL, MAIL_URL]
              secret: [SESSION_KEY, VAULT_KEY, ROLE_KEY, SOPS_KEY, KUBE_KEY, POD_KEY]
            health: {http: /, within: 20s}
            stop: {grace: 2s, drain: 2s}
        environments:
          local:
            target: process
            env-file: [.env]
            rollout: {soak: 0s}
            entrances: {public: {port: %3$d, tls: {certificate: secret/tls.crt, key: secret/tls.key}}}
            components: {api: {at: [{entrance: public, hosts: [app.example.org]}]}}
          cluster:
            target: {kubernetes: {kubeconfig: secret/target, namespace: shop}}
            env-file: [.env]
            registry: {at: "127.0.0.1:%2$d/shop", insecure: true, user: REGISTRY_USER, password: REGISTRY_TOKEN}
            components: {api: {image: "127.0.0.1:%2$d/shop/base:1"}}
          stored:
            target: process
            port-offset: 1
            env-file: [.env]
            gates: {secrets: current}
            secrets:
              token:
                vault: {address: "http://127.0.0.1:%2$d", path: shop/a, timeout: 2s, auth: {token: {file: secret/vault}}}
                variables: {VAULT_KEY: k}
              role:
                vault: {address: "http://127.0.0.1:%2$d", path: shop/b, timeout: 2s, auth: {approle: {role-id: r, secret-id: {file: secret/id}}}}
                variables: {ROLE_KEY: k}
              pod:
                vault: {address: "http://127.0.0.1:%2$d", path: shop/c, timeout: 2s, auth: {kubernetes: {role: api, jwt: secret/jwt}}}
                variables: {POD_KEY: k}
              aged:
                sops: {file: secret/values.enc.yaml, identity: {file: secret/age}}
                variables: [SOPS_KEY]
              kube:
                kubernetes: {kubeconfig: secret/kubeconfig, namespace: shop, secret: api}
                variables: [KUBE_KEY]
        """
                .formatted(whole.port(), store.getAddress().getPort(), shared);
    }

    private void write(String manifest) throws IOException {
        Files.writeString(whole.folder().resolve("belay.yaml"), manifest);
    }

    // --- asking ---------------------------------------------------------------------------------

    private Whole.Answer keep(String what, Whole.Answer answer) {
        answers++;
        canaries.search(what + " (" + answer.status() + ")", answer.body());
        return answer;
    }

    /// Each route of the table that others are held to, too.
    private void everyRoute(String environment) throws Exception {
        for (String line : Files.readAllLines(Path.of("src/test/resources/access.tsv"))) {
            String[] cells = line.split("\t", -1);
            if (line.startsWith("#") || cells[0].contains("/shutdown")) {
                continue;
            }
            String[] route = cells[0].split(" ", 2);
            String path =
                    route[1].replace("{env}", environment)
                            .replace("=here", "=" + environment)
                            .replace("/releases/{id}", "/releases/" + release)
                            .replace("{id}", "none")
                            .replace("{component}", "api")
                            .replace("{name}", "nobody")
                            .replace("{token}", "0123456789ab")
                            .replace("{digest}", "sha256:" + "0".repeat(64));
            if (route[0].equals("GET")) {
                keep(cells[0], whole.get(path));
                keep(
                        cells[0] + " as text",
                        whole.get(path + (path.contains("?") ? "&" : "?") + "format=text"));
            } else if (route[0].equals("POST")) {
                keep(cells[0], whole.post(path, "{}"));
                keep(
                        cells[0] + " of an environment",
                        whole.post(
                                path,
                                cells[1].startsWith("{")
                                        ? cells[1].replace("\"here\"", "\"" + environment + "\"")
                                        : "{\"datastore\": \"pg\"}"));
            }
        }
    }

    /// Each command with what it has to be given, for people and for programs.
    private void everyCommand(String environment) throws Exception {
        CommandLine all = new CommandTree(context(new ByteArrayOutputStream())).all();
        for (Map.Entry<String, CommandLine> one : all.getSubcommands().entrySet()) {
            if (!STAYS.contains(one.getKey()) && !one.getKey().equals(LAST)) {
                every(List.of(one.getKey()), one.getValue().getCommandSpec(), environment);
            }
            for (Map.Entry<String, CommandLine> part : one.getValue().getSubcommands().entrySet()) {
                every(
                        List.of(one.getKey(), part.getKey()),
                        part.getValue().getCommandSpec(),
                        environment);
            }
        }
    }

    private void every(List<String> words, CommandSpec spec, String environment) throws Exception {
        var typed = new ArrayList<>(words);
        for (OptionSpec option : spec.options()) {
            if (option.required() && option.group() == null) {
                typed.add(option.longestName() + "=" + value(option, environment));
            }
        }
        spec.argGroups().stream()
                .filter(group -> group.multiplicity().min() > 0)
                .flatMap(group -> group.options().stream().limit(1))
                .forEach(option -> typed.add(option.longestName()));
        for (String ends : List.of("--once", "--no-wait")) {
            if (spec.findOption(ends) != null) {
                typed.add(ends);
            }
        }
        var bare = new ArrayList<>(typed);
        spec.positionalParameters().forEach(one -> typed.add(value(one, environment)));
        command(typed);
        typed.add("--json");
        command(typed);
        if (bare.size() + 1 < typed.size()) {
            command(bare);
        }
    }

    private String value(ArgSpec argument, String environment) {
        String label = argument.paramLabel();
        String value = ARGUMENTS.get(label);
        if (value == null) {
            throw new AssertionError("an argument that this test does not know: " + label);
        }
        return switch (value) {
            case "ENV" -> environment;
            case "RELEASE" -> release;
            case "report.xml", "elsewhere" -> folder.resolve(value).toString();
            default -> value;
        };
    }

    private Context context(ByteArrayOutputStream said) {
        var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new Context(
                new Terminal(stream, stream, false, false), whole.folder(), Map.of("HOME", "/"));
    }

    private void command(List<String> typed) throws Exception {
        var said = new ByteArrayOutputStream();
        CompletableFuture.runAsync(() -> Main.run(context(said), typed.toArray(String[]::new)))
                .orTimeout(120, TimeUnit.SECONDS)
                .whenComplete((_, fault) -> {
                    if (fault != null) {
                        throw new AssertionError(String.join(" ", typed), fault);
                    }
                })
                .get();
        answers++;
        String text = said.toString(StandardCharsets.UTF_8);
        assertThat(text).as(typed.toString()).doesNotContain("this is a bug in Belay");
        canaries.search("belay " + String.join(" ", typed), text);
    }

    private void deploy(String environment) throws Exception {
        Whole.Answer answer = keep("deploy " + environment, whole.asked(environment, Map.of()));
        String id = answer.json().path("releases").path(0).asString("");
        if (!id.isEmpty()) {
            whole.await(id + " ends", () -> Whole.ENDED.contains(whole.state(id)));
            release = id;
        }
    }

    // --- the test -------------------------------------------------------------------------------

    @Test
    void what_opens_other_things_is_in_no_output_of_any_command_or_route() throws Exception {
        plant();
        write(manifest());
        Files.writeString(folder.resolve("report.xml"), "<testsuite/>");
        whole.start();
        // `up` gives the link by which its owner signs in at the page.
        canaries.plant(
                Files.readString(whole.folder().resolve(".belay/token")).strip(),
                "/\\.belay/token$|^belay up ?");
        whole.post("/api/v1/users", "{\"name\": \"eve\", \"grants\": [{\"role\": \"viewer\"}]}");
        String made = whole.post("/api/v1/tokens", "{\"name\": \"ci\"}").body();
        canaries.plant(JsonMapper.shared().readTree(made).path("secret").asString("none-made"), "");
        String hook =
                whole.post(
                                "/api/v1/audit/witnesses",
                                "{\"name\": \"hook\", \"where\": \"https://127.0.0.1:9/kept\"}")
                        .body();
        canaries.plant(
                JsonMapper.shared().readTree(hook).path("secret").asString("none-told"),
                "/\\.belay/audit/");
        canaries.plant(
                Files.readString(whole.folder().resolve(".belay/audit/key"))
                        .lines()
                        .findFirst()
                        .orElseThrow(),
                "/\\.belay/audit/key$");
        deploy("local");
        assertThat(release).as(whole.deploy().body()).isNotEqualTo("none");
        everyRoute("local");
        everyRoute("stored");
        everyCommand("stored");
        assertThat(echoes.get()).as("the stores were asked").isPositive();
        for (int sort : List.of(503, 500, 200, 302, 400, 429)) {
            status.set(sort);
            keep("plan at " + sort, whole.post("/api/v1/plans", "{\"environment\": \"stored\"}"));
            deploy("stored");
            keep("status at " + sort, whole.get("/api/v1/environments/stored/status"));
            command(List.of("plan", "stored"));
        }
        for (int sort : List.of(401, 403, 500, 200)) {
            status.set(sort);
            deploy("cluster");
            keep("status at " + sort, whole.get("/api/v1/environments/cluster/status"));
            keep("logs at " + sort, whole.get("/api/v1/environments/cluster/logs"));
            command(List.of("plan", "cluster"));
            command(List.of("status", "cluster"));
        }
        // Not of the store in Kubernetes: its token goes nowhere without TLS.
        assertThat(String.join("\n", told))
                .contains(TARGET, JWT, VAULT, SECRET_ID, STORAGE_SESSION)
                .doesNotContain(KUBERNETES);
        store.stop(0);
        deploy("stored");
        command(List.of("deploy", "stored", "--no-wait"));
        everyCommand("local");
        badManifests();
        write(manifest());
        command(List.of(LAST, "local"));
        canaries.search("its output", whole.output());
        canaries.searchState(whole.folder().resolve(".belay"));
        assertThat(answers).isGreaterThan(300);
        assertThat(canaries.found()).isEmpty();
    }

    /// The value of a declared secret where another kind of thing is to stand. `belay check` asks
    /// no control plane, knows no value, and shows its author the line that he wrote: it is not
    /// here.
    private void badManifests() throws Exception {
        for (List<String> change :
                List.of(
                        List.of("engine: postgres", "engine: " + SESSION),
                        List.of("kind: service", "kind: " + SESSION),
                        List.of("uses: [pg, mail]", "uses: [" + SESSION + "]"),
                        List.of("within: 20s", "within: " + SESSION),
                        List.of("optional: true\n", "optional: " + SESSION + "\n"),
                        List.of("output: app", "output: ../" + SESSION),
                        List.of("run: sh run.sh", "run: sh run.sh " + SESSION + " | cat"),
                        List.of("platform: small", "platform: small\n" + SESSION + ": 1"),
                        List.of("\"${MAIL_URL}\"", "\"http://u:" + SESSION + "@h/\""),
                        List.of("port-offset: 1", "port-offset: [" + SESSION))) {
            assertThat(manifest()).contains(change.getFirst());
            write(manifest().replace(change.getFirst(), change.getLast()));
            keep("check of " + change, whole.post("/api/v1/check", "{}"));
            keep("deploy of " + change, whole.asked("local", Map.of()));
            command(List.of("plan", "local"));
            command(List.of("plan", "local", "--json"));
            command(List.of("deploy", "local", "--no-wait"));
        }
    }
}
