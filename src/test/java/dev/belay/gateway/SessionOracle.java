package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// What must hold for a client's whole connection, whatever it sends: no exception gets as far as
/// the channel's end or the log, no memory and nobody who waits is forgotten, and a request over
/// HTTP/2 that breaks RFC 9113 §8.2 or §8.3 is refused ([H2Requests] finds those by itself).
///
/// The first byte says how the component is: without instances, held and then opened, under
/// maintenance, or a frontend. The rest is what the client sends.
final class SessionOracle {
    private static final RouteKey KEY = new RouteKey("test", "web");
    private static final int PORT = 3_017;
    private static final Door HOLD = new Door.Hold(1, 3, 1 << 20, Duration.ofMinutes(1));
    private static final Door SHUT =
            new Door.Maintenance(1, Duration.ofSeconds(5), List.of(), "shop", "");
    private static final List<Logger> LOGS =
            List.of(
                    (Logger) LoggerFactory.getLogger("dev.belay.gateway"),
                    (Logger) LoggerFactory.getLogger("io.netty"));

    private static @Nullable GatewayParts parts;
    private static long version;

    private SessionOracle() {}

    static void check(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        byte[] sent = new byte[data.length - 1];
        System.arraycopy(data, 1, sent, 0, sent.length);
        int kind = Byte.toUnsignedInt(data[0]) % 4;
        connection(sent, Math.max(1, sent.length), kind);
        connection(sent, 1 + sent.length / 3, kind);
    }

    private static void connection(byte[] sent, int size, int kind) throws IOException {
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        LOGS.forEach(log -> log.addAppender(said));
        byte[] answer;
        try (var memory = new CountedMemory()) {
            answer = answer(memory, sent, size, kind);
        } finally {
            LOGS.forEach(log -> log.detachAppender(said));
        }
        assertThat(said.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
        DoorCounts counts = parts().proxy().doors().of(KEY);
        assertThat(counts.waiting()).as("who still waits").isZero();
        assertThat(counts.bytes()).as("what is still kept").isZero();
        Map<Integer, String> wrong = H2Requests.wrong(sent);
        Map<Integer, Integer> statuses = H2Requests.statuses(answer);
        wrong.forEach((stream, why) ->
                assertThat(statuses.getOrDefault(stream, 400))
                        .as("stream %s: %s", stream, why)
                        .isBetween(400, 499));
    }

    private static byte[] answer(CountedMemory memory, byte[] sent, int size, int kind)
            throws IOException {
        Proxy proxy = parts().proxy();
        publish(kind == 1 ? HOLD : kind == 2 ? SHUT : null, kind == 3);
        EmbeddedChannel channel = memory.counted(new SocketlessChannel());
        var loop = new Loop(channel.eventLoop(), Transport.NIO, Limits.DEFAULT);
        var encoder = new ResponseEncoder();
        var connection = new ClientConnection(proxy, loop, channel, PORT, false, encoder);
        channel.pipeline()
                .addLast(new PrefaceDetector(connection))
                .addLast(new RequestDecoder(Limits.DEFAULT))
                .addLast(encoder)
                .addLast(connection);
        memory.write(channel, sent, size);
        publish(null, kind == 3);
        loop.look();
        channel.runPendingTasks();
        byte[] answer = written(channel);
        // As when a client goes; closed by ourselves, a session waits for what it still has to do.
        channel.unsafe().close(channel.newPromise());
        channel.finishAndReleaseAll();
        assertThat(channel.<Object>readInbound()).as("read by nobody").isNull();
        assertThat(loop.connections()).as("connections of the loop").isZero();
        return answer;
    }

    private static byte[] written(EmbeddedChannel channel) {
        var all = new ByteArrayOutputStream();
        for (Object next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            if (next instanceof ByteBuf bytes) {
                byte[] part = new byte[bytes.readableBytes()];
                bytes.readBytes(part);
                all.writeBytes(part);
            }
            ReferenceCountUtil.release(next);
        }
        return all.toByteArray();
    }

    private static void publish(@Nullable Door door, boolean files) throws IOException {
        var route = new Route(KEY, 1, PORT, List.of(), new HealthCheck.None());
        var traffic = new RevisionTraffic(KEY, "v1");
        Path root = parts().options().folder();
        var share = new Table.LiveShare(1, traffic, List.of(), root, Duration.ZERO);
        List<Table.LiveShare> shares = files ? List.of(share) : List.of();
        var entry = new Table.Entry(route, 1, 1, shares, List.of(), traffic, door);
        parts().proxy().publish(new Table(++version, Map.of(KEY, entry)));
    }

    private static GatewayParts parts() throws IOException {
        if (parts == null) {
            Path folder = Files.createTempDirectory("belay-fuzz");
            Files.writeString(folder.resolve("index.html"), "<p>Here.");
            folder.toFile().deleteOnExit();
            var loops = new Loops(1, Limits.DEFAULT);
            parts = GatewayParts.of(GatewayOptions.in(folder), loops, Map.of());
        }
        return parts;
    }
}
