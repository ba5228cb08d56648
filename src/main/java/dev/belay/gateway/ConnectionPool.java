package dev.belay.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpRequestEncoder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One event loop's connections to members. Those that speak HTTP/1.1 wait here for their next
/// request, the latest first; the others are shared, see [SessionPool].
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ConnectionPool {
    private static final int IDLE_MAX = 256;

    private final Loop loop;
    private final Limits limits;
    private final Transport transport;
    private final SessionPool sessions;
    private final Map<Upstream, Deque<UpstreamConnection>> idle = new HashMap<>();

    ConnectionPool(Loop loop, Transport transport, Limits limits) {
        this.loop = loop;
        this.limits = limits;
        this.transport = transport;
        this.sessions = new SessionPool(this, limits);
    }

    /// Connects with new handlers for every attempt. Exactly one of the two is called, on the
    /// loop's thread.
    void dial(
            Upstream upstream,
            ChannelInitializer<Channel> handlers,
            Consumer<Channel> done,
            Consumer<Throwable> failed) {
        Duration within = limits.times().connect();
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop.eventLoop())
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, false)
                        // A member that hung up has perhaps answered before.
                        .option(ChannelOption.AUTO_CLOSE, false)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) within.toMillis())
                        .handler(handlers);
        if (!upstream.atSocketFile()) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
        }
        transport.connect(bootstrap, upstream, within, done, failed);
    }

    /// An idle connection, or null.
    ///
    /// @param careful only one that was used a moment ago: the other side may be about to close an
    ///   older one, and this request could not be sent twice
    @Nullable MemberLink take(Upstream upstream, boolean careful) {
        if (upstream.speaksHttp2()) {
            return sessions.take(upstream, careful);
        }
        Deque<UpstreamConnection> waiting = idle.get(upstream);
        if (waiting == null) {
            return null;
        }
        long now = System.nanoTime();
        while (true) {
            UpstreamConnection connection = waiting.peekFirst();
            if (connection == null || (careful && !connection.fresh(now))) {
                return null;
            }
            waiting.removeFirst();
            if (connection.usable(now)) {
                return connection;
            }
            connection.close();
        }
    }

    /// Connects anew. Exactly one of the two is called, on the loop's thread.
    void connect(Upstream upstream, Consumer<MemberLink> done, Consumer<Throwable> failed) {
        if (upstream.speaksHttp2()) {
            sessions.connect(upstream, done, failed);
            return;
        }
        dial(
                upstream,
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        var connection =
                                new UpstreamConnection(upstream, ConnectionPool.this, limits);
                        channel.pipeline()
                                .addLast(new HttpRequestEncoder())
                                .addLast(connection.decoder())
                                .addLast(connection);
                    }
                },
                channel -> done.accept(channel.pipeline().get(UpstreamConnection.class)),
                failed);
    }

    /// Keeps a connection for the next request, unless nobody will come.
    void give(UpstreamConnection connection) {
        Upstream upstream = connection.upstream();
        Deque<UpstreamConnection> waiting = idle.computeIfAbsent(upstream, _ -> new ArrayDeque<>());
        if (upstream.retired() || waiting.size() >= IDLE_MAX) {
            connection.close();
        } else {
            waiting.addFirst(connection);
        }
    }

    /// A connection that waited here was closed by the member.
    void lost(UpstreamConnection connection) {
        Deque<UpstreamConnection> waiting = idle.get(connection.upstream());
        if (waiting != null) {
            waiting.remove(connection);
        }
    }

    void sweep(long now) {
        List<UpstreamConnection> over = new ArrayList<>();
        idle.forEach((upstream, waiting) -> {
            for (UpstreamConnection connection : waiting) {
                if (upstream.retired() || !connection.usable(now)) {
                    over.add(connection);
                }
            }
            waiting.removeAll(over);
        });
        sessions.sweep(now);
        over.forEach(UpstreamConnection::close);
        idle.values().removeIf(Deque::isEmpty);
    }

    Loop loop() {
        return loop;
    }
}
