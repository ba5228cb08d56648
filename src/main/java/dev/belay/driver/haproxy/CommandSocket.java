package dev.belay.driver.haproxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// One command and its answer, over a connection of their own. The answer is there, or the failure,
/// when the time is over; and none is longer than is allowed.
record CommandSocket(Path socket, Duration within) {
    private static final int ANSWER_MAX = 16 << 20;

    /// Closes what takes too long: a blocking read of a Unix socket has no timeout of its own.
    private static final ScheduledExecutorService WATCH =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("haproxy-timeouts").factory());

    @SuppressWarnings("try") // Closed early to end a read that takes too long.
    String ask(String command) throws IOException {
        var late = new AtomicBoolean();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ScheduledFuture<?> end =
                    WATCH.schedule(
                            () -> {
                                late.set(true);
                                channel.close();
                                return true;
                            },
                            within.toMillis(),
                            TimeUnit.MILLISECONDS);
            try {
                ByteBuffer bytes =
                        ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                // It answers when it knows that nothing more comes.
                channel.shutdownOutput();
                return read(Channels.newInputStream(channel));
            } finally {
                end.cancel(false);
            }
        } catch (IOException e) {
            String why =
                    late.get()
                            ? "did not answer within " + within.toSeconds() + " s"
                            : "cannot be asked: " + e.getMessage();
            throw new IOException("HAProxy at `" + socket + "` " + why, e);
        }
    }

    private static String read(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        byte[] some = new byte[8 << 10];
        for (int count = in.read(some); count >= 0; count = in.read(some)) {
            all.write(some, 0, count);
            if (all.size() > ANSWER_MAX) {
                throw new IOException("an answer of more than " + (ANSWER_MAX >> 20) + " MiB");
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
