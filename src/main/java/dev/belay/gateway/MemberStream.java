package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One exchange's stream to a member that speaks HTTP/2.
// A write that fails ends the stream or the channel, and its exchange hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class MemberStream implements MemberLink {
    private final MemberSession session;
    private int id;
    private @Nullable ProxyExchange exchange;
    private boolean headOnly;
    private boolean requestEnded;
    private boolean closed;
    private boolean refused;
    private boolean answering;
    private boolean answerEnded;
    private boolean wanted = true;

    /// Bytes of the answer that came and for which the member was given no new room yet.
    private int owed;

    /// Bytes of the body that the answer still owes by its own words; negative when it says
    /// nothing.
    private long expected = -1;

    MemberStream(MemberSession session) {
        this.session = session;
    }

    // --- what the exchange uses -----------------------------------------------------------------

    @Override
    public Upstream upstream() {
        return session.upstream();
    }

    @Override
    public void begin(ProxyExchange next, HttpRequest request) {
        exchange = next;
        headOnly = request.method().equals(HttpMethod.HEAD);
        requestEnded = !RequestRules.hasBody(request);
        id = session.connection().local().incrementAndGetNextStreamId();
        var context = session.context();
        var promise = context.newPromise();
        Http2Headers fields = H2Fields.request(request);
        session.encoder().writeHeaders(context, id, fields, 0, requestEnded, promise);
        session.attach(id, this);
        promise.addListener(sent -> {
            if (!sent.isSuccess()) {
                onClosed(unsent(sent.cause()));
            }
        });
    }

    /// What became of a head that could not be sent. Netty itself refuses one after a GOAWAY.
    private Loss unsent(Throwable cause) {
        return switch (cause) {
            case Http2Exception.HeaderListSizeException _ -> Loss.TOO_LARGE;
            case Http2Exception _ -> session.lossOfRefused();
            default -> session.lossAmidWriting();
        };
    }

    @Override
    public void write(HttpContent part) {
        if (closed || requestEnded) {
            part.release();
            return;
        }
        var context = session.context();
        boolean last = part instanceof LastHttpContent;
        requestEnded = last;
        HttpHeaders trailers =
                part instanceof LastHttpContent ending && !ending.trailingHeaders().isEmpty()
                        ? ending.trailingHeaders()
                        : null;
        boolean end = last && trailers == null;
        session.encoder().writeData(context, id, part.content(), 0, end, context.newPromise());
        if (trailers != null) {
            Http2Headers fields = H2Fields.trailers(trailers);
            session.encoder().writeHeaders(context, id, fields, 0, true, context.newPromise());
        }
    }

    @Override
    public void flush() {
        session.flush(session.context());
    }

    @Override
    public boolean writable() {
        return !closed && session.writable(id);
    }

    @Override
    public void read(boolean more) {
        wanted = more;
        if (more && owed > 0) {
            int bytes = owed;
            owed = 0;
            session.consumed(id, bytes);
        }
    }

    @Override
    public void idleHint(Duration told) {
        session.idleHint(told);
    }

    @Override
    public void release() {
        close();
    }

    /// Where both sides have ended, or nothing was begun, there is nothing to give up: servers
    /// count those who reset streams among those who attack them.
    @Override
    public void close() {
        exchange = null;
        if (!closed && id > 0 && !(requestEnded && answerEnded)) {
            session.reset(id, Http2Error.CANCEL);
        }
    }

    @Override
    public TunnelEnd handOver() {
        throw new IllegalStateException("HTTP/2 knows no switch of protocols");
    }

    // --- what the session says ------------------------------------------------------------------

    /// Takes a head, an interim one, or trailers.
    ///
    /// @return false when the fields are malformed, or come where none may
    boolean onHeaders(Http2Headers fields, boolean end) {
        ProxyExchange current = exchange;
        if (current == null) {
            return true;
        }
        if (answering) {
            LastHttpContent last = H2Fields.trailers(fields);
            return end && last != null && ended(current, last);
        }
        HttpResponse response = H2Fields.response(fields);
        if (response == null) {
            return false;
        }
        session.touched(this);
        boolean interim = response.status().code() < HttpResponseStatus.OK.code();
        if (interim) {
            if (end) {
                return false;
            }
            current.onResponse(response);
            take(LastHttpContent.EMPTY_LAST_CONTENT);
            return true;
        }
        answering = true;
        session.answered();
        expected = expected(response);
        if (end && expected > 0) {
            return false;
        }
        current.onResponse(response);
        return !end || exchange == null || ended(current, LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private long expected(HttpResponse response) {
        String length = response.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        int status = response.status().code();
        boolean bodiless = headOnly || status == HttpResponseStatus.NOT_MODIFIED.code();
        return length == null || bodiless ? -1 : Long.parseLong(length);
    }

    private boolean ended(ProxyExchange current, LastHttpContent last) {
        if (expected > 0) {
            last.release();
            return false;
        }
        answerEnded = true;
        session.touched(this);
        current.onResponseContent(last);
        return true;
    }

    /// Takes a part of the answer.
    ///
    /// @return for how many of the bytes the member may send new ones; -1 when they are not what
    ///   the head announced
    int onData(ByteBuf data, boolean end) {
        int bytes = data.readableBytes();
        if (exchange == null) {
            return bytes;
        }
        if (!answering || (expected >= 0 && (bytes > expected || (end && bytes < expected)))) {
            return -1;
        }
        expected = expected < 0 ? expected : expected - bytes;
        session.touched(this);
        answerEnded = end;
        ByteBuf part = data.retain();
        take(end ? new DefaultLastHttpContent(part) : new DefaultHttpContent(part));
        if (wanted || exchange == null) {
            return bytes;
        }
        owed += bytes;
        return 0;
    }

    private void take(HttpContent content) {
        if (exchange == null) {
            content.release();
        } else {
            exchange.onResponseContent(content);
        }
    }

    void onBatchEnd() {
        if (exchange != null) {
            exchange.onResponseFlush();
        }
    }

    void onWritability() {
        if (exchange != null) {
            exchange.onUpstreamWritability();
        }
    }

    void onRefused() {
        refused = true;
    }

    void onClosed(Loss loss) {
        closed = true;
        ProxyExchange left = exchange;
        exchange = null;
        if (left != null) {
            left.onUpstreamLost(refused ? Loss.UNSENT : loss);
        }
    }
}
