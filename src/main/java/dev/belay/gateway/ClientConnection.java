package dev.belay.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client's connection: its requests one after the other, in order, and the limits of each phase.
/// What a client sends ahead (pipelining) waits unread as far as possible.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends ChannelInboundHandlerAdapter implements Client, Loop.Bounded {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /// How long a client may go on sending after its last answer, so that it gets to read that.
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Proxy proxy;
    private final Loop loop;
    private final int port;
    private final Channel channel;
    private final boolean secure;
    private final ResponseEncoder encoder;
    private final Deque<Object> backlog = new ArrayDeque<>(1);

    private @Nullable Exchange current;

    /// What is still to be sent of a file, and what is to be done then.
    private @Nullable FilePump pump;

    private Runnable afterFile = () -> {};
    private boolean pumping;

    /// Whether parts of the present request's body are still to come.
    private boolean bodyOpen;

    /// How much of it may still come.
    private long bodyLeft;

    private int requests;
    private final Pace bodyPace;
    private final Pace answerPace;
    private boolean answered;
    private long bodyBytes;

    /// Bytes of bodies that were written, and how much of the present file has been sent.
    private long written;

    private long fileSent;
    private boolean sendingFile;
    private boolean oldVersion;
    private boolean closeAfter;
    private boolean inputShut;
    private boolean lingering;
    private boolean taking;
    private boolean waiting = true;
    private long deadline;
    private long unsent;
    private long cutAt = Long.MAX_VALUE;

    /// @param loop the channel's
    /// @param secure whether TLS is spoken around it
    ClientConnection(
            Proxy proxy,
            Loop loop,
            Channel channel,
            int port,
            boolean secure,
            ResponseEncoder encoder) {
        this.proxy = proxy;
        this.loop = loop;
        this.port = port;
        this.channel = channel;
        this.secure = secure;
        this.encoder = encoder;
        this.bodyPace = new Pace(proxy.limits().rates().body());
        this.answerPace = new Pace(proxy.limits().rates().answer());
        progress(proxy.limits().times().requestHead());
    }

    // --- what exchanges use ---------------------------------------------------------------------

    @Override
    public Proxy proxy() {
        return proxy;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String protocol() {
        return oldVersion ? "HTTP/1.0" : "HTTP/1.1";
    }

    @Override
    public boolean secure() {
        return secure;
    }

    @Override
    public boolean oldVersion() {
        return oldVersion;
    }

    @Override
    public void progress(Duration time) {
        Duration most = proxy.limits().times().halfClosed();
        Duration granted = inputShut && time.compareTo(most) > 0 ? most : time;
        deadline = System.nanoTime() + granted.toNanos();
    }

    @Override
    public void cutAfter(Duration time) {
        cutAt = System.nanoTime() + time.toNanos();
    }

    @Override
    public void closeAfterThis() {
        closeAfter = true;
    }

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
    public void read(boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    @Override
    public void writeHead(HttpResponse response) {
        answered = true;
        if (bodyOpen || (loop.draining() && backlog.isEmpty())) {
            // Answered before the request was read: what follows of it is not worth reading. Or
            // the process is about to end, and the client should ask its successor next.
            closeAfter = true;
        }
        if (closeAfter) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        writeSwitch(response);
    }

    @Override
    public void writeInterim(HttpResponse response) {
        writeSwitch(response);
        write(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @Override
    public void writeSwitch(HttpResponse response) {
        channel.write(response, channel.voidPromise());
    }

    @Override
    public void write(HttpContent part) {
        written += part.content().readableBytes();
        channel.write(part, channel.voidPromise());
    }

    @Override
    public void writeFile(FileChannel content, long from, long count) {
        if (secure) {
            pump = new FilePump(content, from, count);
            return;
        }
        ChannelProgressivePromise sent = channel.newProgressivePromise();
        sent.addListener(new FileProgress());
        sendingFile = true;
        written += fileSent;
        fileSent = 0;
        channel.write(new DefaultFileRegion(content, from, count), sent);
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public void finish() {
        current(null);
        if (closeAfter || (inputShut && backlog.isEmpty())) {
            end();
            return;
        }
        flush();
        waiting = true;
        progress(proxy.limits().times().keepAlive());
        takeBacklog();
    }

    @Override
    public void finishWhenSent(Runnable sent) {
        if (pump != null) {
            afterFile = sent;
            pump();
            return;
        }
        Exchange sending = current;
        channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                .addListener(done -> {
                    if (done.isSuccess() && sending != null && sending.equals(current)) {
                        sent.run();
                        finish();
                    }
                });
    }

    @Override
    public void answer(HttpResponseStatus status, String why) {
        writeHead(Answers.of(channel.alloc(), status, why));
        finish();
    }

    @Override
    public void refuse(String why) {
        answer(HttpResponseStatus.SERVICE_UNAVAILABLE, why);
    }

    @Override
    public void abort() {
        current(null);
        // A reset, where the body's end is the connection's end and FIN would be a lie.
        SocketEnd.reset(channel);
    }

    @Override
    public void endHere() {
        flush();
        channel.close();
    }

    @Override
    public Peer peer() {
        return Peer.of(channel);
    }

    @Override
    public TunnelEnd handOver() {
        leave();
        return new SocketTunnelEnd(channel, proxy.limits().times().closeGrace());
    }

    /// Nothing of this protocol stays behind.
    void leave() {
        current(null);
        loop.closed(this);
        backlog.forEach(ReferenceCountUtil::release);
        backlog.clear();
    }

    // --- what the socket says -------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loop.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (lingering || (closeAfter && current == null)) {
            ReferenceCountUtil.release(message);
        } else if (current == null && backlog.isEmpty()) {
            take(message);
        } else if (bodyOpen && backlog.isEmpty()) {
            take(message);
        } else {
            backlog.add(message);
            read(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (current != null) {
            current.onBatchEnd();
        } else if (waiting && !lingering) {
            // Bytes came but no whole head yet: from the first of them its time runs.
            waiting = false;
            progress(proxy.limits().times().requestHead());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (pump != null) {
            pump();
        } else if (current != null) {
            current.onClientWritability();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent && !lingering) {
            // Its farewell; nothing can be said to it any more, either.
            channel.close();
            return;
        }
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        inputShut = true;
        if (current == null || lingering) {
            // It may still take what it asked for.
            closeWhenSent();
        } else if (bodyOpen) {
            channel.close();
        } else {
            // It may only have said that it sends no more. It may also be gone.
            progress(proxy.limits().times().halfClosed());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loop.closed(this);
        Exchange left = current;
        current(null);
        lingering = true;
        closeFile();
        if (left != null) {
            left.onClientGone();
        }
        backlog.forEach(ReferenceCountUtil::release);
        backlog.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!SocketEnd.foreseen(cause)) {
            LOG.error("a bug, at a client's connection", cause);
        }
        context.close();
    }

    @Override
    public void sweep(long now) {
        boolean cut = now - cutAt >= 0 && cutAt != Long.MAX_VALUE;
        if (cut && lingering) {
            // What the socket has taken of the answer still arrives.
            channel.close();
        } else if (cut || takesTooSlowly(now)) {
            abort0();
        } else if (current != null && sendsTooSlowly(now)) {
            current.onTimeout();
        } else if (now - deadline >= 0) {
            boolean waits = SocketEnd.unsent(channel) > 0;
            if (inputShut && waits) {
                // Had it closed both directions, what was sent would have been reset by now. How
                // fast it takes the rest is watched all the same.
                progress(proxy.limits().times().halfClosed());
            } else if (current == null && waits && stillSending()) {
                progress(proxy.limits().times().keepAlive());
            } else if (current == null) {
                channel.close();
            } else {
                current.onTimeout();
            }
        }
    }

    /// Whether the rest of the last answer is on its way to a slow client, and moved since.
    private boolean stillSending() {
        long left = SocketEnd.unsent(channel);
        boolean moved = left > 0 && left != unsent;
        unsent = left;
        return moved;
    }

    private boolean sendsTooSlowly(long now) {
        boolean ours = !bodyOpen || answered || !channel.config().isAutoRead();
        boolean slow = bodyPace.tooSlow(now, !ours, bodyBytes);
        if (slow) {
            proxy.refusals().count(Refusals.Why.BODY_PACE);
        }
        return slow;
    }

    private boolean takesTooSlowly(long now) {
        long pending = SocketEnd.unsent(channel);
        boolean waits = pending > 0 || sendingFile;
        boolean slow = answerPace.tooSlow(now, waits, written - pending + fileSent);
        if (slow) {
            proxy.refusals().count(Refusals.Why.ANSWER_PACE);
        }
        return slow;
    }

    private void current(@Nullable Exchange next) {
        if (current == null && next != null) {
            loop.overload().began();
        } else if (current != null && next == null) {
            loop.overload().ended();
        }
        current = next;
    }

    private void abort0() {
        Exchange left = current;
        abort();
        if (left != null) {
            left.onClientGone();
        }
    }

    @Override
    public void close(Farewell farewell) {
        if (current != null) {
            current.onClose(farewell);
        }
    }

    // --- one request after the other ------------------------------------------------------------

    private void take(Object message) {
        switch (message) {
            case HttpRequest request when !bodyOpen -> start(request);
            case HttpContent content -> {
                boolean last = content instanceof LastHttpContent;
                boolean broken = content.decoderResult().isFailure();
                bodyOpen = bodyOpen && !last;
                bodyBytes += content.content().readableBytes();
                bodyLeft -= content.content().readableBytes();
                if (current == null) {
                    content.release();
                } else if (broken || bodyLeft < 0) {
                    content.release();
                    bodyOpen = true;
                    current.onBadContent(broken ? HttpResponseStatus.BAD_REQUEST : tooLarge());
                } else {
                    current.onContent(content);
                }
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    private HttpResponseStatus tooLarge() {
        proxy.refusals().count(Refusals.Why.BODY_SIZE);
        return HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
    }

    private void start(HttpRequest request) {
        waiting = false;
        answered = false;
        bodyOpen = true;
        oldVersion = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        boolean last = ++requests >= proxy.limits().sizes().requestsPerConnection();
        closeAfter = last || oldVersion || !HttpUtil.isKeepAlive(request);
        encoder.head(request.method().equals(HttpMethod.HEAD));
        HttpResponseStatus refusal = RequestRules.refusal(request, secure);
        if (refusal != null) {
            closeAfter = true;
            proxy.chronicle().refused(this, request, refusal);
            answer(refusal, refusal.reasonPhrase());
            return;
        }
        Exchange exchange = Exchange.of(this, request);
        current(exchange);
        exchange.begin();
    }

    /// Goes through what was sent ahead; not recursive, however much that is.
    private void takeBacklog() {
        if (taking) {
            return;
        }
        taking = true;
        while (!backlog.isEmpty() && (current == null || bodyOpen) && !lingering) {
            take(backlog.removeFirst());
        }
        taking = false;
        if (current == null && !lingering) {
            read(true);
        } else if (current != null) {
            current.onBatchEnd();
        }
    }

    /// Reads as much of a file as the client takes, and lets others have their turn in between.
    private void pump() {
        FilePump part = pump;
        if (part == null || pumping) {
            return;
        }
        pumping = true;
        progress(proxy.limits().times().responseBody());
        try {
            while (!part.done() && channel.isWritable()) {
                write(new DefaultHttpContent(part.next(channel.alloc())));
            }
        } catch (IOException _) {
            // A file that became shorter: what was promised cannot be kept.
            closeFile();
            abort0();
            return;
        } finally {
            pumping = false;
        }
        if (part.done()) {
            closeFile();
            finishWhenSent(afterFile);
            return;
        }
        flush();
        if (channel.isWritable()) {
            channel.eventLoop().execute(this::pump);
        }
    }

    private void closeFile() {
        FilePump part = pump;
        pump = null;
        if (part != null) {
            part.close();
        }
    }

    /// A file is written in the background.
    private final class FileProgress implements ChannelProgressiveFutureListener {
        @Override
        public void operationProgressed(ChannelProgressiveFuture future, long sent, long total) {
            progress(proxy.limits().times().responseBody());
            fileSent = sent;
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {
            sendingFile = false;
            if (!future.isSuccess()) {
                // A file that became shorter: what was promised cannot be kept.
                channel.close();
            }
        }
    }

    private void end() {
        lingering = true;
        if (inputShut) {
            closeWhenSent();
            return;
        }
        // Closing with unread bytes, now or until the client hears of it, would reset the
        // connection and take the answer with it (RFC 9112 §9.6).
        progress(proxy.limits().times().responseBody());
        if (secure) {
            SocketEnd.discardInput(channel);
        }
        SocketEnd.endForGood(
                channel,
                () -> {
                    progress(LINGER);
                    cutAfter(LINGER);
                    read(true);
                });
    }

    private void closeWhenSent() {
        progress(proxy.limits().times().responseBody());
        SocketEnd.close(channel, proxy.limits().times().responseBody());
    }
}
