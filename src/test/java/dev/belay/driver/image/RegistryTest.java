package dev.belay.driver.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.image.ImageFailure.Kind;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real registry, and others that answer anything.
class RegistryTest {
    private static final String MANIFEST =
            """
            {"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:%s","size":2},"layers":[]}\
            """
                    .formatted("a".repeat(64));

    @TempDir private Path folder;

    /// What one that answers anything answers.
    private interface Answering {
        void answer(HttpExchange exchange) throws IOException;
    }

    /// Answers, and remembers who asked for what as whom.
    private static final class Odd implements AutoCloseable {
        private final HttpServer server;
        private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

        Odd(Answering answering) throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext(
                    "/",
                    exchange -> {
                        String as = exchange.getRequestHeaders().getFirst("Authorization");
                        asked.add(exchange.getRequestURI() + " as " + as);
                        answering.answer(exchange);
                        exchange.close();
                    });
            server.start();
        }

        String host() {
            return "127.0.0.1:" + server.getAddress().getPort();
        }

        ImageName name() {
            return ImageName.read(host() + "/api:1").orElseThrow();
        }

        Registry registry() {
            return new Registry(
                    new RegistryAccess(
                            host(), true, new RegistryAccess.Login("ci", new Secret("word"))));
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void fails(ThrowingCallable call, Kind kind, String said) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ImageFailure.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(said);
    }

    @Test
    void a_tag_is_resolved_to_what_it_means_now() throws Exception {
        try (var own = OwnRegistry.open(folder.resolve("r"))) {
            var registry = new Registry(own.access());
            ImageName words = BaseImages.words(registry, own.name("api:1"));
            assertThat(registry.resolve(own.name("api:1")).text()).isEqualTo(words.digest());

            ImageName moved = BaseImages.forSeveral(registry, own.name("api:1"), "amd64");

            assertThat(registry.resolve(own.name("api:1")).text()).isEqualTo(moved.digest());
            assertThat(registry.has(words)).isTrue();
            assertThat(registry.has(own.name("api:2"))).isFalse();
            fails(
                    () -> registry.resolve(own.name("api:2")),
                    Kind.MISSING,
                    "has no image `%s/api:2`".formatted(own.host()));
        }
    }

    @Test
    void who_is_not_let_in_reads_by_whom() throws Exception {
        try (var own = OwnRegistry.asking(folder.resolve("r"))) {
            BaseImages.words(new Registry(own.access()), own.name("api:1"));
            var nobody = new Registry(new RegistryAccess(own.host(), true, null));
            var wrong =
                    new Registry(
                            new RegistryAccess(
                                    own.host(),
                                    true,
                                    new RegistryAccess.Login("ci", new Secret("guess"))));
            fails(
                    () -> nobody.resolve(own.name("api:1")),
                    Kind.DENIED,
                    "does not let Belay read from `api`");
            fails(
                    () -> BaseImages.words(wrong, own.name("api:2")),
                    Kind.DENIED,
                    "does not let Belay write to `api`");
            assertThatThrownBy(() -> wrong.resolve(own.name("api:1")))
                    .hasMessageNotContaining("guess");
        }
    }

    @Test
    void a_token_is_asked_for_once_and_shown_to_nobody_else() throws Exception {
        try (var other = new Odd(exchange -> send(exchange, 200, "{}"))) {
            try (var odd =
                    new Odd(exchange -> {
                        String path = exchange.getRequestURI().getPath();
                        String as = exchange.getRequestHeaders().getFirst("Authorization");
                        if (path.equals("/token")) {
                            send(exchange, 200, "{\"token\":\"abc\"}");
                        } else if (!"Bearer abc".equals(as)) {
                            String realm =
                                    "http://" + exchange.getRequestHeaders().getFirst("Host");
                            exchange.getResponseHeaders()
                                    .add(
                                            "WWW-Authenticate",
                                            "Bearer realm=\"%s/token\",service=\"own\",scope=\"repository:api:pull\""
                                                    .formatted(realm));
                            send(exchange, 401, "");
                        } else if (path.contains("/blobs/")) {
                            exchange.getResponseHeaders()
                                    .add("Location", "http://" + other.host() + "/elsewhere");
                            send(exchange, 307, "");
                        } else {
                            send(exchange, 200, MANIFEST);
                        }
                    })) {
                Registry registry = odd.registry();
                assertThat(registry.resolve(odd.name())).isEqualTo(Digest.of(MANIFEST));
                assertThat(registry.resolve(odd.name())).isEqualTo(Digest.of(MANIFEST));
                var part = new Descriptor("x", Digest.of("{}"), 2);
                assertThat(registry.text(odd.name(), part)).isEqualTo("{}");
                assertThat(odd.asked.stream().filter(one -> one.startsWith("/token")))
                        .singleElement()
                        .asString()
                        .contains("service=own", "repository%3Aapi%3Apull", " as Basic ");
                assertThat(other.asked).containsExactly("/elsewhere as null");
            }
        }
    }

