package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One request of a client that speaks HTTP/2, and its answer.
// A write that fails ends the stream or the channel, and its exchange hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientStream implements Client {
    /// So long a request is taken after its whole answer, and read by nobody.
    private static final Duration UNREAD = Duration.ofSeconds(1);

    private static final int FILE_CHUNK = 64 * 1024;

    private final ClientSession session;
    private final Http2Stream stream;

    private @Nullable Exchange current;
    private @Nullable FilePart file;
    private @Nullable HttpResponse pending;
    private boolean requestOpen = true;
    private boolean wanted = true;
    private boolean headOnly;

    /// Whether a WebSocket is to be opened, and what the member must answer for.
    private boolean connecting;

    private String webSocketKey = "";
    private ByteBuf early = Unpooled.EMPTY_BUFFER;
    private boolean switched;
    private TunnelEnd.@Nullable Listener tunnel;
    private boolean closed;
    private boolean answered;

    private final Pace bodyPace;
    private final Pace answerPace;
    private long bodyBytes;
    private long written;
    private long sent;

    /// How much of the body may still come.
    private long bodyLeft;

    /// Bytes of the body that came and for which the client was given no new room yet.
    private int owed;

    private long deadline;
    private long cutAt = Long.MAX_VALUE;

    /// What is still to be sent of a file.
    private record FilePart(FileChannel channel, long from, long count, Runnable sent) {}

    ClientStream(ClientSession session, Http2Stream stream) {
        this.session = session;
        this.stream = stream;
        this.bodyPace = new Pace(session.proxy().limits().rates().body());
        this.answerPace = new Pace(session.proxy().limits().rates().answer());
    }

    // --- the request ----------------------------------------------------------------------------

    void onRequest(HttpRequest request, boolean end) {
        headOnly = request.method().equals(HttpMethod.HEAD);
        HttpResponseStatus refusal = RequestRules.refusal(request, secure());
        if (refusal != null) {
            requestOpen = !end;
            proxy().chronicle().refused(this, request, refusal);
            answer(refusal, refusal.reasonPhrase());
            return;
        }
        webSocketKey = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        connecting = request.headers().contains(HttpHeaderNames.UPGRADE);
        Exchange exchange = Exchange.of(this, request);
        current(exchange);
        exchange.begin();
        if (end) {
            take(LastHttpContent.EMPTY_LAST_CONTENT);
        } else if (connecting && current != null) {
            // Of the request; the stream stays open for what follows the switch.
            current.onContent(LastHttpContent.EMPTY_LAST_CONTENT);
            session.touched(this);
        }
    }

    /// Passes a part of the body on.
    ///
    /// @return for how many of the bytes the client may send new ones
    int onData(ByteBuf data, boolean end) {
        int bytes = data.readableBytes();
        if (connecting && (tunnel != null || current != null)) {
            return onTunnelData(data, end);
        }
        if (current == null) {
            requestOpen = requestOpen && !end;
            return bytes;
        }
        bodyBytes += bytes;
        bodyLeft -= bytes;
        if (bodyLeft < 0) {
            requestOpen = !end;
            proxy().refusals().count(Refusals.Why.BODY_SIZE);
            current.onBadContent(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
            return bytes;
        }
        ByteBuf part = data.retain();
        take(end ? new DefaultLastHttpContent(part) : new DefaultHttpContent(part));
        if (wanted || current == null) {
            return bytes;
        }
        owed += bytes;
        return 0;
    }

    /// What comes before the member has switched waits; the client's window bounds it.
    private int onTunnelData(ByteBuf data, boolean end) {
        int bytes = data.readableBytes();
        requestOpen = !end;
        if (tunnel == null && current != null && !current.keepsAhead()) {
            session.reset(stream, Http2Error.ENHANCE_YOUR_CALM);
            return bytes;
        }
        if (tunnel == null) {
            // Copied: buffers around buffers would be as deep as a client sends crumbs.
            if (bytes > 0 && !early.isReadable()) {
                early = session.context().alloc().buffer(bytes);
            }
            if (bytes > 0) {
                early.writeBytes(data);
            }
        } else {
            tunnel.onBytes(data.retain());
            session.touched(this);
            if (end) {
                tunnel.onInputEnd();
            }
        }
        if (wanted && tunnel != null) {
            return bytes;
        }
        owed += bytes;
        return 0;
    }

    void onTrailers(Http2Headers fields) {
        if (connecting) {
            session.reset(stream, Http2Error.PROTOCOL_ERROR);
            return;
        }
        LastHttpContent last = H2Fields.trailers(fields);
        if (last != null) {
            take(last);
        } else if (current != null) {
            current.onBadContent(HttpResponseStatus.BAD_REQUEST);
        }
    }

    private void take(HttpContent content) {
        requestOpen = requestOpen && !(content instanceof LastHttpContent);
        if (current == null) {
            content.release();
        } else {
            current.onContent(content);
            session.touched(this);
        }
    }

    void onBatchEnd() {
        if (tunnel != null) {
            tunnel.onBatchEnd();
        } else if (current != null) {
            current.onBatchEnd();
        }
    }

    void onWritability() {
        if (file != null) {
            pump();
        } else if (tunnel != null) {
            tunnel.onWritability();
        } else if (current != null) {
            current.onClientWritability();
        }
    }

    void onClosed() {
        closed = true;
        closeFile();
        early.release();
        early = Unpooled.EMPTY_BUFFER;
        if (tunnel != null) {
            tunnel.onGone();
        }
        Exchange left = current;
        current(null);
        if (left != null) {
            left.onClientGone();
        }
    }

    /// Whether it was reset, and the client has not been told yet.
    boolean givenUp() {
        return !closed && stream.isResetSent();
    }

    void onClose(Farewell farewell) {
        if (current != null) {
            current.onClose(farewell);
        }
    }

    void sweep(long now) {
        if (tunnel != null || givenUp()) {
            // A tunnel keeps its own time.
            return;
        }
        boolean cut = now - cutAt >= 0 && cutAt != Long.MAX_VALUE;
        if (cut || takesTooSlowly(now)) {
            session.reset(stream, Http2Error.CANCEL);
        } else if (current != null && sendsTooSlowly(now)) {
            current.onTimeout();
        } else if (now - deadline < 0) {
            return;
        } else if (current != null) {
            current.onTimeout();
        } else {
            session.reset(stream, Http2Error.CANCEL);
        }
    }

    private boolean sendsTooSlowly(long now) {
        boolean twoWay = connecting || (current != null && current.patient());
        boolean ours = !requestOpen || answered || twoWay || !wanted || !session.hasRoom();
        boolean slow = bodyPace.tooSlow(now, !ours, bodyBytes);
        if (slow) {
            proxy().refusals().count(Refusals.Why.BODY_PACE);
        }
        return slow;
    }

    private boolean takesTooSlowly(long now) {
        boolean slow = answerPace.tooSlow(now, sent < written, sent);
        if (slow) {
            proxy().refusals().count(Refusals.Why.ANSWER_PACE);
        }
        return slow;
    }

    private void current(@Nullable Exchange next) {
        if (current == null && next != null) {
            loop().overload().began();
        } else if (current != null && next == null) {
            loop().overload().ended();
        }
        current = next;
    }

    // --- what exchanges use ---------------------------------------------------------------------

    @Override
    public Proxy proxy() {
        return session.proxy();
    }

    private Limits limits() {
        return session.proxy().limits();
    }

    @Override
    public Loop loop() {
        return session.loop();
    }

    @Override
    public int port() {
        return session.port();
    }

    @Override
    public Peer peer() {
        return session.peer();
    }

    @Override
    public String protocol() {
        return "HTTP/2";
    }

    @Override
    public boolean secure() {
        return session.secure();
    }

    @Override
    public boolean oldVersion() {
        return false;
    }

    @Override
    public void progress(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    @Override
    public void cutAfter(Duration time) {
        cutAt = System.nanoTime() + time.toNanos();
    }

    /// Nobody waits for this stream: the connection may stay.
    @Override
    public void closeAfterThis() {}

    @Override
    public void goOn(Exchange next, List<HttpContent> parts) {
        current = next;
        next.begin();
        for (HttpContent part : parts) {
            if (next.equals(current)) {
                next.onContent(part);
            } else {
                part.release();
            }
        }
        if (next.equals(current)) {
            next.onBatchEnd();
        }
    }

    @Override
    public void bodyAtMost(long bytes) {
        bodyLeft = bytes;
    }

    @Override
    public void read(boolean more) {
        wanted = more;
        if (more && owed > 0) {
            int bytes = owed;
            owed = 0;
            session.consumed(stream, bytes);
        }
    }

    /// Kept until something follows: where that is the end, the head says so itself. gRPC's clients
    /// take nothing else for an answer without a message.
    @Override
    public void writeHead(HttpResponse response) {
        if (connecting && response.status().codeClass() == HttpStatusClass.SUCCESS) {
            // The member took the wish for an ordinary request; here its answer would be a yes.
            session.reset(stream, Http2Error.CONNECT_ERROR);
            return;
        }
        answered = true;
        pending = response;
    }

    private void headIfPending() {
        HttpResponse head = pending;
        pending = null;
        if (head != null) {
            head(head);
        }
    }

    @Override
    public void writeInterim(HttpResponse response) {
        head(response);
    }

    private void head(HttpResponse response) {
        head(response, false, session.context().newPromise());
    }

    private void head(HttpResponse response, boolean end, ChannelPromise promise) {
        session.useful(0);
        Http2Headers fields = H2Fields.response(response);
        session.encoder().writeHeaders(session.context(), stream.id(), fields, 0, end, promise);
    }

    @Override
    public void writeSwitch(HttpResponse response) {
        HttpHeaders headers = response.headers();
        String accept = headers.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, "");
        if (!accept.equals(WebSocketFrames.accept(webSocketKey))) {
            // Somebody else's answer, kept somewhere on its way (RFC 6455 §1.3).
            session.reset(stream, Http2Error.CONNECT_ERROR);
            return;
        }
        headers.remove(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
        response.setStatus(HttpResponseStatus.OK);
        switched = true;
        head(response);
    }

    @Override
    public TunnelEnd handOver() {
        current(null);
        return new StreamEnd();
    }

    /// This stream as one side of a tunnel.
    private final class StreamEnd implements TunnelEnd {
        private @Nullable ChannelPromise end;

        @Override
        public void listen(Listener told) {
            tunnel = told;
            if (early.isReadable()) {
                told.onBytes(early);
                told.onBatchEnd();
            }
            early = Unpooled.EMPTY_BUFFER;
            ClientStream.this.read(true);
            if (!requestOpen) {
                told.onInputEnd();
            }
        }

        @Override
        public boolean alive() {
            return !closed;
        }

        @Override
        public void write(ByteBuf bytes) {
            data(bytes, false, session.context().newPromise());
        }

        @Override
        public void flush() {
            session.flush(session.context());
        }

        @Override
        public boolean writable() {
            return ClientStream.this.writable();
        }

        @Override
        public void read(boolean more) {
            ClientStream.this.read(more);
        }

        @Override
        public void endOutput() {
            if (end == null && !closed) {
                ChannelPromise promise = session.context().newPromise();
                end = promise;
                data(Unpooled.EMPTY_BUFFER, true, promise);
                flush();
            }
        }

        @Override
        public boolean outputEnded() {
            return end != null;
        }

        @Override
        public void close() {
            tunnel = null;
            progress(limits().times().closeGrace());
            endOutput();
            if (end != null) {
                stopRequestAfter(end);
            }
        }
    }

    @Override
    public void write(HttpContent part) {
        if (switched) {
            // The end of a head that is none here.
            part.release();
        } else if (part instanceof LastHttpContent last) {
            end(last, ending());
        } else {
            headIfPending();
            data(part.content(), false, session.context().newPromise());
        }
    }

    private void end(LastHttpContent last, ChannelPromise promise) {
        HttpResponse head = pending;
        if (head != null && last.trailingHeaders().isEmpty() && !last.content().isReadable()) {
            pending = null;
            last.release();
            head(head, true, promise);
            return;
        }
        headIfPending();
        if (last.trailingHeaders().isEmpty()) {
            data(last.content(), true, promise);
            return;
        }
        var context = session.context();
        if (last.content().isReadable()) {
            data(last.content(), false, context.newPromise());
        } else {
            last.release();
        }
        Http2Headers fields = H2Fields.trailers(last.trailingHeaders());
        session.encoder().writeHeaders(context, stream.id(), fields, 0, true, promise);
    }

    private void data(ByteBuf bytes, boolean end, ChannelPromise promise) {
        int length = bytes.readableBytes();
        written += length;
        session.useful(length);
        promise.addListener(_ -> {
            // A slow client that still takes something is given time.
            sent += length;
            progress(limits().times().responseBody());
        });
        session.encoder().writeData(session.context(), stream.id(), bytes, 0, end, promise);
    }

    /// Kept once the end of the answer is on its way. A client that still sends its request a
    /// moment later is told that nobody reads it (RFC 9113 §8.1). Told at once, curl 7.88 takes its
    /// request for failed where it has the whole answer, and who is nearly done would be cut for
    /// nothing.
    private ChannelPromise ending() {
        ChannelPromise promise = session.context().newPromise();
        stopRequestAfter(promise);
        return promise;
    }

    private void stopRequestAfter(ChannelPromise end) {
        end.addListener(sent -> {
            if (sent.isSuccess() && requestOpen && !closed) {
                var _ =
                        session.context()
                                .executor()
                                .schedule(
                                        this::stopRequest,
                                        UNREAD.toMillis(),
                                        TimeUnit.MILLISECONDS);
            }
        });
    }

    private void stopRequest() {
        if (requestOpen && !closed) {
            session.reset(stream, Http2Error.NO_ERROR);
        }
    }

    @Override
    public void flush() {
        headIfPending();
        session.flush(session.context());
    }

    @Override
    public boolean writable() {
        return !closed && session.encoder().flowController().isWritable(stream);
    }

    @Override
    public void finish() {
        current(null);
        progress(limits().times().responseBody());
        headIfPending();
        session.flushSoon();
    }

    @Override
    public void finishWhenSent(Runnable sent) {
        if (file != null) {
            file = new FilePart(file.channel(), file.from(), file.count(), sent);
            pump();
            return;
        }
        Exchange sending = current;
        ChannelPromise promise = ending();
        promise.addListener(done -> {
            if (done.isSuccess() && sending != null && sending.equals(current)) {
                sent.run();
                finish();
            }
        });
        end(LastHttpContent.EMPTY_LAST_CONTENT, promise);
        flush();
    }

    @Override
    public void writeFile(FileChannel channel, long from, long count) {
        if (closed) {
            close(channel);
            return;
        }
        file = new FilePart(channel, from, count, () -> {});
    }

    /// Reads as much as the client takes. A file is in memory or near it, and no more than a chunk
    /// is asked for at a time.
    private void pump() {
        FilePart part = file;
        headIfPending();
        try {
            while (part != null && part.count() > 0 && writable()) {
                int length = (int) Math.min(FILE_CHUNK, part.count());
                ByteBuf bytes = session.context().alloc().directBuffer(length);
                int read = bytes.writeBytes(part.channel(), part.from(), length);
                if (read <= 0) {
                    bytes.release();
                    throw new IOException("it became shorter");
                }
                data(bytes, false, session.context().newPromise());
                part =
                        new FilePart(
                                part.channel(),
                                part.from() + read,
                                part.count() - read,
                                part.sent());
                file = part;
            }
        } catch (IOException _) {
            // What was promised cannot be kept.
            session.reset(stream, Http2Error.INTERNAL_ERROR);
            return;
        }
        if (part != null && part.count() == 0) {
            closeFile();
            finishWhenSent(part.sent());
        } else {
            flush();
        }
    }

    private void closeFile() {
        FilePart part = file;
        file = null;
        if (part != null) {
            close(part.channel());
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void answer(HttpResponseStatus status, String why) {
        FullHttpResponse response = Answers.of(session.context().alloc(), status, why);
        boolean body = !headOnly;
        pending = null;
        head(response, !body, body ? session.context().newPromise() : ending());
        if (body) {
            data(response.content(), true, ending());
        } else {
            response.release();
        }
        finish();
    }

    /// Here a client is told by the protocol that it may send the request again (RFC 9113 §8.7).
    @Override
    public void refuse(String why) {
        current(null);
        session.reset(stream, Http2Error.REFUSED_STREAM);
    }

    @Override
    public void abort() {
        current(null);
        session.reset(stream, Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void endHere() {
        abort();
    }
}
