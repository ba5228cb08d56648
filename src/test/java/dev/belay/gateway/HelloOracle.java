package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gateway.tls.ClientHello;
import dev.belay.gateway.tls.ServerNameHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What must hold for the first bytes at a port that speaks TLS: in whatever pieces they come, the
/// client is asked for once or not at all, hears why when it is turned away, and was understood as
/// a strict reader understands it.
final class HelloOracle {
    private static final int HEADER = 5;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RANDOM_AND_VERSION = 34;
    private static final int HELLO_MAX = 64 * 1024;

    private HelloOracle() {}

    /// What became of a client.
    ///
    /// @param asked whom it wanted, as often as somebody looked for that
    /// @param answer what it was told, in hexadecimal digits
    private record Outcome(List<ClientHello> asked, String answer, boolean open, boolean failed) {}

    static void check(byte[] data) {
        Outcome whole = outcome(data, Math.max(1, data.length));
        assertThat(outcome(data, 1)).isEqualTo(whole);
        assertThat(outcome(data, HEADER + 2)).isEqualTo(whole);
        assertThat(whole.asked().size()).isLessThanOrEqualTo(1);
        assertThat(whole.answer().isEmpty())
                .as("told why: %s", whole)
                .isEqualTo(whole.open() || whole.failed());
        if (!whole.asked().isEmpty()) {
            assertThat(whole.answer()).as("there is no certificate").isEqualTo("15030300020270");
        }
        ClientHello strict = strict(data);
        if (strict != null) {
            assertThat(whole.asked()).containsExactly(strict);
        }
    }

    private static Outcome outcome(byte[] data, int size) {
        var asked = new ArrayList<ClientHello>();
        try (var memory = new CountedMemory()) {
            EmbeddedChannel channel = memory.channel();
            var handler =
                    new ServerNameHandler(
                            hello -> {
                                asked.add(hello);
                                return null;
                            },
                            Duration.ofSeconds(1));
            channel.pipeline().addLast(handler);
            boolean failed = false;
            try {
                memory.write(channel, data, size);
            } catch (DecoderException e) {
                // Says what it is about, and is no bug that Netty wrapped up.
                assertThat(e.getCause() == null || e.getCause() instanceof SSLException)
                        .as(e.toString())
                        .isTrue();
                failed = true;
            }
            boolean open = channel.isOpen() && !failed;
            String answer = answer(channel);
            channel.finishAndReleaseAll();
            assertThat(channel.<Object>readInbound()).isNull();
            // Netty's own alert, where there is one, is of no interest.
            return new Outcome(asked, failed ? "" : answer, open, failed);
        }
    }

    private static String answer(EmbeddedChannel channel) {
        var all = new ByteArrayOutputStream();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            byte[] bytes = new byte[next.readableBytes()];
            next.readBytes(bytes);
            all.writeBytes(bytes);
            next.release();
        }
        return HexFormat.of().formatHex(all.toByteArray());
    }

    // --- a reader that takes nothing but the form of RFC 8446 §4.1.2 -----------------------------

    /// Null where the bytes are anything else.
    private static @Nullable ClientHello strict(byte[] data) {
        try {
            byte[] message = message(ByteBuffer.wrap(data));
            return message == null ? null : hello(ByteBuffer.wrap(message));
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return null;
        }
    }

    /// The first message, out of as many records as it takes.
    private static byte @Nullable [] message(ByteBuffer in) {
        var bytes = new ByteArrayOutputStream();
        while (in.hasRemaining()) {
            boolean handshake = in.get() == HANDSHAKE && in.get() == 3;
            in.get();
            byte[] part = new byte[Short.toUnsignedInt(in.getShort())];
            if (!handshake || part.length == 0) {
                return null;
            }
            in.get(part);
            bytes.writeBytes(part);
            byte[] all = bytes.toByteArray();
            if (all.length >= 4) {
                ByteBuffer head = ByteBuffer.wrap(all);
                int length = head.getInt() & 0xff_ff_ff;
                if (all[0] != CLIENT_HELLO || length > HELLO_MAX) {
                    return null;
                }
                if (head.remaining() >= length) {
                    byte[] message = new byte[length];
                    head.get(message);
                    return message;
                }
            }
        }
        return null;
    }

    private static @Nullable ClientHello hello(ByteBuffer in) {
        take(in, RANDOM_AND_VERSION);
        take(in, Byte.toUnsignedInt(in.get()));
        take(in, Short.toUnsignedInt(in.getShort()));
        take(in, Byte.toUnsignedInt(in.get()));
        String name = "";
        List<String> protocols = List.of();
        if (in.hasRemaining()) {
            ByteBuffer extensions = vector(in);
            if (in.hasRemaining()) {
                return null;
            }
            var seen = new HashSet<Integer>();
            while (extensions.hasRemaining()) {
                int kind = Short.toUnsignedInt(extensions.getShort());
                ByteBuffer content = vector(extensions);
                if (!seen.add(kind)) {
                    return null;
                }
                if (kind == 0) {
                    name = serverName(content);
                } else if (kind == 16) {
                    protocols = protocols(content);
                }
            }
        }
        return new ClientHello(name, protocols);
    }

    /// One name, of a host (RFC 6066 §3).
    private static String serverName(ByteBuffer content) {
        ByteBuffer list = vector(content);
        boolean host = list.get() == 0;
        ByteBuffer name = vector(list);
        if (!host || list.hasRemaining() || content.hasRemaining()) {
            throw new IllegalArgumentException();
        }
        return text(name).toLowerCase(Locale.ROOT);
    }

    private static List<String> protocols(ByteBuffer content) {
        ByteBuffer list = vector(content);
        var protocols = new ArrayList<String>();
        while (list.hasRemaining()) {
            protocols.add(text(take(list, Byte.toUnsignedInt(list.get()))));
        }
        if (content.hasRemaining()) {
            throw new IllegalArgumentException();
        }
        return protocols;
    }

    /// Names of hosts and protocols here are of ASCII.
    private static String text(ByteBuffer bytes) {
        String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
        if (!text.chars().allMatch(c -> c < 128)) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    /// Two bytes of length, and what they say.
    private static ByteBuffer vector(ByteBuffer in) {
        return take(in, Short.toUnsignedInt(in.getShort()));
    }

    private static ByteBuffer take(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return part;
    }
}
