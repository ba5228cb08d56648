package dev.belay.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/// The first message of a client, as the JDK writes it, and as nobody does.
class ClientHelloTest {
    private static ByteBuf hello(String name, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        if (!name.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        // Behind the record's head and the message's.
        return Unpooled.wrappedBuffer(out.array(), 9, out.position() - 9);
    }

    @Test
    void name_and_protocols_are_read() throws Exception {
        assertThat(ClientHello.parse(hello("App.Example.org", "h2", "http/1.1")))
                .isEqualTo(new ClientHello("app.example.org", List.of("h2", "http/1.1")));
        assertThat(ClientHello.parse(hello(""))).isEqualTo(ClientHello.SILENT);
    }

    @Test
    void whatever_is_cut_or_changed_throws_nothing() throws Exception {
        ByteBuf whole = hello("app.example.org", "h2");
        for (int length = 0; length < whole.readableBytes(); length++) {
            ClientHello.parse(whole.slice(whole.readerIndex(), length));
        }
        Choices.forAll(
                500,
                choices -> {
                    ByteBuf changed = whole.copy();
                    for (int i = choices.between(1, 8); i > 0; i--) {
                        int at = choices.between(34, changed.writerIndex() - 1);
                        changed.setByte(at, choices.between(0, 255));
                    }
                    assertThat(ClientHello.parse(changed)).isNotNull();
                });
    }
}
