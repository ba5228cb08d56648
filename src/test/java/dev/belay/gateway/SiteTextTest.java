package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a frontend serves beside its files.
class SiteTextTest {
    @TempDir private Path folder;
    private Path files;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder.resolve("gateway"));
        files = Files.createDirectories(folder.resolve("files"));
        Files.writeString(files.resolve("index.html"), "page");
        Files.writeString(files.resolve("env.js"), "of the developers");
        Files.writeString(files.resolve("env.js.gz"), "of the developers, packed");
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private static Route.Files files(Path root, Map<String, String> texts) {
        var all = new TreeMap<String, SiteText>();
        texts.forEach((path, text) -> all.put(path, new SiteText(text)));
        return new Route.Files(root, all);
    }

    private void serve(String revision, Map<String, String> texts) {
        serve(revision, files(files, texts));
    }

    private void serve(String revision, Route.Files served) {
        var share = new Route.Share(revision, 1, served);
        var none = new HealthCheck.None();
        var site = new Route.Site(false, List.of("/env", "/assets/"));
        var route =
                new Route(
                        TestGateway.KEY,
                        gateway.nextToken(),
                        gateway.port,
                        List.of(share),
                        none,
                        site);
        assertThat(gateway.client.publish(route)).isInstanceOf(PublishReply.Published.class);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(gateway.uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return gateway.send(request);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void a_text_takes_the_place_of_a_file_and_is_never_kept_unasked() throws Exception {
        serve("v1", Map.of("/env.js", "globalThis.X = \"ü\";\n", "/config/env.json", "{}\n"));
        var script = get("/env.js?x=1", "Accept-Encoding", "gzip");
        assertThat(script.statusCode()).isEqualTo(200);
        assertThat(script.body()).isEqualTo("globalThis.X = \"ü\";\n");
        assertThat(header(script, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(header(script, "Content-Length")).isEqualTo("21");
        // The route says that everything below `/env` never changes: this does, with any release.
        assertThat(header(script, "Cache-Control")).isEqualTo("no-cache");
        assertThat(header(script, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(script, "Content-Encoding")).isEmpty();
        assertThat(get("/env%2Ejs").body()).isEqualTo(script.body());
        var json = get("/config/env.json");
        assertThat(json.body()).isEqualTo("{}\n");
        assertThat(header(json, "Content-Type")).isEqualTo("application/json");
        assertThat(get("/").body()).isEqualTo("page");
        assertThat(get("/config/").statusCode()).isEqualTo(404);
    }

    @Test
    void head_and_conditions_are_answered_as_for_files() throws Exception {
        serve("v1", Map.of("/env.js", "one"));
        var first = get("/env.js");
        String tag = header(first, "ETag");
        assertThat(tag).matches("\"[^\"]+\"");
        var head =
                gateway.send(
                        HttpRequest.newBuilder(gateway.uri("/env.js"))
                                .method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo("3");
        assertThat(header(head, "ETag")).isEqualTo(tag);
        var known = get("/env.js", "If-None-Match", "W/" + tag);
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(header(known, "ETag")).isEqualTo(tag);
        assertThat(get("/env.js", "If-Match", "\"another\"").statusCode()).isEqualTo(412);
        assertThat(get("/env.js", "If-Modified-Since", header(first, "Last-Modified")).statusCode())
                .isEqualTo(304);
        assertThat(get("/env.js", "Range", "bytes=0-0").body()).isEqualTo("one");
        var post =
                gateway.send(
                        HttpRequest.newBuilder(gateway.uri("/env.js"))
                                .POST(HttpRequest.BodyPublishers.ofString("x")));
        assertThat(post.statusCode()).isEqualTo(405);

        serve("v2", Map.of("/env.js", "two"));
        assertThat(get("/env.js", "If-None-Match", tag).body()).isEqualTo("two");
        assertThat(get("/env.js", "If-Modified-Since", header(first, "Last-Modified")).body())
                .isEqualTo("two");
        serve("v3", Map.of("/env.js", "one"));
        assertThat(get("/env.js", "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void what_the_present_revision_has_not_is_still_that_of_the_one_before() throws Exception {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("index.html"), "other page");
        serve("v1", Map.of("/old.js", "old"));
        serve("v2", files(other, Map.of("/env.js", "new")));
        assertThat(get("/env.js").body()).isEqualTo("new");
        assertThat(get("/old.js").body()).isEqualTo("old");
        for (int i = 0; i < 9; i++) {
            serve("w" + i, files(other, Map.of("/env.js", "value " + i)));
        }
        assertThat(get("/env.js").body()).isEqualTo("value 8");
        assertThat(get("/old.js").body())
                .as("changes of values alone push nothing out")
                .isEqualTo("old");
        gateway.restart();
        assertThat(get("/env.js").body()).isEqualTo("value 8");
        assertThat(get("/old.js").body()).isEqualTo("old");
        serve("v1", Map.of("/old.js", "older again"));
        assertThat(get("/old.js").body()).isEqualTo("older again");
        // Of one folder what was served with it last.
        serve("w1", Map.of("/late.js", "late"));
        serve("w2", Map.of("/later.js", "later"));
        serve("w3", files(other, Map.of()));
        assertThat(get("/later.js").body()).isEqualTo("later");
        serve("v1", Map.of("/old.js", "older again"));
        // Nobody loaded it with this page: the developers' file is no answer, the text before is.
        serve("v9", files(other, Map.of()));
        assertThat(get("/old.js").body()).isEqualTo("older again");
    }

    @Test
    void in_a_split_each_revision_has_its_own() throws Exception {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("index.html"), "page two");
        var shares =
                List.of(
                        new Route.Share("v1", 1, files(files, Map.of("/env.js", "one"))),
                        new Route.Share(
                                "v2", 1, files(other, Map.of("/env.js", "two", "/b.js", "b"))));
        gateway.routes(shares.toArray(Route.Share[]::new));
        var seen = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            seen.add(get("/env.js").body());
            assertThat(get("/b.js").body()).isEqualTo("b");
        }
        assertThat(seen).contains("one", "two").doesNotContain("of the developers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"env.js\": \"x\"}",
                "{\"/../env.js\": \"x\"}",
                "{\"/a/%2e%2e/env.js\": \"x\"}",
                "{\"/.git/config.js\": \"x\"}",
                "{\"/folder/\": \"x\"}",
                "{\"/env.js\": 7}",
                "[\"/env.js\"]",
                "\"text\""
            })
    void what_no_request_could_ask_for_is_refused(String texts) {
        JsonNode json = RouteJson.MAPPER.readTree(texts);
        var problems = new ArrayList<Problem>();
        RouteJson.texts(json, problems);
        assertThat(problems).as(texts).isNotEmpty();
    }

    @Test
    void too_much_is_refused_and_the_rest_comes_back_as_it_was() {
        var served = files(files, Map.of("/a.json", "{}", "/b/env.js", "globalThis.X = {};"));
        var share = new Route.Share("v1", 1, served);
        var route = new Route(TestGateway.KEY, 7, 80, List.of(share), new HealthCheck.None());
        assertThat(RouteJson.read(TestGateway.KEY, RouteJson.write(route)).route())
                .isEqualTo(route);
        var plain =
                new Route(
                        TestGateway.KEY,
                        7,
                        80,
                        List.of(new Route.Share("v1", 1, new Route.Files(files))),
                        new HealthCheck.None());
        assertThat(RouteJson.write(plain).toString()).doesNotContain("texts");
        var much = files(files, Map.of("/env.js", "x".repeat(SiteText.MOST + 1)));
        var big =
                new Route(
                        TestGateway.KEY,
                        7,
                        80,
                        List.of(new Route.Share("v1", 1, much)),
                        new HealthCheck.None());
        assertThat(gateway.client.publish(big)).isInstanceOf(PublishReply.Malformed.class);
    }
}
