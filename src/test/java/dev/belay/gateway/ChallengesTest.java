package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an authority that comes to look finds, in the midst of what instances answer.
@Timeout(60)
class ChallengesTest {
    private static final String PATH = "/.well-known/acme-challenge/";

    @TempDir Path temp;
    private TestGateway gateway;
    private TestMember member;

    @BeforeEach
    void start() throws IOException {
        gateway = new TestGateway(temp);
        member = TestMember.saying("v1");
        gateway.routes(member);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        member.close();
    }

    @Test
    void an_authority_finds_its_text_and_everybody_else_the_instances() throws Exception {
        assertThat(gateway.get(PATH + "one").body()).isEqualTo("v1");

        gateway.client.challenges(Map.of("one", "one.print", "two", "two.print"), Map.of());
        var found = gateway.get(PATH + "one");
        assertThat(found.statusCode()).isEqualTo(200);
        assertThat(found.body().strip()).isEqualTo("one.print");
        assertThat(found.headers().firstValue("cache-control")).contains("no-store");
        assertThat(gateway.get(PATH + "two").body().strip()).isEqualTo("two.print");
        assertThat(gateway.get(PATH + "three").body()).isEqualTo("v1");
        assertThat(gateway.get(PATH).body()).isEqualTo("v1");
        assertThat(gateway.get("/").body()).isEqualTo("v1");

        gateway.client.challenges(Map.of("three", "three.print"), Map.of());
        assertThat(gateway.get(PATH + "one").body()).isEqualTo("v1");
        assertThat(gateway.get(PATH + "three").body().strip()).isEqualTo("three.print");
        gateway.client.challenges(Map.of(), Map.of());
        assertThat(gateway.get(PATH + "three").body()).isEqualTo("v1");
    }

    @Test
    void it_finds_it_over_http_2_and_as_a_connection_that_goes_on() throws Exception {
        gateway.client.challenges(Map.of("one", "one.print"), Map.of());
        try (var client = new TestH2Client(gateway.port, new Http2Settings())) {
            var stream = client.send(TestH2Client.get(PATH + "one")).whole();
            assertThat(stream.status()).isEqualTo("200");
            assertThat(stream.body()).asString().isEqualTo("one.print\n");
        }
        String two =
                gateway.raw(
                        "HEAD %1$sone HTTP/1.1\r\nHost: x\r\n\r\nGET %1$sone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                .formatted(PATH));
        assertThat(two.split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(two).endsWith("\r\n\r\none.print\n");
    }

    @Test
    void what_no_authority_would_ask_for_is_not_put_up() throws Exception {
        gateway.client.challenges(Map.of("one", "one.print"), Map.of());
        for (var bad :
                Map.of("a/b", "text", "..", "text", "", "text", "one", "two\r\nlines").entrySet()) {
            assertThatThrownBy(() ->
                            gateway.client.challenges(
                                    Map.of(bad.getKey(), bad.getValue()), Map.of()))
                    .hasMessageContaining("what RFC 8555 allows");
        }
        assertThat(gateway.get(PATH + "one").body().strip()).isEqualTo("one.print");
    }
}
