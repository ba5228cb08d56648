package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import dev.belay.Installed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `examples/teei`, as its how-to says, through the real `./belay`: real datastores, real services.
/// All of it stands once, on ports of its own; each test leaves it standing.
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeeiTest {
    private static final List<Integer> SERVICES =
            List.of(3017, 3018, 3019, 3021, 3022, 3023, 3024, 3025, 3026, 4017);
    private static final List<Integer> OTHERS = List.of(4327, 15432, 18123, 16379, 14222);
    private static final Pattern ADDRESS = Pattern.compile("(?<=127\\.0\\.0\\.1:)[0-9]+");
    private static final Pattern SHELL = Pattern.compile("(?s)```sh\n(.*?)```");
    private static final Duration COMMAND_WITHIN = Duration.ofMinutes(5);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final List<String> blocks = new ArrayList<>();
    private Path folder = Path.of("");
    private Path platform = Path.of("");
    private int offset;

    private record Ended(int code, String said) {}

    @BeforeAll
    void do_as_the_how_to_says(@TempDir Path clean) throws Exception {
        folder = clean;
        // Run by root, PostgreSQL and ClickHouse run as nobody, who has to get here.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Installed.into(folder, "examples/teei");
        platform = folder.resolve("examples/teei");
        List<Integer> all = new ArrayList<>(SERVICES);
        all.addAll(OTHERS);
        offset = FreePort.offset(all);
        edit("local.env", this::shifted);
        edit(
                "belay.yaml",
                text ->
                        shifted(text)
                                .replace(
                                        "local:\n    target: process",
                                        "local:\n    target: process\n    port-offset: " + offset)
                                .replace("within: 30s", "within: 15s"));
        Matcher block = SHELL.matcher(Files.readString(Path.of("docs/how-to/run-teei-locally.md")));
        while (block.find()) {
            blocks.add(shifted(block.group(1)));
        }
        Ended ended = shell(folder, String.join("", blocks.subList(0, blocks.size() - 1)));
        assertThat(ended.code()).as(ended.said()).isZero();
    }

    @AfterAll
    void stop_as_the_how_to_says() throws Exception {
        Ended ended = shell(platform, blocks.getLast());
        assertThat(ended.code()).as(ended.said()).isZero();
        List<Integer> ports = new ArrayList<>(SERVICES);
        ports.addAll(OTHERS);
        assertThat(ports).allMatch(port -> FreePort.isFree(port + offset));
    }

    @Test
    void every_service_answers_for_all_that_it_uses_through_its_stable_port() throws Exception {
        for (int port : SERVICES) {
            HttpResponse<String> answer = get(port, "/health");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("\"up\"").doesNotContain("down");
        }
        assertThat(get(4327, "/").body()).contains("Corp Cockpit", "<script src=\"env.js\">");
    }

    @Test
    void the_cockpit_is_told_where_its_api_is() throws Exception {
        Matcher url =
                Pattern.compile("\"API_URL\":\"([^\"]+)\"").matcher(get(4327, "/env.js").body());
        assertThat(url.find()).isTrue();
        HttpRequest asked =
                HttpRequest.newBuilder(URI.create(url.group(1) + "/report"))
                        .header("Origin", "http://127.0.0.1:" + (4327 + offset))
                        .build();
        HttpResponse<String> report = client.send(asked, BodyHandlers.ofString());
        assertThat(report.statusCode()).isEqualTo(200);
        assertThat(report.body()).contains("\"givers\":");
        assertThat(report.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    }

    @Test
    void one_wish_crosses_the_services_and_all_four_stores() throws Exception {
        String token = post("/api/sign-in", "", "{\"name\": \"Ann\"}").get("token").stringValue();
        JsonNode given =
                post("/api/kudos", token, "{\"receiver\": \"Bo'b\", \"text\": \"well held!\"}");
        HttpRequest request =
                HttpRequest.newBuilder(uri(3017, "/api/kudos/" + given.get("id").stringValue()))
                        .header("Authorization", "Bearer " + token)
                        .build();
        String report = client.send(request, BodyHandlers.ofString()).body();
        assertThat(report)
                .contains("\"giver\":\"Ann\"", "\"receiver\":\"Bo'b\"", "\"text\":\"well held!\"")
                .contains("\"words\":2");
    }

    @Test
    void a_service_that_fails_its_health_check_goes_back_alone_and_the_report_says_why()
            throws Exception {
        String good = Files.readString(platform.resolve("services/discord-bot.mjs"));
        edit(
                "services/discord-bot.mjs",
                text ->
                        text.replace(
                                "stores: { nats }",
                                "stores: { nats, discord: { close() {}, async check() {"
                                        + " throw new Error('the guild is gone'); } } }"));
        edit("services/q2q-ai.mjs", text -> text + "// A change that does no harm.\n");
        Ended ended;
        try (var watch = new Watch()) {
            ended = belay("deploy", "local");
            watch.demandNoFailure();
        } finally {
            Files.writeString(platform.resolve("services/discord-bot.mjs"), good);
        }
        assertThat(ended.code()).as(ended.said()).isEqualTo(4);
        assertThat(ended.said())
                .contains("rolled back", "`GET /health` answers 503")
                .contains("discord is down: the guild is gone")
                .contains("owner: the TEEI platform team")
                .containsPattern("q2q-ai-[0-9a-f]+: in force")
                .containsPattern("local-[0-9]+ completed in");

        Ended again = belay("deploy", "local");
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said()).containsPattern("discord-bot: `discord-bot-[0-9a-f]+` runs as");
    }

    @Test
    void a_program_that_is_missing_is_said_with_the_command_that_installs_it() throws Exception {
        String manifest = Files.readString(platform.resolve("belay.yaml"));
        edit("belay.yaml", text -> text.replace("\">=18\"}", "\">=18\", pnpm: \">=999\"}"));
        edit("services/impact-in.mjs", text -> text + "// Something to deploy.\n");
        Ended ended = belay("deploy", "local", "--only", "impact-in");
        Files.writeString(platform.resolve("belay.yaml"), manifest);
        assertThat(ended.code()).as(ended.said()).isEqualTo(4);
        assertThat(ended.said())
                .containsPattern("`pnpm` is (not installed|[0-9.]+, and >=999 is wanted)")
                .contains("npm install --global pnpm");
    }

    @Test
    void what_prepare_finds_wrong_is_said_before_anything_is_built() throws Exception {
        String good = Files.readString(platform.resolve("services/journey.mjs"));
        edit("services/journey.mjs", text -> text.replace("serve(", "serve(("));
        Ended ended = belay("deploy", "local");
        Files.writeString(platform.resolve("services/journey.mjs"), good);
        assertThat(ended.code()).as(ended.said()).isEqualTo(4);
        assertThat(ended.said())
                .contains("`prepare`: `node ", "tools/check.mjs` ended with status 1")
                .contains("journey.mjs:", "SyntaxError", "1 programs cannot be read")
                .doesNotContain("journey: building", "local-");
    }

    @Test
    void a_variable_without_a_value_is_a_problem_before_anything_is_touched() throws Exception {
        String values = Files.readString(platform.resolve("local.env"));
        edit("local.env", text -> text.replaceAll("(?m)^JWT_SECRET=.*$", "JWT_SECRET=change-me"));
        edit("local.env", text -> text.replaceAll("(?m)^API_KEY=.*$", ""));
        Ended ended = belay("check", "local");
        Files.writeString(platform.resolve("local.env"), values);
        assertThat(ended.code()).as(ended.said()).isEqualTo(2);
        assertThat(ended.said())
                .contains("`JWT_SECRET`", "placeholder", "`API_KEY`", "belay.yaml:");
    }

    /// Somebody who uses every service all the time.
    private final class Watch implements AutoCloseable {
        private static final int ENOUGH = 50;

        private final AtomicBoolean ends = new AtomicBoolean();
        private final AtomicInteger asked = new AtomicInteger();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final Thread thread = Thread.ofVirtual().start(this::run);

        private void run() {
            while (!ends.get()) {
                for (int port : SERVICES) {
                    try {
                        int status = get(port, "/health").statusCode();
                        if (status != 200) {
                            failures.add(port + " answered " + status);
                        }
                    } catch (IOException | InterruptedException e) {
                        failures.add(port + ": " + e);
                    }
                    asked.incrementAndGet();
                    // Not a wait for anything: leaves the machine to what is asked.
                    LockSupport.parkNanos(10_000_000);
                }
            }
        }

        void demandNoFailure() {
            assertThat(asked.get()).isGreaterThan(ENOUGH);
            assertThat(failures).isEmpty();
        }

        @Override
        public void close() {
            ends.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Ended belay(String... arguments) throws Exception {
        return shell(platform, "../../belay " + String.join(" ", arguments));
    }

    private Ended shell(Path where, String script) throws Exception {
        Path output = Files.createTempFile(folder, "said", ".txt");
        var builder =
                new ProcessBuilder("sh", "-e", "-c", script)
                        .directory(where.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Installed.equip(builder);
        Process process = builder.start();
        if (!process.waitFor(COMMAND_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }

    private HttpResponse<String> get(int port, String path)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(port, path)).timeout(Duration.ofSeconds(20));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode post(String path, String token, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(uri(3017, path))
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
        return new JsonMapper().readTree(answer.body());
    }

    private URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + (port + offset) + path);
    }

    private interface Change {
        String of(String text);
    }

    private void edit(String file, Change change) throws IOException {
        Path path = platform.resolve(file);
        String before = Files.readString(path);
        String after = change.of(before);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(path, after);
    }

    private String shifted(String text) {
        return ADDRESS.matcher(text)
                .replaceAll(port -> Integer.toString(Integer.parseInt(port.group()) + offset));
    }
}
