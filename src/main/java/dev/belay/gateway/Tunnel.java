package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// A client and a member that left HTTP: bytes of one go to the other, each held back by the
/// other's pace. WebSockets are followed frame by frame, so that a close frame can be put between
/// two frames.
final class Tunnel implements Loop.Bounded {
    private final TunnelEnd client;
    private final TunnelEnd member;
    private final Upstream upstream;
    private final RevisionTraffic traffic;
    private final Transcript transcript;
    private final Chronicle chronicle;
    private final Loop loop;
    private final Limits limits;
    private final boolean webSocket;
    private final WebSocketFrames fromMember = new WebSocketFrames();
    private final WebSocketFrames fromClient = new WebSocketFrames();
    private boolean ended;
    private boolean closing;
    private boolean halfEnded;
    private long deadline;

    private Tunnel(
            Client from,
            MemberLink to,
            RevisionTraffic traffic,
            HttpHeaders request,
            Transcript transcript) {
        this.upstream = to.upstream();
        this.traffic = traffic;
        this.transcript = transcript;
        this.chronicle = from.proxy().chronicle();
        this.loop = from.loop();
        this.limits = from.proxy().limits();
        String protocol = request.get(HttpHeaderNames.UPGRADE, "");
        this.webSocket = protocol.equalsIgnoreCase("websocket");
        this.client = from.handOver();
        this.member = to.handOver();
        moved();
    }

    /// Takes both sides over, with whatever of the new protocol has already been read.
    static void join(
            Client from,
            MemberLink to,
            RevisionTraffic traffic,
            HttpHeaders request,
            Transcript transcript) {
        var tunnel = new Tunnel(from, to, traffic, request, transcript);
        traffic.becameTunnel();
        tunnel.upstream.becameTunnel();
        tunnel.loop.opened(tunnel);
        tunnel.client.listen(tunnel.new Side(tunnel.client, tunnel.member, tunnel.fromClient));
        tunnel.member.listen(tunnel.new Side(tunnel.member, tunnel.client, tunnel.fromMember));
        if (!tunnel.client.alive() || !tunnel.member.alive()) {
            tunnel.cut();
        }
    }

    /// Where one side sends no more, the other has not for ever. With a WebSocket the end of one is
    /// the end of both.
    private void moved() {
        Limits.Times times = limits.times();
        Duration most =
                !halfEnded ? times.tunnel() : webSocket ? times.closeGrace() : times.responseBody();
        deadline = System.nanoTime() + most.toNanos();
    }

    @Override
    public void sweep(long now) {
        if (now - deadline >= 0) {
            cut();
        }
    }

    @Override
    public void close(Farewell farewell) {
        if (closing || !farewell.concerns(traffic, upstream)) {
            return;
        }
        closing = true;
        deadline = System.nanoTime() + limits.times().closeGrace().toNanos();
        if (webSocket) {
            fromMember.closeAtBoundary();
            fromClient.closeAtBoundary();
            sayGoodbye();
        }
    }

    /// Puts the close frames in where a frame has just ended: 1012, service restart, to the client;
    /// 1001, going away, to the member, masked as everything from a client's side must be.
    private void sayGoodbye() {
        if (fromMember.takeBoundary()) {
            client.write(WebSocketFrames.close(1012, 0));
            client.flush();
        }
        if (fromClient.takeBoundary()) {
            int mask = ThreadLocalRandom.current().nextInt() | 1;
            member.write(WebSocketFrames.close(1001, mask));
            member.flush();
        }
    }

    private void pass(TunnelEnd to, WebSocketFrames frames, ByteBuf bytes) {
        count(to, bytes.readableBytes());
        if (webSocket) {
            frames.pass(bytes);
        }
        if (!closing && !(halfEnded && webSocket)) {
            moved();
        }
        to.write(bytes);
        if (closing && webSocket) {
            sayGoodbye();
        }
    }

    private void count(TunnelEnd to, int bytes) {
        if (to.equals(client)) {
            transcript.sent(bytes);
            traffic.sent(bytes);
        } else {
            transcript.received(bytes);
            traffic.received(bytes);
        }
    }

    void cut() {
        if (ended) {
            return;
        }
        ended = true;
        loop.closed(this);
        traffic.tunnelEnded();
        upstream.tunnelEnded();
        chronicle.end(transcript, Transcript.Ending.TUNNEL);
        client.close();
        member.close();
    }

    /// What comes from one side, and goes to the other.
    private final class Side implements TunnelEnd.Listener {
        private final TunnelEnd here;
        private final TunnelEnd other;
        private final WebSocketFrames frames;

        Side(TunnelEnd here, TunnelEnd other, WebSocketFrames frames) {
            this.here = here;
            this.other = other;
            this.frames = frames;
        }

        @Override
        public void onBytes(ByteBuf bytes) {
            if (!other.alive()) {
                bytes.release();
                return;
            }
            pass(other, frames, bytes);
            if (!other.writable()) {
                here.read(false);
            }
        }

        @Override
        public void onBatchEnd() {
            other.flush();
        }

        @Override
        public void onWritability() {
            if (here.writable()) {
                other.read(true);
            }
        }

        @Override
        public void onInputEnd() {
            if (here.outputEnded() || !other.alive()) {
                cut();
            } else {
                halfEnded = true;
                if (!closing) {
                    moved();
                }
                other.endOutput();
            }
        }

        @Override
        public void onGone() {
            cut();
        }
    }
}
