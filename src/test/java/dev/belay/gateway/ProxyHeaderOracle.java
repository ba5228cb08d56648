package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What must hold for the first bytes behind a proxy: in whatever pieces they come, the connection
/// waits for a header of a bounded length, ends, or goes on with the first byte behind the header;
/// and whom a proxy named is whom a strict reader finds.
final class ProxyHeaderOracle {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final int V1_MAX = 108;
    private static final int V2_HEAD = 16;
    private static final int V2_MAX = V2_HEAD + 216 + 1_024;
    private static final int PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4})";
    private static final Pattern V1 =
            Pattern.compile("PROXY TCP4 (" + IPV4 + ") " + IPV4 + " " + PORT + " " + PORT);

    private ProxyHeaderOracle() {}

    private enum State {
        WAITS,
        ENDED,
        GOES_ON
    }

    /// @param passed what came out behind the header
    private record Outcome(State state, @Nullable InetSocketAddress told, String passed) {}

    static void check(byte[] data) {
        boolean welcome = data.length % 8 != 7;
        Outcome whole = outcome(data, Math.max(1, data.length), welcome);
        assertThat(outcome(data, 1, welcome)).isEqualTo(whole);
        assertThat(outcome(data, 7, welcome)).isEqualTo(whole);
        int header = header(data);
        switch (whole.state()) {
            case WAITS -> {
                boolean v2 = data.length < SIGNATURE.length || signed(data);
                assertThat(data.length).isLessThanOrEqualTo(v2 ? V2_MAX : V1_MAX);
                assertThat(whole.passed()).isEmpty();
                assertThat(whole.told()).isNull();
            }
            case ENDED -> assertThat(whole.passed()).isEmpty();
            case GOES_ON -> {
                assertThat(welcome).isTrue();
                assertThat(header).as("the length of the header").isPositive();
                byte[] rest = Arrays.copyOfRange(data, header, data.length);
                assertThat(whole.passed()).isEqualTo(HexFormat.of().formatHex(rest));
            }
        }
        InetSocketAddress strict = header > 0 ? strict(data, header) : null;
        if (strict != null) {
            assertThat(whole.told()).isEqualTo(strict);
            assertThat(whole.state()).isEqualTo(welcome ? State.GOES_ON : State.ENDED);
        }
    }

    private static Outcome outcome(byte[] data, int size, boolean welcome) {
        var passed = new ByteArrayOutputStream();
        var asked = new AtomicReference<Peer>();
        try (var memory = new CountedMemory()) {
            EmbeddedChannel channel = memory.counted(new SocketlessChannel());
            channel.pipeline().addLast(new Next(passed));
            ProxyHeader.expect(
                    channel,
                    arrived -> {
                        asked.set(Peer.of(arrived));
                        return welcome;
                    });
            memory.write(channel, data, size);
            boolean open = channel.isOpen();
            // Who counts clients needs an address, not a name.
            assertThat(asked.get() == null || asked.get().host() != null).isTrue();
            InetSocketAddress told = Peer.of(channel).told() ? Peer.of(channel).address() : null;
            State state = !open ? State.ENDED : asked.get() != null ? State.GOES_ON : State.WAITS;
            String bytes = HexFormat.of().formatHex(passed.toByteArray());
            channel.finishAndReleaseAll();
            return new Outcome(state, told, bytes);
        }
    }

    /// Where the first byte behind the header is, as both versions say it; 0 where there is none.
    private static int header(byte[] data) {
        if (signed(data)) {
            int length =
                    data.length < V2_HEAD
                            ? data.length
                            : V2_HEAD + Short.toUnsignedInt(ByteBuffer.wrap(data).getShort(14));
            return length < data.length || (data.length >= V2_HEAD && length == data.length)
                    ? length
                    : 0;
        }
        int end = new String(data, StandardCharsets.ISO_8859_1).indexOf("\r\n");
        return end < 0 || end > V1_MAX ? 0 : end + 2;
    }

    private static boolean signed(byte[] data) {
        return data.length >= SIGNATURE.length
                && Arrays.equals(data, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    /// Whom a header without any extras names; null where it is not quite one.
    private static @Nullable InetSocketAddress strict(byte[] data, int header) {
        if (!signed(data)) {
            String line = new String(data, 0, header - 2, StandardCharsets.ISO_8859_1);
            Matcher parts = V1.matcher(line);
            return parts.matches()
                    ? new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)))
                    : null;
        }
        int bytes = data[13] == TCP4 ? 4 : data[13] == TCP6 ? 16 : 0;
        if (data[12] != PROXY || bytes == 0 || header != V2_HEAD + 2 * bytes + 4) {
            return null;
        }
        try {
            byte[] address = Arrays.copyOfRange(data, V2_HEAD, V2_HEAD + bytes);
            int port = Short.toUnsignedInt(ByteBuffer.wrap(data).getShort(V2_HEAD + 2 * bytes));
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of no length", e);
        }
    }

    /// What stands behind the header.
    private static final class Next extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream passed;

        Next(ByteArrayOutputStream passed) {
            this.passed = passed;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            while (bytes.isReadable()) {
                passed.write(bytes.readByte());
            }
            bytes.release();
        }
    }
}