    @Test
    void whatever_else_is_answered_is_a_failure_in_a_sentence() throws Exception {
        answers(exchange -> send(exchange, 500, ""), Kind.AWAY, "fails with status 500");
        answers(exchange -> send(exchange, 429, ""), Kind.AWAY, "lets nobody ask so often");
        answers(exchange -> send(exchange, 418, ""), Kind.UNFIT, "answers with status 418");
        answers(exchange -> send(exchange, 401, ""), Kind.DENIED, "does not let Belay read");
        answers(HttpExchange::close, Kind.AWAY, "ended the connection");
        answers(
                exchange -> {
                    exchange.getResponseHeaders().add("Location", "http://198.51.100.7/x");
                    send(exchange, 302, "");
                },
                Kind.UNFIT,
                "sends one to a place that is not asked");
        answers(
                exchange -> {
                    exchange.getResponseHeaders()
                            .add("Location", exchange.getRequestURI().toString());
                    send(exchange, 302, "");
                },
                Kind.UNFIT,
                "sends one from place to place");
        answers(
                exchange -> send(exchange, 200, "x".repeat(9 << 20)),
                Kind.UNFIT,
                "answers with more than is read");
    }

    private static void answers(Answering answering, Kind kind, String said) throws IOException {
        try (var odd = new Odd(answering)) {
            fails(() -> odd.registry().resolve(odd.name()), kind, said);
        }
    }

    @Test
    void what_is_not_what_was_asked_for_is_not_believed() throws Exception {
        try (var odd = new Odd(exchange -> send(exchange, 200, MANIFEST))) {
            fails(
                    () -> odd.registry().document(odd.name().at(Digest.of("other"))),
                    Kind.UNFIT,
                    "with something else");
            fails(
                    () -> odd.registry().text(odd.name(), new Descriptor("x", Digest.of("y"), 1)),
                    Kind.UNFIT,
                    "with something else");
        }
    }

    @Test
    void nothing_goes_in_the_clear_to_another_machine() {
        var plain = new Registry(new RegistryAccess("registry.example.org", true, null));
        var name = ImageName.read("registry.example.org/api:1").orElseThrow();
        fails(() -> plain.resolve(name), Kind.UNFIT, "is not asked without TLS");
    }

    @Test
    void where_nobody_listens_it_is_said() throws Exception {
        ImageName name;
        Registry registry;
        try (var odd = new Odd(exchange -> send(exchange, 200, ""))) {
            name = odd.name();
            registry = odd.registry();
        }
        fails(() -> registry.resolve(name), Kind.AWAY, "does not answer");
    }

    @Test
    void manifests_may_hold_anything() {
        for (String text :
                List.of(
                        "",
                        "[]",
                        "{}",
                        "{\"config\":{\"digest\":\"md5:1\",\"size\":1}}",
                        "{\"config\":{\"digest\":\"sha256:%s\",\"size\":-1}}"
                                .formatted("a".repeat(64)))) {
            fails(
                    () -> Manifest.of(new Document(Manifest.OCI_IMAGE, text), "x"),
                    Kind.UNFIT,
                    "what is kept of `x` is no manifest of an image");
        }
        fails(
                () -> Manifest.of(new Document("application/json", "{}"), "x"),
                Kind.UNFIT,
                "`x` is kept in a form that is not read here: `application/json`");
    }
}
