package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frontends: files of a revision, and of the revisions before it.
class SiteTest {
    @TempDir private Path folder;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        site("v1", "index.html", "one", "assets/app-1.js", "script one");
        site("v2", "index.html", "two", "assets/app-2.js", "script two");
        site("v3", "index.html", "three", "docs/index.html", "docs");
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    /// All files get one time, as unpacked reproducible archives have.
    private Path site(String revision, String... files) throws IOException {
        Path root = folder.resolve(revision);
        for (int i = 0; i < files.length; i += 2) {
            Path file = root.resolve(files[i]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, files[i + 1]);
            Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        }
        return root;
    }

    private void serve(String revision) {
        serve(revision, Route.Site.PLAIN);
    }

    private void serve(String revision, Route.Site site) {
        var share = new Route.Share(revision, 1, new Route.Files(folder.resolve(revision)));
        var none = new HealthCheck.None();
        long token = gateway.nextToken();
        var route = new Route(TestGateway.KEY, token, gateway.port, List.of(share), none, site);
        assertThat(gateway.client.publish(route)).isInstanceOf(PublishReply.Published.class);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(gateway.uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return gateway.send(request);
    }

    @Test
    void files_are_served_with_their_type_and_folders_with_their_index() throws Exception {
        serve("v1");
        var page = get("/");
        assertThat(page.body()).isEqualTo("one");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(page.headers().firstValue("Date").orElseThrow())
                .matches("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT");
        var script = get("/assets/app-1.js?v=1");
        assertThat(script.body()).isEqualTo("script one");
        assertThat(script.headers().firstValue("Content-Type"))
                .contains("text/javascript; charset=utf-8");
        assertThat(get("/missing").statusCode()).isEqualTo(404);
        assertThat(get("/assets/").statusCode()).isEqualTo(404);
        serve("v3");
        assertThat(get("/docs/").body()).isEqualTo("docs");
        var moved = get("/docs?x=1");
        assertThat(moved.statusCode()).isEqualTo(301);
        assertThat(moved.headers().firstValue("Location")).contains("/docs/?x=1");
    }

    @Test
    void the_scripts_of_both_revisions_stay_reachable_across_cutover_and_rollback()
            throws Exception {
        serve("v1");
        serve("v2");
        assertThat(get("/").body()).isEqualTo("two");
        assertThat(get("/assets/app-1.js").body()).isEqualTo("script one");
        assertThat(get("/assets/app-2.js").body()).isEqualTo("script two");
        serve("v1");
        assertThat(get("/").body()).isEqualTo("one");
        assertThat(get("/assets/app-2.js").body()).isEqualTo("script two");
        gateway.restart();
        assertThat(get("/assets/app-2.js").body()).isEqualTo("script two");
    }

    @Test
    void an_unchanged_file_is_304_and_another_revisions_file_never_is() throws Exception {
        serve("v1");
        var first = get("/");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        String modified = first.headers().firstValue("Last-Modified").orElseThrow();
        assertThat(get("/", "If-None-Match", "\"x\", W/" + tag).statusCode()).isEqualTo(304);
        assertThat(get("/", "If-Modified-Since", modified).statusCode()).isEqualTo(304);
        serve("v2");
        // Same name, size and time on disk: only the revision tells them apart.
        assertThat(get("/", "If-None-Match", tag).body()).isEqualTo("two");
        assertThat(get("/", "If-Modified-Since", modified).body()).isEqualTo("two");
        String later = get("/").headers().firstValue("Last-Modified").orElseThrow();
        serve("v1");
        assertThat(get("/", "If-Modified-Since", later).body()).isEqualTo("one");
    }

    @Test
    void conditions_are_met_in_their_order() throws Exception {
        serve("v1");
        var first = get("/");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        String modified = first.headers().firstValue("Last-Modified").orElseThrow();
        String longAgo = "Thu, 01 Jan 1970 00:00:01 GMT";
        assertThat(get("/", "If-Match", tag).statusCode()).isEqualTo(200);
        assertThat(get("/", "If-Match", "*").statusCode()).isEqualTo(200);
        // For this one only about as good is not good enough.
        assertThat(get("/", "If-Match", "W/" + tag).statusCode()).isEqualTo(412);
        assertThat(get("/", "If-Match", "\"x\"", "If-None-Match", tag).statusCode()).isEqualTo(412);
        assertThat(get("/", "If-Unmodified-Since", modified).statusCode()).isEqualTo(200);
        assertThat(get("/", "If-Unmodified-Since", longAgo).statusCode()).isEqualTo(412);
        assertThat(get("/", "If-Match", tag, "If-Unmodified-Since", longAgo).statusCode())
                .isEqualTo(200);
        // Where a tag is sent, times are irrelevant; a list may come in lines.
        assertThat(get("/", "If-None-Match", "\"x\"", "If-Modified-Since", modified).statusCode())
                .isEqualTo(200);
        assertThat(get("/", "If-None-Match", "\"x\"", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        assertThat(get("/", "If-None-Match", tag, "Range", "bytes=9-").statusCode()).isEqualTo(304);
    }

    @Test
    void what_is_not_modified_says_how_long_it_may_be_kept_and_not_what_it_is() throws Exception {
        site("v1", "assets/app-1.js.gz", "gz bytes");
        serve("v1", new Route.Site(false, List.of("/assets/")));
        String path = "/assets/app-1.js";
        String tag = get(path).headers().firstValue("ETag").orElseThrow();
        var same = get(path, "If-None-Match", tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.headers().firstValue("ETag")).contains(tag);
        assertThat(same.headers().firstValue("Vary")).isPresent();
        assertThat(same.headers().firstValue("Cache-Control").orElseThrow()).contains("immutable");
        assertThat(same.headers().firstValue("Content-Type")).isEmpty();
        assertThat(same.headers().firstValue("Content-Length")).isEmpty();
    }

    @Test
    void only_what_is_there_is_kept_for_a_year() throws Exception {
        serve("v1", new Route.Site(true, List.of("/assets/")));
        String forever = "immutable";
        assertThat(caching(get("/assets/app-1.js"))).contains(forever);
        assertThat(caching(get("/assets/app-1.js", "Range", "bytes=1-2"))).contains(forever);
        // Pages that stand in, and what is said in a file's place.
        assertThat(get("/assets/orders").body()).isEqualTo("one");
        assertThat(caching(get("/assets/orders"))).isEqualTo("no-cache");
        assertThat(caching(get("/assets/app-2.js"))).isEqualTo("no-cache");
        assertThat(caching(get("/assets/app-1.js", "Range", "bytes=99-"))).isEqualTo("no-cache");
    }

    private static String caching(HttpResponse<String> response) {
        return response.headers().firstValue("Cache-Control").orElseThrow();
    }

    @Test
    void of_head_there_are_no_parts_and_parts_vary_as_the_whole_does() throws Exception {
        site("v1", "assets/app-1.js.gz", "gz bytes");
        serve("v1");
        var request = HttpRequest.newBuilder(gateway.uri("/assets/app-1.js"));
        request.header("Range", "bytes=1-2").method("HEAD", HttpRequest.BodyPublishers.noBody());
        var head = gateway.send(request);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("10");
        var part = get("/assets/app-1.js", "Range", "bytes=1-2", "Accept-Encoding", "gzip");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo("cr");
        assertThat(part.headers().firstValue("Vary")).isPresent();
        assertThat(part.headers().firstValue("Content-Encoding")).isEmpty();
        String tag = part.headers().firstValue("ETag").orElseThrow();
        assertThat(get("/assets/app-1.js", "Range", "bytes=1-2", "If-Range", tag).statusCode())
                .isEqualTo(206);
        assertThat(get("/assets/app-1.js", "Range", "bytes=1-2", "If-Range", "W/" + tag).body())
                .isEqualTo("script one");
    }

    @Test
    void parts_of_a_file_can_be_asked_for() throws Exception {
        serve("v1");
        String path = "/assets/app-1.js";
        var part = get(path, "Range", "bytes=7-8");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo("on");
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 7-8/10");
        assertThat(get(path, "Range", "bytes=-3").body()).isEqualTo("one");
        assertThat(get(path, "Range", "bytes=7-").body()).isEqualTo("one");
        assertThat(get(path, "Range", "bytes=0-999").statusCode()).isEqualTo(206);
        var outside = get(path, "Range", "bytes=10-");
        assertThat(outside.statusCode()).isEqualTo(416);
        assertThat(outside.headers().firstValue("Content-Range")).contains("bytes */10");
        assertThat(get(path, "Range", "bytes=0-1,3-4").statusCode()).isEqualTo(200);
        assertThat(get(path, "Range", "lines=1-2").statusCode()).isEqualTo(200);
        assertThat(get(path, "Range", "bytes=0-1", "If-Range", "\"old\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_compressed_file_beside_the_plain_one_is_preferred_where_accepted() throws Exception {
        site("v1", "assets/app-1.js.gz", "gz bytes", "assets/app-1.js.br", "br bytes");
        serve("v1");
        String path = "/assets/app-1.js";
        var brotli = get(path, "Accept-Encoding", "gzip, br");
        assertThat(brotli.body()).isEqualTo("br bytes");
        assertThat(brotli.headers().firstValue("Content-Encoding")).contains("br");
        assertThat(brotli.headers().firstValue("Vary").orElseThrow())
                .isEqualToIgnoringCase("accept-encoding");
        assertThat(brotli.headers().firstValue("Content-Type"))
                .contains("text/javascript; charset=utf-8");
        assertThat(get(path, "Accept-Encoding", "gzip, br;q=0").body()).isEqualTo("gz bytes");
        var plain = get(path);
        assertThat(plain.body()).isEqualTo("script one");
        assertThat(plain.headers().firstValue("Vary")).isPresent();
        assertThat(plain.headers().firstValue("ETag"))
                .isNotEqualTo(brotli.headers().firstValue("ETag"));
    }

    @Test
    void a_single_page_application_gets_its_page_for_paths_of_its_own() throws Exception {
        serve("v1", new Route.Site(true, List.of("/assets/")));
        assertThat(get("/orders/17").body()).isEqualTo("one");
        assertThat(get("/orders/17.json").statusCode()).isEqualTo(404);
        assertThat(get("/orders/17", "Accept", "application/json").statusCode()).isEqualTo(404);
        assertThat(get("/assets/app-1.js").headers().firstValue("Cache-Control").orElseThrow())
                .contains("immutable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret",
                "/assets/../../secret",
                "/%2e%2e/secret",
                "/assets/%2e%2e/%2e%2e/secret",
                "/..%2fsecret",
                "/assets%2f..%2f..%2fsecret",
                "/..\\secret",
                "/%5c..%5csecret",
                "/%c0%ae%c0%ae/secret",
                "/%252e%252e/secret",
                "//secret",
                "/./secret",
                "/secret%00.html",
                "/%",
                "/%2",
                "/%zz",
                "/link",
                "/outside/secret",
                "/.env",
                "/.git/config",
            })
    void nothing_outside_the_folder_and_nothing_hidden_is_served(String path) throws Exception {
        Files.writeString(folder.resolve("secret"), "secret");
        Path root = site("v1", ".env", "secret", ".git/config", "secret");
        Files.createSymbolicLink(root.resolve("link"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("outside"), folder);
        serve("v1");
        String answer =
                gateway.raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404").doesNotContain("secret");
    }

    @Test
    void a_link_that_stays_inside_is_followed() throws Exception {
        Path root = folder.resolve("v1");
        Files.createSymbolicLink(root.resolve("alias.js"), Path.of("assets/app-1.js"));
        serve("v1");
        assertThat(get("/alias.js").body()).isEqualTo("script one");
    }

    @Test
    void head_has_the_length_alone_and_other_methods_are_refused() throws Exception {
        serve("v1");
        var head =
                gateway.send(
                        HttpRequest.newBuilder(gateway.uri("/"))
                                .method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.headers().firstValue("Content-Length")).contains("3");
        var post =
                gateway.send(
                        HttpRequest.newBuilder(gateway.uri("/"))
                                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000))));
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    @Test
    void a_large_file_and_pipelined_small_ones_arrive_whole_and_in_order() throws Exception {
        site("v1", "large.txt", "0123456789".repeat(2_000_000));
        serve("v1");
        try (Socket socket = gateway.connect()) {
            TestMember.write(
                    socket.getOutputStream(),
                    "GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2)
                            + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String all = TestGateway.readAll(socket.getInputStream());
            assertThat(all.split("HTTP/1.1 200", -1)).hasSize(4);
            assertThat(all.length()).isGreaterThan(40_000_000);
            assertThat(all).endsWith("one");
        }
    }

    @Test
    void a_folder_is_read_once_and_answered_for_from_memory() throws Exception {
        serve("v1");
        Files.delete(folder.resolve("v1/assets/app-1.js"));
        Files.writeString(folder.resolve("v1/later.txt"), "later");
        // That a file has gone is found out when it is opened, and what came later is not there.
        assertThat(get("/assets/app-1.js").statusCode()).isEqualTo(404);
        assertThat(get("/later.txt").statusCode()).isEqualTo(404);
        assertThat(get("/").body()).isEqualTo("one");
    }

    @Test
    void folders_with_links_and_ones_that_are_too_large_are_looked_up_on_the_disk()
            throws Exception {
        Path root = folder.resolve("v1");
        assertThat(SiteIndex.of(root, 2)).isPresent();
        assertThat(SiteIndex.of(root, 1)).isEmpty();
        Files.createSymbolicLink(root.resolve("alias.js"), Path.of("assets/app-1.js"));
        assertThat(SiteIndex.of(root, 10)).isEmpty();
        serve("v1");
        Files.writeString(root.resolve("later.txt"), "later");
        assertThat(get("/later.txt").body()).isEqualTo("later");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/index.html",
                "/docs",
                "/docs/",
                "/docs/index.html",
                "/docs/x",
                "/assets/",
                "/assets",
                "/.env",
                "/.well-known/a.txt",
                "/.git/config",
                "/a%20b.txt",
                "/a b.txt",
                "/%C3%A9.txt",
                "/assets/app-1.js",
                "/assets/app-1.js/",
                "/ASSETS/app-1.js",
                "/index.html/index.html",
                "/docs/../index.html",
                "/assets/app-1.js/x"
            })
    void an_index_finds_what_the_disk_finds(String path) throws Exception {
        Path root =
                site(
                        "v1",
                        "docs/index.html",
                        "docs",
                        ".env",
                        "secret",
                        ".git/config",
                        "secret",
                        ".well-known/a.txt",
                        "a",
                        "a b.txt",
                        "b",
                        "\u00e9.txt",
                        "e");
        SiteIndex index = SiteIndex.of(root, 100).orElseThrow();
        List<String> segments = SiteFiles.segments(path);
        if (segments != null) {
            assertThat(index.find(segments)).isEqualTo(SiteFiles.find(root, segments));
        }
    }

    @Test
    void a_folder_that_is_not_there_is_not_ready() {
        var share = new Route.Share("v9", 1, new Route.Files(folder.resolve("v9")));
        assertThat(gateway.publish(share)).isInstanceOf(PublishReply.NotReady.class);
    }
}
