package dev.belay.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One event loop's connections to members that speak HTTP/2. Requests share them; one more is
/// opened when all have as many streams as their member takes, and requests that come while one
/// connects wait for that one.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class SessionPool {
    /// To one member. With the usual number of streams, more than any loop has under way.
    private static final int SESSIONS_MAX = 64;

    /// How many a member takes at the same time at least, if it keeps to RFC 9113 §6.5.2.
    private static final int STREAMS_USUAL = 100;

    private final ConnectionPool pool;
    private final Limits limits;
    private final Map<Upstream, Sessions> members = new HashMap<>();

    /// Who waits for a connection. Exactly one of the two is called.
    private record Waiting(Consumer<MemberLink> done, Consumer<Throwable> failed) {}

    private static final class Sessions {
        final List<MemberSession> open = new ArrayList<>();
        final Deque<Waiting> waiting = new ArrayDeque<>();
        int connecting;
    }

    SessionPool(ConnectionPool pool, Limits limits) {
        this.pool = pool;
        this.limits = limits;
    }

    /// A stream at a connection that has room, or null.
    ///
    /// @param careful only where something moved a moment ago: the other side may be about to close
    ///   an idle one, and this request could not be sent twice
    @Nullable MemberLink take(Upstream upstream, boolean careful) {
        Sessions sessions = members.get(upstream);
        if (sessions == null) {
            return null;
        }
        long now = System.nanoTime();
        for (int i = 0; i < sessions.open.size(); i++) {
            MemberSession session = sessions.open.get(i);
            if (session.free() && !session.over(now) && (!careful || session.fresh(now))) {
                return session.open();
            }
        }
        return null;
    }

    /// Waits for a connection: one more where those that are being opened have enough to carry.
    void connect(Upstream upstream, Consumer<MemberLink> done, Consumer<Throwable> failed) {
        Sessions sessions = members.computeIfAbsent(upstream, _ -> new Sessions());
        sessions.waiting.add(new Waiting(done, failed));
        if (sessions.waiting.size() > sessions.connecting * STREAMS_USUAL) {
            open(upstream, sessions);
        }
    }

    private void open(Upstream upstream, Sessions sessions) {
        if (sessions.open.size() + sessions.connecting >= SESSIONS_MAX) {
            if (sessions.connecting == 0) {
                fail(sessions, new IOException("as many connections as allowed, all of them full"));
            }
            return;
        }
        sessions.connecting++;
        pool.dial(
                upstream,
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(MemberSession.of(upstream, SessionPool.this, limits));
                    }
                },
                // The member's first word says how much it takes.
                _ -> {},
                cause -> refused(upstream, cause));
    }

    /// It is known how much it takes.
    void connected(MemberSession session) {
        Sessions sessions = members.computeIfAbsent(session.upstream(), _ -> new Sessions());
        sessions.connecting--;
        sessions.open.add(session);
        while (!sessions.waiting.isEmpty() && session.free()) {
            sessions.waiting.remove().done().accept(session.open());
        }
        if (sessions.waiting.size() > sessions.connecting * STREAMS_USUAL) {
            open(session.upstream(), sessions);
        }
    }

    /// It came to nothing.
    void refused(Upstream upstream, Throwable cause) {
        Sessions sessions = members.get(upstream);
        if (sessions != null) {
            sessions.connecting--;
            if (sessions.connecting == 0) {
                fail(sessions, cause);
            }
        }
    }

    /// Those that come because of this wait for the next one.
    private static void fail(Sessions sessions, Throwable cause) {
        List<Waiting> all = List.copyOf(sessions.waiting);
        sessions.waiting.clear();
        all.forEach(one -> one.failed().accept(cause));
    }

    void closed(MemberSession session) {
        Sessions sessions = members.get(session.upstream());
        if (sessions != null) {
            sessions.open.remove(session);
        }
    }

    void sweep(long now) {
        members.values()
                .removeIf(sessions -> {
                    for (MemberSession session : List.copyOf(sessions.open)) {
                        if (session.over(now)) {
                            sessions.open.remove(session);
                            session.context().channel().close();
                        }
                    }
                    return sessions.open.isEmpty()
                            && sessions.waiting.isEmpty()
                            && sessions.connecting == 0;
                });
    }
}
