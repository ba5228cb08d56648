package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client's connection that speaks HTTP/2: its streams side by side, each an exchange of its own.
/// Netty parses frames and keeps the windows; a stream that is to wait is held back by its window,
/// never by the socket, which the others need.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientSession extends Http2ConnectionHandler implements Loop.Bounded {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);

    private static final int STREAM_WINDOW = 256 * 1024;
    private static final int CONNECTION_WINDOW = 1024 * 1024;
    private static final int FRAME_MAX = 16 * 1024;

    /// Who gives up more streams in that many seconds makes us work for nothing (CVE-2023-44487,
    /// and CVE-2025-8671 for those that we are made to give up).
    private static final int RESETS_WINDOW = 10;

    private static final int CONTINUATIONS_MAX = 16;
    private static final int EMPTY_FRAMES_MAX = 10;
    private static final int CONTROL_FRAMES_MAX = 1_000;
    private static final long CLOSE_WITHIN_MILLIS = 2_000;

    /// By its echo we know that the client has heard that it should ask elsewhere.
    private static final long FAREWELL_PING = 0x62656c6179L;

    private static final Duration ECHO_WITHIN = Duration.ofSeconds(5);

    /// From the last answer to the close, for the client to read it.
    private static final Duration READ_WITHIN = Duration.ofSeconds(1);

    private final Proxy proxy;
    private final Loop loop;
    private final int port;
    private final boolean secure;
    private final Peer peer;
    private final Http2Connection.PropertyKey key;
    private final FrameBudget budget;

    /// Streams that had to be reset because of what the client sent on them.
    private final FrameBudget mistakes;

    private final List<ClientStream> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private long idleSince = System.nanoTime();
    private boolean served;
    private boolean givenUp;
    private boolean flushing;
    private long unsent;
    private long unmovedSince = System.nanoTime();

    /// Two steps towards the end; both times are 0 before.
    private long announced;

    private long ending;

    private ClientSession(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            ClientConnection before,
            Channel channel) {
        super(decoder, encoder, settings);
        this.proxy = before.proxy();
        this.loop = before.loop();
        this.port = before.port();
        this.secure = before.secure();
        this.peer = Peer.of(channel);
        this.budget = new FrameBudget(proxy.limits().streams().idleFrames());
        int resets = proxy.limits().streams().resets();
        this.mistakes = new FrameBudget(new Limits.Rate(resets / RESETS_WINDOW, resets));
        this.key = connection().newKey();
        connection().addListener(new Streams());
        decoder.frameListener(new Frames());
        encoder.flowController().listener(stream -> with(stream, ClientStream::onWritability));
    }

    /// Takes the place of the handlers for HTTP/1.1.
    ///
    /// @param before the last of them
    static void replace(ClientConnection before, ChannelPipeline pipeline) {
        before.leave();
        pipeline.remove(RequestDecoder.class);
        pipeline.remove(ResponseEncoder.class);
        pipeline.remove(before);
        pipeline.addLast(new Builder(before, pipeline.channel()).build());
    }

    private static final class Builder
            extends AbstractHttp2ConnectionHandlerBuilder<ClientSession, Builder> {
        private final ClientConnection before;
        private final Channel channel;

        Builder(ClientConnection before, Channel channel) {
            this.before = before;
            this.channel = channel;
            var connection = new DefaultHttp2Connection(true, 0);
            // Priorities are deprecated (RFC 9113 §5.3), and the tree that kept them is slow.
            var turns = new UniformStreamByteDistributor(connection);
            turns.minAllocationChunk(FRAME_MAX);
            connection
                    .remote()
                    .flowController(new DefaultHttp2RemoteFlowController(connection, turns));
            connection(connection);
            gracefulShutdownTimeoutMillis(CLOSE_WITHIN_MILLIS);
            validateHeaders(true);
            validateRequiredPseudoHeaders(true);
            initialSettings(
                    Http2Settings.defaultSettings()
                            .maxConcurrentStreams(before.proxy().limits().streams().atOnce())
                            .initialWindowSize(STREAM_WINDOW)
                            .maxFrameSize(FRAME_MAX)
                            .connectProtocolEnabled(true)
                            .maxHeaderListSize(before.proxy().limits().sizes().headers()));
            int resets = before.proxy().limits().streams().resets();
            decoderEnforceMaxRstFramesPerWindow(resets, RESETS_WINDOW);
            // Ours are counted by whose fault they are: see onStreamError.
            encoderEnforceMaxRstFramesPerWindow(0, RESETS_WINDOW);
            decoderEnforceMaxSmallContinuationFrames(CONTINUATIONS_MAX);
            decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_FRAMES_MAX);
            encoderEnforceMaxQueuedControlFrames(CONTROL_FRAMES_MAX);
        }

        @Override
        protected ClientSession build() {
            return super.build();
        }

        @Override
        protected ClientSession build(
                Http2ConnectionDecoder decoder,
                Http2ConnectionEncoder encoder,
                Http2Settings settings) {
            return new ClientSession(decoder, encoder, settings, before, channel);
        }
    }

    // --- what streams use -----------------------------------------------------------------------

    Proxy proxy() {
        return proxy;
    }

    Loop loop() {
        return loop;
    }

    int port() {
        return port;
    }

    boolean secure() {
        return secure;
    }

    Peer peer() {
        return peer;
    }

    ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not at a channel yet");
        }
        return context;
    }

    /// Parts of its request came: told when no more come for the moment.
    void touched(ClientStream stream) {
        touched.add(stream);
    }

    /// Part of an answer was written.
    void useful(int bytes) {
        budget.useful(bytes);
    }

    /// Whether the client may send something on some stream, as far as this connection's own window
    /// goes, which streams that are held back may have used up.
    boolean hasRoom() {
        return decoder().flowController().windowSize(connection().connectionStream()) > 0;
    }

    /// Sends what was written once all has been looked at that is ready at this moment: answers
    /// that came together leave together, in one record and with one call.
    void flushSoon() {
        if (!flushing) {
            flushing = true;
            loop.eventLoop()
                    .execute(() -> {
                        flushing = false;
                        flush(context());
                    });
        }
    }

    void reset(Http2Stream stream, Http2Error error) {
        resetStream(context(), stream.id(), error.code(), context().newPromise());
        context().flush();
    }

    /// Gives the client room for that many more bytes of the stream.
    void consumed(Http2Stream stream, int bytes) {
        try {
            if (decoder().flowController().consumeBytes(stream, bytes)) {
                // A member's pace may have asked for it, not the client's socket.
                context().flush();
            }
        } catch (Http2Exception e) {
            onError(context(), false, e);
        }
    }

    // --- what the socket says -------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        loop.opened(this);
        proxy.chronicle().tallies().count(Tally.H2_SESSIONS);
        super.handlerAdded(added);
        Http2Stream whole = connection().connectionStream();
        int more = CONNECTION_WINDOW - decoder().flowController().windowSize(whole);
        decoder().flowController().incrementWindowSize(whole, more);
        if (loop.draining()) {
            drain();
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
        loop.closed(this);
        proxy.chronicle().tallies().add(Tally.H2_SESSIONS, -1);
        // Closes all streams, which tell their exchanges.
        super.channelInactive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent
                || event instanceof SslCloseCompletionEvent) {
            // Who sends no more cannot answer for windows, either.
            ctx.channel().close();
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (SocketEnd.foreseen(cause)) {
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
        if (http2 == null && !(cause instanceof IOException)) {
            LOG.error("a bug, at a client's connection", cause);
        }
        if (http2 != null) {
            boolean abuse = http2.error() == Http2Error.ENHANCE_YOUR_CALM;
            proxy.chronicle().tallies().count(abuse ? Tally.H2_ABUSE : Tally.H2_ERROR);
        }
        super.onConnectionError(ctx, outbound, cause, http2);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx,
            boolean outbound,
            Throwable cause,
            Http2Exception.StreamException http2) {
        super.onStreamError(ctx, outbound, cause, http2);
        if (!outbound && !mistakes.spend()) {
            proxy.refusals().count(Refusals.Why.HTTP2_FRAMES);
            onError(
                    ctx,
                    false,
                    Http2Exception.connectionError(
                            Http2Error.ENHANCE_YOUR_CALM, "too many streams to be reset"));
        }
    }

    @Override
    public void sweep(long now) {
        each(stream -> stream.sweep(now));
        if (deaf(now)) {
            // Not even that streams were given up gets through to it: nor would a farewell.
            context().close();
        }
        long allowed =
                served
                        ? proxy.limits().times().keepAlive().toNanos()
                        : proxy.limits().times().requestHead().toNanos();
        if (connection().numActiveStreams() == 0 && now - idleSince > allowed) {
            context().channel().close();
        }
        if (announced != 0 && now - announced > ECHO_WITHIN.toNanos()) {
            lastWord();
        }
        boolean read = now - Math.max(idleSince, ending) > READ_WITHIN.toNanos();
        if (ending != 0 && connection().numActiveStreams() == 0 && read) {
            context().channel().close();
        }
    }

    /// Whether streams that were given up still stand, and the client takes nothing at all.
    private boolean deaf(long now) {
        givenUp = false;
        each(stream -> givenUp = givenUp || stream.givenUp());
        long left = SocketEnd.unsent(context().channel());
        if (!givenUp || left != unsent) {
            unsent = left;
            unmovedSince = now;
        }
        return now - unmovedSince > proxy.limits().times().closeGrace().toNanos();
    }

    /// Says that no requests should come this way any more, and goes on taking those that were sent
    /// before the client heard it (RFC 9113 §6.8); once it has, names the last one.
    @Override
    public void drain() {
        if (announced == 0) {
            announced = System.nanoTime();
            goAway(Integer.MAX_VALUE);
            encoder().writePing(context(), false, FAREWELL_PING, context().newPromise());
            context().flush();
        }
    }

    private void lastWord() {
        if (ending == 0) {
            ending = System.nanoTime();
            goAway(connection().remote().lastStreamCreated());
            context().flush();
        }
    }

    private void goAway(int last) {
        goAway(
                context(),
                last,
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                context().newPromise());
    }

    @Override
    public void close(Farewell farewell) {
        each(stream -> stream.onClose(farewell));
    }

    private void each(Consumer<ClientStream> action) {
        try {
            connection()
                    .forEachActiveStream(stream -> {
                        with(stream, action);
                        return true;
                    });
        } catch (Http2Exception e) {
            onError(context(), false, e);
        }
    }

    private void with(Http2Stream stream, Consumer<ClientStream> action) {
        ClientStream client = stream.getProperty(key);
        if (client != null) {
            action.accept(client);
        }
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            idleSince = System.nanoTime();
            with(stream, ClientStream::onClosed);
        }
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int padding,
                boolean end)
                throws Http2Exception {
            budget.useful();
            Http2Stream stream = connection().stream(streamId);
            ClientStream known = stream.getProperty(key);
            if (known != null) {
                known.onTrailers(headers);
                return;
            }
            served = true;
            proxy.chronicle().tallies().count(Tally.H2_STREAMS);
            HttpRequest request = H2Fields.request(headers, end, secure);
            if (request == null) {
                proxy.chronicle().tallies().count(Tally.H2_MALFORMED);
                throw Http2Exception.streamError(
                        streamId, Http2Error.PROTOCOL_ERROR, "malformed request");
            }
            var client = new ClientStream(ClientSession.this, stream);
            stream.setProperty(key, client);
            client.onRequest(request, end);
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
        public void onPingAckRead(ChannelHandlerContext ctx, long data) {
            if (data == FAREWELL_PING && announced != 0) {
                lastWord();
            }
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
            if (data.isReadable()) {
                budget.useful(data.readableBytes());
            }
            ClientStream client = connection().stream(streamId).getProperty(key);
            return padding + (client == null ? data.readableBytes() : client.onData(data, end));
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            spend();
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
                throws Http2Exception {
            spend();
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext ctx,
                int streamId,
                int dependency,
                short weight,
                boolean exclusive)
                throws Http2Exception {
            spend();
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
                throws Http2Exception {
            spend();
        }

        @Override
        public void onUnknownFrame(
                ChannelHandlerContext ctx,
                byte type,
                int streamId,
                Http2Flags flags,
                ByteBuf payload) {
            try {
                spend();
            } catch (Http2Exception e) {
                onError(ctx, false, e);
            }
        }

        private void spend() throws Http2Exception {
            if (!budget.spend()) {
                proxy.refusals().count(Refusals.Why.HTTP2_FRAMES);
                throw Http2Exception.connectionError(
                        Http2Error.ENHANCE_YOUR_CALM, "too many frames that move nothing");
            }
        }
    }
}
