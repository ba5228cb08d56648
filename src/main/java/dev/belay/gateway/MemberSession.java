package dev.belay.gateway;

import static io.netty.handler.codec.http2.DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to a member that speaks HTTP/2 without having been asked (prior knowledge, RFC 9113
/// §3.3): many exchanges side by side, each with a stream. Sends no PING: gRPC's servers end the
/// connections of those who do.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class MemberSession extends Http2ConnectionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(MemberSession.class);

    /// Numbers of streams run out at 2³⁰; long before, a new connection costs nothing.
    private static final int STREAMS_OVERALL = 1_000_000;

    private static final int STREAM_WINDOW = 256 * 1024;
    private static final int CONNECTION_WINDOW = 1024 * 1024;
    private static final int FRAME_MAX = 16 * 1024;
    private static final int CONTINUATIONS_MAX = 16;
    private static final int EMPTY_FRAMES_MAX = 10;
    private static final long CLOSE_WITHIN_MILLIS = 2_000;
    private static final Duration IDLE = Duration.ofSeconds(4);
    private static final Duration FRESH = Duration.ofMillis(500);

    private final Upstream upstream;
    private final SessionPool pool;
    private final long settleWithin;
    private final Http2Connection.PropertyKey key;
    private final List<MemberStream> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private long idleSince = System.nanoTime();
    private long idleAtMost = IDLE.toNanos();
    private int opened;
    private int answered;
    private int lastKnown = Integer.MAX_VALUE;
    private boolean settled;
    private boolean leaving;

    private MemberSession(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Upstream upstream,
            SessionPool pool,
            Duration settleWithin) {
        super(decoder, encoder, settings);
        this.upstream = upstream;
        this.pool = pool;
        this.settleWithin = settleWithin.toNanos();
        this.key = connection().newKey();
        connection().addListener(new Streams());
        decoder.frameListener(new Frames());
        encoder.flowController().listener(stream -> with(stream, MemberStream::onWritability));
    }

    static MemberSession of(Upstream upstream, SessionPool pool, Limits limits) {
        return new Builder(upstream, pool, limits).build();
    }

    private static final class Builder
            extends AbstractHttp2ConnectionHandlerBuilder<MemberSession, Builder> {
        private final Upstream upstream;
        private final SessionPool pool;
        private final Duration settleWithin;

        Builder(Upstream upstream, SessionPool pool, Limits limits) {
            this.upstream = upstream;
            this.pool = pool;
            this.settleWithin = limits.times().connect();
            var connection = new DefaultHttp2Connection(false, 0);
            var turns = new UniformStreamByteDistributor(connection);
            turns.minAllocationChunk(FRAME_MAX);
            connection
                    .remote()
                    .flowController(new DefaultHttp2RemoteFlowController(connection, turns));
            // Where a client is slow, its stream is held back. The connection, which others share,
            // never is: what streams may hold is what their windows allow.
            connection
                    .local()
                    .flowController(
                            new DefaultHttp2LocalFlowController(
                                    connection, DEFAULT_WINDOW_UPDATE_RATIO, true));
            connection(connection);
            gracefulShutdownTimeoutMillis(CLOSE_WITHIN_MILLIS);
            validateHeaders(true);
            initialSettings(
                    Http2Settings.defaultSettings()
                            .pushEnabled(false)
                            .initialWindowSize(STREAM_WINDOW)
                            .maxFrameSize(FRAME_MAX)
                            .maxHeaderListSize(limits.sizes().headers()));
            decoderEnforceMaxSmallContinuationFrames(CONTINUATIONS_MAX);
            decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_FRAMES_MAX);
        }

        @Override
        protected MemberSession build() {
            return super.build();
        }

        @Override
        protected MemberSession build(
                Http2ConnectionDecoder decoder,
                Http2ConnectionEncoder encoder,
                Http2Settings settings) {
            return new MemberSession(decoder, encoder, settings, upstream, pool, settleWithin);
        }
    }

    // --- what the pool and streams use ----------------------------------------------------------

    Upstream upstream() {
        return upstream;
    }

    ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not at a channel yet");
        }
        return context;
    }

    /// Whether one more request may be sent this way.
    boolean free() {
        var ours = connection().local();
        return !leaving
                && context().channel().isActive()
                && ours.numActiveStreams() < ours.maxActiveStreams();
    }

    /// Whether something moved here a moment ago, so that the member is hardly about to close it.
    boolean fresh(long now) {
        return busy() || now - idleSince < FRESH.toNanos();
    }

    private boolean busy() {
        return connection().numActiveStreams() > 0;
    }

    /// Whether nobody needs it any more.
    boolean over(long now) {
        return !busy() && (leaving || upstream.retired() || now - idleSince >= idleAtMost);
    }

    MemberStream open() {
        if (++opened >= STREAMS_OVERALL) {
            leaving = true;
        }
        return new MemberStream(this);
    }

    void attach(int id, MemberStream stream) {
        Http2Stream opened = connection().stream(id);
        if (opened != null) {
            opened.setProperty(key, stream);
        }
    }

    /// Parts of its answer came: told when no more come for the moment.
    void touched(MemberStream stream) {
        touched.add(stream);
    }

    void answered() {
        answered++;
    }

    void idleHint(Duration told) {
        idleAtMost = Math.min(IDLE.toNanos(), Math.max(0, told.minusSeconds(1).toNanos()));
    }

    void reset(int id, Http2Error error) {
        if (connection().stream(id) != null) {
            resetStream(context(), id, error.code(), context().newPromise());
            context().flush();
        }
    }

    /// Gives the member room for that many more bytes of the stream.
    void consumed(int id, int bytes) {
        Http2Stream stream = connection().stream(id);
        try {
            if (stream != null && decoder().flowController().consumeBytes(stream, bytes)) {
                // A client's pace may have asked for it, not the member's socket.
                context().flush();
            }
        } catch (Http2Exception e) {
            onError(context(), false, e);
        }
    }

    boolean writable(int id) {
        Http2Stream stream = connection().stream(id);
        return stream != null && encoder().flowController().isWritable(stream);
    }

    // --- what the socket says -------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        super.handlerAdded(added);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        // The preface goes first.
        super.channelActive(ctx);
        Http2Stream whole = connection().connectionStream();
        int more = CONNECTION_WINDOW - decoder().flowController().windowSize(whole);
        decoder().flowController().incrementWindowSize(whole, more);
        ctx.executor().schedule(this::giveUpUnlessSettled, settleWithin, TimeUnit.NANOSECONDS);
    }

    /// Nothing is sent before the member's settings are there: they say how much it takes, and that
    /// it speaks HTTP/2 at all.
    private void giveUpUnlessSettled() {
        if (!settled) {
            context().close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).onBatchEnd();
        }
        touched.clear();
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        leaving = true;
        if (settled) {
            pool.closed(this);
        } else {
            pool.refused(upstream, new IOException("it does not speak HTTP/2"));
        }
        // Closes all streams, which tell their exchanges.
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (cause instanceof IOException) {
            ctx.close();
        } else {
            super.exceptionCaught(ctx, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx,
            boolean outbound,
            Throwable cause,
            @Nullable Http2Exception http2) {
        leaving = true;
        if (outbound && cause instanceof IOException) {
            // A member that hung up has perhaps answered before: what it said is read to its end.
            return;
        }
        if (http2 == null && !(cause instanceof IOException)) {
            LOG.error("a bug, at a member's connection", cause);
        }
        super.onConnectionError(ctx, outbound, cause, http2);
    }

    private void with(Http2Stream stream, Consumer<MemberStream> action) {
        MemberStream one = stream.getProperty(key);
        if (one != null) {
            action.accept(one);
        }
    }

    /// What became of a request whose stream closed without an answer.
    private MemberLink.Loss loss(int id) {
        if (id > lastKnown) {
            return MemberLink.Loss.LEAVING;
        }
        boolean hungUp = !context().channel().isActive() && lastKnown == Integer.MAX_VALUE;
        return hungUp && answered > 0 ? MemberLink.Loss.STALE : MemberLink.Loss.BROKEN;
    }

    /// What became of a request whose head Netty refuses to send.
    MemberLink.Loss lossOfRefused() {
        return lastKnown < Integer.MAX_VALUE ? MemberLink.Loss.LEAVING : MemberLink.Loss.UNSENT;
    }

    /// What became of a request whose head could not be written to its end.
    MemberLink.Loss lossAmidWriting() {
        return answered > 0 ? MemberLink.Loss.STALE : MemberLink.Loss.BROKEN;
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            idleSince = System.nanoTime();
            with(stream, one -> one.onClosed(loss(stream.id())));
        }

        @Override
        public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
            leaving = true;
            // It may only become smaller; one that closes says it once more.
            lastKnown = Math.min(lastKnown, lastStreamId);
        }
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            if (!settled) {
                settled = true;
                pool.connected(MemberSession.this);
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int padding,
                boolean end)
                throws Http2Exception {
            MemberStream stream = connection().stream(streamId).getProperty(key);
            if (stream != null && !stream.onHeaders(headers, end)) {
                throw Http2Exception.streamError(
                        streamId, Http2Error.PROTOCOL_ERROR, "malformed answer");
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            onHeadersRead(ctx, streamId, headers, padding, end);
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            MemberStream stream = connection().stream(streamId).getProperty(key);
            if (stream == null) {
                return padding + data.readableBytes();
            }
            int given = stream.onData(data, end);
            if (given < 0) {
                throw Http2Exception.streamError(
                        streamId, Http2Error.PROTOCOL_ERROR, "another length than announced");
            }
            return padding + given;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            Http2Stream stream = connection().stream(streamId);
            if (stream != null && errorCode == Http2Error.REFUSED_STREAM.code()) {
                with(stream, MemberStream::onRefused);
            }
        }
    }
}
