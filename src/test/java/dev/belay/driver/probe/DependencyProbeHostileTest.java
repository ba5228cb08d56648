package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.belay.Choices;
import dev.belay.driver.probe.DependencyAnswer.NotReached;
import dev.belay.release.Dependency.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DependencyProbeHostileTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(25);
    private static final String PASSWORD = "s3cr3t-Pa55";
    private static final Map<Engine, String> SCHEMES =
            Map.of(
                    Engine.POSTGRES, "postgres",
                    Engine.MYSQL, "mysql",
                    Engine.REDIS, "redis",
                    Engine.CLICKHOUSE, "clickhouse",
                    Engine.NATS, "nats",
                    Engine.RABBITMQ, "amqp",
                    Engine.KAFKA, "kafka",
                    Engine.HTTP, "http");

    private final DependencyProbe probe = new DependencyProbe();

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void a_server_that_says_nothing_is_left_at_the_timeout(Engine engine) throws IOException {
        try (var server = HostileServer.silent()) {
            assertThat(ask(engine, server.port(), SHORT))
                    .satisfies(a -> assertThat(a.reason()).startsWith("no answer within 300 ms"));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void a_server_that_hangs_up_is_named(Engine engine) throws IOException {
        try (var server = HostileServer.that(socket -> {})) {
            assertThat(ask(engine, server.port(), LONG).reason())
                    .containsAnyOf("closed the connection", "connection was lost");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void zeros_without_end_are_not_read_without_end(Engine engine) throws IOException {
        try (var server = HostileServer.endless(0)) {
            assertThat(ask(engine, server.port(), LONG).reason())
                    .doesNotStartWith("no answer within");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void letters_without_end_are_not_read_without_end(Engine engine) throws IOException {
        try (var server = HostileServer.endless('R')) {
            assertThat(ask(engine, server.port(), LONG).reason())
                    .doesNotStartWith("no answer within");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void lengths_of_gigabytes_are_refused(Engine engine) throws IOException {
        try (var server = HostileServer.endless(0xff)) {
            assertThat(ask(engine, server.port(), LONG).reason())
                    .doesNotStartWith("no answer within");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void a_server_of_another_protocol_is_not_taken_for_ours(Engine engine) throws IOException {
        String another = engine == Engine.HTTP ? "+OK hello\r\n\r\n" : "SSH-2.0-OpenSSH_9\r\n\r\n";
        try (var server = HostileServer.saying(another + "\n".repeat(400))) {
            assertThat(ask(engine, server.port(), LONG).hint() + "x").isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void random_bytes_give_an_answer_and_never_an_exception(Engine engine) {
        Choices.forAll(
                30,
                choices -> {
                    byte[] words = new byte[choices.between(1, 200)];
                    for (int i = 0; i < words.length; i++) {
                        words[i] = (byte) choices.between(0, 255);
                    }
                    byte[] start = greeting(engine);
                    boolean greeted = choices.chance(60);
                    byte[] all = new byte[(greeted ? start.length : 0) + words.length];
                    System.arraycopy(start, 0, all, 0, greeted ? start.length : 0);
                    System.arraycopy(words, 0, all, all.length - words.length, words.length);
                    try (var server =
                            HostileServer.that(socket -> socket.getOutputStream().write(all))) {
                        ask(engine, server.port(), SHORT);
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
    void nobody_listening_is_a_refused_connection(Engine engine) throws IOException {
        int free;
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = listener.getLocalPort();
        }
        assertThat(ask(engine, free, LONG))
                .satisfies(answer -> {
                    assertThat(answer.phase()).isEqualTo("connect");
                    assertThat(answer.reason()).contains("refused");
                });
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRES", "REDIS", "NATS", "CLICKHOUSE", "RABBITMQ", "MYSQL"})
    void a_server_that_repeats_the_password_does_not_get_it_printed(Engine engine)
            throws IOException {
        String echo =
                switch (engine) {
                    case POSTGRES -> "NE\0\0\0\u0018M" + PASSWORD + "\0C28P01\0";
                    case REDIS -> "-ERR " + PASSWORD + "\r\n";
                    case NATS -> "INFO {}\r\n-ERR '" + PASSWORD + "'\r\n";
                    case CLICKHOUSE -> "HTTP/1.1 500 No\r\nContent-Length: 11\r\n\r\n" + PASSWORD;
                    case RABBITMQ ->
                            "\u0001\0\0\0\0\0\u0016\0\n\0002\u0001\u0093\u000b"
                                    + PASSWORD
                                    + "\0\0\0\0\u00ce";
                    default -> "\u0014\0\0\0\u00ff\u0015\u0004#28000" + PASSWORD;
                };
        try (var server = HostileServer.saying(echo)) {
            NotReached answer = ask(engine, server.port(), LONG);
            assertThat(answer.reason()).contains("***");
            assertThat(answer.toString()).doesNotContain(PASSWORD);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://u:" + PASSWORD + "/x@127.0.0.1:1/db",
                "postgres://u:" + PASSWORD + "?x@127.0.0.1/db",
                "postgres://u:" + PASSWORD + "#x@127.0.0.1/db",
                "postgres://u:" + PASSWORD + "%@127.0.0.1/db",
                "postgres://u:" + PASSWORD + "%zz@127.0.0.1/db",
                "postgres://u:" + PASSWORD + "%00@127.0.0.1/db",
                "postgres://u:" + PASSWORD + " @127.0.0.1/db",
                "postgres://u:" + PASSWORD + "\r\n@127.0.0.1/db",
                "postgres://u:" + PASSWORD + "@127.0.0.1:99999/db",
                "postgres://u:" + PASSWORD + "@127.0.0.1:x/db",
                "postgres://u:" + PASSWORD + "@/db",
                "postgres://u:${" + PASSWORD + "}@127.0.0.1/db",
                "mysql://u:" + PASSWORD + "@127.0.0.1/db",
                PASSWORD,
            })
    void an_address_that_cannot_be_read_is_named_without_its_password(String url) {
        DependencyAnswer answer = probe.ask(Engine.POSTGRES, url, LONG);
        assertThat(answer)
                .asInstanceOf(type(NotReached.class))
                .satisfies(a -> {
                    assertThat(a.phase()).isEqualTo("address");
                    assertThat(a.hint()).isNotEmpty();
                    assertThat(a.toString()).doesNotContain(PASSWORD);
                });
    }

    @Test
    void an_address_shows_everything_but_its_password() throws ProbeFailure {
        var url =
                DependencyUrl.parse(
                        Engine.POSTGRES, "postgres://us%40er:p%2Fw+x@[::1]:5433,db/da%20ta?A=b%26");
        assertThat(url.toString()).isEqualTo("us@er:***@[::1]:5433,db:5432/da ta");
        assertThat(url.password()).isEqualTo("p/w+x");
        assertThat(url.options()).containsEntry("a", "b&");
        assertThat(DependencyUrl.parse(Engine.NATS, "nats://t0ken@localhost").toString())
                .doesNotContain("t0ken");
    }

    @Test
    void an_interrupted_caller_stays_interrupted() throws IOException {
        try (var server = HostileServer.silent()) {
            Thread.currentThread().interrupt();
            NotReached answer = ask(Engine.REDIS, server.port(), LONG);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(answer.reason()).contains("interrupted");
        }
    }

    @Test
    void the_second_host_answers_where_the_first_is_silent() throws IOException {
        try (var silent = HostileServer.silent();
                var well = HostileServer.saying("HTTP/1.1 204 Fine\r\nServer: mine\r\n\r\n")) {
            String url = "http://127.0.0.1:%d,127.0.0.1:%d/".formatted(silent.port(), well.port());
            assertThat(probe.ask(Engine.HTTP, url, Duration.ofSeconds(2)))
                    .asInstanceOf(type(DependencyAnswer.Reached.class))
                    .extracting(DependencyAnswer.Reached::serverVersion)
                    .isEqualTo("mine");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 500, 503})
    void an_http_service_that_answers_with_an_error_is_not_reached(int status) throws IOException {
        try (var server = HostileServer.saying("HTTP/1.1 " + status + " No\r\n\r\n")) {
            assertThat(ask(Engine.HTTP, server.port(), LONG).reason()).contains("" + status);
        }
    }

    @Test
    void encryption_that_never_comes_is_left_at_the_timeout() throws IOException {
        try (var server = HostileServer.silent()) {
            DependencyAnswer answer =
                    probe.ask(Engine.REDIS, "rediss://127.0.0.1:" + server.port(), SHORT);
            assertThat(answer)
                    .asInstanceOf(type(NotReached.class))
                    .satisfies(a -> assertThat(a.phase()).isEqualTo("TLS"));
        }
    }

    @Test
    void plain_bytes_ahead_of_the_encryption_are_not_taken_for_encrypted_ones() throws IOException {
        try (var server = HostileServer.saying("SR\0\0\0\u0008\0\0\0\0")) {
            NotReached answer = ask(Engine.POSTGRES, server.port(), LONG);
            assertThat(answer.phase()).isEqualTo("TLS");
            assertThat(answer.reason()).contains("before encryption");
        }
    }

    private NotReached ask(Engine engine, int port, Duration timeout) {
        String url = SCHEMES.get(engine) + "://user:" + PASSWORD + "@127.0.0.1:" + port + "/0";
        DependencyAnswer answer = probe.ask(engine, url, timeout);
        assertThat(answer).isInstanceOf(NotReached.class);
        assertThat(answer.toString()).doesNotContain(PASSWORD);
        return (NotReached) answer;
    }

    /// A true beginning, so that random bytes get past the first message.
    private static byte[] greeting(Engine engine) {
        String text =
                switch (engine) {
                    case POSTGRES -> "NR\0\0\0\f\0\0\0\u0005abcdR\0\0\0\b\0\0\0\0";
                    case MYSQL -> "J\0\0\0\n8\0";
                    case REDIS -> "+OK\r\n+OK\r\n";
                    case CLICKHOUSE, HTTP -> "HTTP/1.1 200 OK\r\n";
                    case NATS -> "INFO {}\r\n";
                    case RABBITMQ -> "\u0001\0\0\0\0\060\0\n\0\n\0\t\0\0\0\u0010";
                    case SQLITE -> throw new IllegalArgumentException("a file has no greeting");
                    case KAFKA -> "\0\0\0 \0\0\0\u0001\0\0\0\0\0\u0001";
                };
        return text.getBytes(ISO_8859_1);
    }
}
