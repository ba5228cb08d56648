package dev.belay.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HttpTest {
    @Test
    void a_body_of_known_length_is_read_to_its_end_and_no_further() throws Exception {
        assertThat(answered("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nokay and more"))
                .isEqualTo("200 okay");
    }

    @Test
    void chunks_are_put_together() throws Exception {
        String chunks = "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        assertThat(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
                .isEqualTo("200 abcde");
    }

    @Test
    void without_a_length_the_end_of_the_connection_is_the_end() throws Exception {
        assertThat(answered("HTTP/1.0 404 No\r\n\r\nnothing here")).isEqualTo("404 nothing here");
    }

    @Test
    void an_answer_that_breaks_off_is_no_answer() {
        for (String broken :
                new String[] {
                    "",
                    "HTTP/1.1 200 OK\r\nContent-Le",
                    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab"
                }) {
            assertThatThrownBy(() -> answered(broken))
                    .as(broken)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("broke off");
        }
    }

    @Test
    void what_is_no_http_is_said_to_be_none() {
        assertThatThrownBy(() -> answered("SSH-2.0-OpenSSH\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not speak HTTP");
        assertThatThrownBy(() -> answered("HTTP/1.1 200 OK\r\nContent-Length: lots\r\n\r\n"))
                .hasMessageContaining("a length that is none");
        assertThatThrownBy(() -> answered("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(20_000)))
                .hasMessageContaining("headers that are none");
    }

    @Test
    void a_header_cannot_smuggle_another() {
        var request = Http.Request.get("/").with("Authorization", "x\r\nEvil: yes");
        assertThatThrownBy(() -> Http.send(1, request)).isInstanceOf(Exception.class);
    }

    @Test
    void the_request_is_whole_and_the_silence_is_bounded() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var request =
                    Http.Request.post("/api", "{\"ä\":1}")
                            .with("X-One", "1")
                            .patient(Duration.ofMillis(200));
            var heard =
                    CompletableFuture.supplyAsync(() -> {
                        try (var socket = server.accept()) {
                            byte[] bytes = new byte[4096];
                            int got = socket.getInputStream().read(bytes);
                            String text = new String(bytes, 0, got, StandardCharsets.UTF_8);
                            socket.getInputStream().read();
                            return text;
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            assertThatThrownBy(() -> Http.send(server.getLocalPort(), request))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
            assertThat(heard.join())
                    .startsWith("POST /api HTTP/1.1\r\nHost: 127.0.0.1:")
                    .contains("X-One: 1\r\n", "Content-Length: 8\r\n")
                    .endsWith("\r\n\r\n{\"ä\":1}");
        }
    }

    private static String answered(String answer) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var served =
                    CompletableFuture.runAsync(() -> {
                        try (var socket = server.accept()) {
                            socket.getInputStream().read(new byte[4096]);
                            socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            try (var got = Http.send(server.getLocalPort(), Http.Request.get("/"))) {
                return got.status() + " " + got.text();
            } finally {
                served.exceptionally(_ -> null).join();
            }
        }
    }
}
