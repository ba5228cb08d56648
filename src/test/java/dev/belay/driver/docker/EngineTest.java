package dev.belay.driver.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What answers at the socket may be anything.
class EngineTest {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final EngineWire.Request ASKED = new EngineWire.Request("GET", "/version", "");

    @TempDir private Path folder;
    private ServerSocketChannel server;
    private Path socket;
    private volatile String answer = "";
    private volatile boolean hangs;

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("s");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private void serve() {
        while (true) {
            try {
                SocketChannel client = server.accept();
                client.read(ByteBuffer.allocate(4096));
                client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
                if (!hangs) {
                    client.close();
                }
            } catch (IOException _) {
                return;
            }
        }
    }

    private EngineWire.Reply ask() throws IOException {
        return new EngineWire(new EngineRoute.Unix(socket)).ask(ASKED, SOON);
    }

    private void fails(String said) {
        assertThatThrownBy(this::ask).isInstanceOf(EngineFailure.class).hasMessageContaining(said);
    }

    private static String json(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void answers_are_read_by_length_in_chunks_and_to_the_end() throws IOException {
        answer = json("abc");
        assertThat(ask().text()).isEqualTo("abc");
        answer =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assertThat(ask().text()).isEqualTo("abc");
        answer = "HTTP/1.1 200 OK\r\n\r\nabc";
        assertThat(ask().text()).isEqualTo("abc");
        answer = "HTTP/1.1 204 No Content\r\n\r\n";
        assertThat(ask().status()).isEqualTo(204);
    }

    @Test
    void whatever_else_is_answered_is_a_failure_in_a_sentence() {
        answer = "nonsense\r\n";
        fails("it does not answer in HTTP");
        answer = "";
        fails("its answer breaks off");
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
        fails("its answer breaks off");
        answer = "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc";
        fails("its answer has no length");
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n";
        fails("its answer is longer than 16777216 bytes");
        answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n";
        fails("its answer has no length");
        answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n";
        fails("its answer is longer than");
        answer = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(9000) + "\r\n\r\n";
        fails("its answer has a line that is too long");
        answer = "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(101) + "\r\n";
        fails("its answer has too many headers");
    }

    @Test
    void one_that_does_not_answer_is_left_when_the_time_is_over() {
        hangs = true;
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
        long start = System.nanoTime();
        fails("did not answer within");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void where_nobody_listens_it_is_said() throws IOException {
        server.close();
        fails("cannot be asked");
    }

    @Test
    void an_engine_that_is_too_old_is_named_and_a_newer_one_is_asked_in_its_oldest_version()
            throws IOException {
        answer = json("{\"ApiVersion\":\"1.40\",\"MinAPIVersion\":\"1.12\"}");
        assertThatThrownBy(new Engine(new EngineRoute.Unix(socket))::version)
                .hasMessageContaining("has API 1.40, and 1.41 is the least");
        answer = json("{}");
        assertThatThrownBy(new Engine(new EngineRoute.Unix(socket))::version)
                .hasMessageContaining("has API none");
        answer = json("not json");
        assertThatThrownBy(new Engine(new EngineRoute.Unix(socket))::version)
                .hasMessageContaining("not answer in JSON");
        answer = json("{\"ApiVersion\":\"1.51\",\"MinAPIVersion\":\"1.24\"}");
        assertThat(new Engine(new EngineRoute.Unix(socket)).version()).isEqualTo("1.41");
        answer = json("{\"ApiVersion\":\"1.60\",\"MinAPIVersion\":\"1.44\"}");
        assertThat(new Engine(new EngineRoute.Unix(socket)).version()).isEqualTo("1.44");
    }

    @Test
    void what_a_container_wrote_is_told_apart_and_a_broken_piece_is_cut() {
        var body =
                ByteBuffer.wrap(
                        "\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\3err\1\0\0\0\0\0\0\11cut"
                                .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Engine.unframe(body)).isEqualTo(new Engine.Written("outcut", "err"));
    }

    @Test
    void an_engine_is_asked_where_it_is_written_to_be() throws IOException {
        assertThat(route("")).isEqualTo(new EngineRoute.Unix(Path.of("/var/run/docker.sock")));
        assertThat(route("unix:///x/y")).isEqualTo(new EngineRoute.Unix(Path.of("/x/y")));
        assertThat(route("tcp://localhost"))
                .isEqualTo(new EngineRoute.Tcp("localhost", 2375, null));
        assertThat(route("ssh://me@h:22")).isEqualTo(new EngineRoute.Ssh("me", "h", 22, null));
        assertThat(route("ssh://h")).isEqualTo(new EngineRoute.Ssh("", "h", 0, null));
        var secured =
                Map.of("DOCKER_HOST", "tcp://h", "DOCKER_TLS_VERIFY", "1", "HOME", "/home/me");
        assertThat(DockerHost.of(secured).route())
                .isEqualTo(new EngineRoute.Tcp("h", 2376, Path.of("/home/me/.docker")));
        assertThat(DockerHost.read(DockerHost.of(secured).kept()))
                .isEqualTo(DockerHost.of(secured));
    }

    private static EngineRoute route(String host) throws IOException {
        return DockerHost.of(Map.of("DOCKER_HOST", host)).route();
    }

    @Test
    void what_is_no_way_to_an_engine_is_said() {
        assertThatThrownBy(() -> route("tcp://h:2375"))
                .hasMessageContaining("`tcp://h:2375` is asked without TLS");
        for (String odd :
                List.of("ssh://-oProxyCommand=x", "http://h", "unix://x", "tcp://", "ssh://a b")) {
            assertThatThrownBy(() -> route(odd)).hasMessageContaining("is no address of a");
        }
        assertThatThrownBy(() -> route("ssh://h:99999")).hasMessageContaining("no port 99999");
    }

    @Test
    void who_may_not_open_the_socket_reads_what_to_do() {
        var denied =
                EngineFailure.unreachable(
                        new EngineRoute.Unix(socket), new IOException("Permission denied"));
        assertThat(denied.hint()).contains("group of the socket");
        assertThat(denied).hasMessageContaining("may not open it");
    }
}
