package dev.belay.gateway;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// The event loops and what each owns. A client's connection and the connection to the member that
/// answers it live on the same loop, so that nothing on the request path is shared.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Loops implements AutoCloseable {
    static final Duration SWEEP = Duration.ofMillis(500);
    private static final Duration LAG_EVERY = Duration.ofMillis(100);
    private static final Duration CONFIRMATION = Duration.ofSeconds(10);

    private final MultiThreadIoEventLoopGroup group;
    private final MultiThreadIoEventLoopGroup aside;
    private final Transport transport = Transport.best();
    private final IdentityHashMap<EventExecutor, Loop> loops = new IdentityHashMap<>();

    Loops(int threads, Limits limits) {
        IoHandlerFactory io = transport.io();
        group = new MultiThreadIoEventLoopGroup(threads, io);
        aside = new MultiThreadIoEventLoopGroup(1, io);
        for (EventExecutor executor : group) {
            var loop = new Loop((EventLoop) executor, transport, limits);
            loops.put(executor, loop);
            long millis = SWEEP.toMillis() / Loop.PARTS;
            executor.execute(loop::startTicking);
            var _ =
                    executor.scheduleAtFixedRate(
                            loop::sweep, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    /// Notes from now on how late each loop comes round.
    void watchLag(Histogram lag) {
        loops.keySet().forEach(executor -> lookAgain(executor, lag));
    }

    private static void lookAgain(EventExecutor executor, Histogram lag) {
        long due = System.nanoTime() + LAG_EVERY.toNanos();
        var _ =
                executor.schedule(
                        () -> {
                            lag.record(Math.max(0, System.nanoTime() - due));
                            lookAgain(executor, lag);
                        },
                        LAG_EVERY.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /// A loop that carries no requests, for what would keep them waiting.
    EventLoop aside() {
        return aside.next();
    }

    Class<? extends ServerChannel> serverChannel() {
        return transport.serverChannel();
    }

    Transport transport() {
        return transport;
    }

    /// Whether listening sockets can be handed to another process.
    boolean passesSockets() {
        return transport == Transport.EPOLL;
    }

    Loop of(Channel channel) {
        Loop loop = loops.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a channel of a foreign event loop");
        }
        return loop;
    }

    /// Runs on every loop and waits for all of them. Whatever a loop was doing when this was called
    /// is over when it returns.
    ///
    /// @throws TimeoutException when a loop does not come round
    void onEach(Consumer<Loop> action) throws TimeoutException {
        List<Future<?>> pending = new ArrayList<>();
        loops.forEach((executor, loop) -> pending.add(executor.submit(() -> action.accept(loop))));
        long deadline = System.nanoTime() + CONFIRMATION.toNanos();
        for (Future<?> one : pending) {
            if (!one.awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException("an event loop did not take the table over");
            }
        }
    }

    @Override
    public void close() {
        aside.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        aside.terminationFuture().awaitUninterruptibly();
    }
}
