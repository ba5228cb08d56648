package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A request that a member answers. Body and answer flow part by part, each side held back when the
/// other is slow.
///
/// Another member is tried when a member has not looked at the request (connection refused, stream
/// refused), and once when it went away before its answer and doing it twice is doing it once.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyExchange implements Exchange {
    private static final int CONNECTIONS_MAX = 4;

    /// They are not held back when a client is slow, and so they must end.
    private static final int INTERIMS_MAX = 64;

    /// How long a member may take to say that it wants the body.
    private static final Duration CONTINUE_AFTER = Duration.ofSeconds(1);

    private final Client client;
    private final HttpRequest request;
    private final boolean upgrade;
    private final boolean repeatable;
    private final boolean call;
    private final Transcript transcript;
    private final Deque<HttpContent> queued = new ArrayDeque<>(1);
    private final List<Upstream> tried = new ArrayList<>();
    private int connections;
    private boolean requestComplete;
    private boolean bodyPassed;

    /// A member that ended the connection of the last attempt and looked at nothing.
    private @Nullable Upstream leaving;

    private boolean repeated;

    private final Table.@Nullable Entry entry;
    private final @Nullable Visit visit;

    private Table.@Nullable LiveShare share;
    private @Nullable Upstream upstream;
    private @Nullable MemberLink link;
    private boolean over;

    private int interims;
    private boolean memberSaid100;
    private boolean weSaid100;
    private boolean informational;
    private boolean answering;
    private boolean switching;
    private boolean keepUpstream;
    private @Nullable EventStream events;

    /// @param entry the table's line at this moment, and the share that was drawn
    /// @param visit of somebody who is to stay with a revision
    ProxyExchange(
            Client client,
            HttpRequest request,
            Transcript transcript,
            Table.@Nullable Entry entry,
            Table.@Nullable LiveShare drawn,
            @Nullable Visit visit) {
        this.client = client;
        this.visit = visit;
        this.request = request;
        this.transcript = transcript;
        this.entry = entry;
        this.share = drawn;
        this.upgrade =
                !client.oldVersion()
                        && Forwarding.upgrade(request.headers())
                        && !RequestRules.hasBody(request);
        this.call = RequestRules.speaksGrpc(request);
        this.repeatable = RequestRules.repeatable(request) && !upgrade;
        Forwarding.request(request, client.peer(), client.secure(), upgrade);
        client.proxy().chronicle().trace(transcript);
    }

    private Limits limits() {
        return client.proxy().limits();
    }

    /// A call of gRPC lasts as long as its two sides want: its own deadline travels with it, and
    /// the first word of a stream may come after an hour.
    @Override
    public boolean patient() {
        return call && upstream != null && upstream.speaksHttp2();
    }

    private Duration within(Duration usual) {
        return patient() ? limits().times().tunnel() : usual;
    }

    // --- finding a member -----------------------------------------------------------------------

    @Override
    public void begin() {
        client.progress(limits().times().responseHead());
        if (upgrade) {
            // What follows the request belongs to another protocol.
            client.read(false);
        }
        Table.LiveShare drawn = share;
        share = null;
        attempt(entry, drawn);
        if (patient()) {
            client.progress(within(limits().times().responseHead()));
        }
    }

    /// Draws again, from the table as it is now.
    private void again(MemberLink.Loss why) {
        transcript.retried();
        if (share != null) {
            share.traffic().repeated(why);
        }
        Table.Entry now =
                entry == null ? null : client.proxy().table().entries().get(entry.route().key());
        Table.LiveShare drawn =
                now == null ? null : visit == null ? now.choose() : now.choose(visit);
        attempt(now, drawn);
    }

    private void attempt(Table.@Nullable Entry line, Table.@Nullable LiveShare drawn) {
        Table.LiveShare chosen = line == null ? null : line.untried(drawn, tried);
        Upstream next = chosen == null ? null : chosen.home(tried, visit);
        if (line != null && next == null && leaving != null) {
            // There is nobody else; it was its connection that went, not the member.
            tried.remove(leaving);
            chosen = line.untried(drawn, tried);
            next = chosen == null ? null : chosen.home(tried, visit);
        }
        leaving = null;
        if (line != null) {
            RouteKey key = line.route().key();
            transcript.routed(key.environment(), key.component());
        }
        if (line == null || chosen == null || next == null || ++connections > CONNECTIONS_MAX) {
            if (repeated) {
                lost(HttpResponseStatus.BAD_GATEWAY);
            } else {
                unavailable(line);
            }
            return;
        }
        share = chosen;
        upstream = next;
        transcript.asked(chosen.traffic().revision(), next.member().id());
        chosen.traffic().enter();
        next.enter();
        ConnectionPool pool = client.loop().pool();
        // A second time not by a connection that may be closed, too.
        MemberLink idle = repeated ? null : pool.take(next, !repeatable);
        if (idle != null) {
            send(idle);
        } else {
            pool.connect(next, this::connected, this::refused);
        }
    }

    private void unavailable(Table.@Nullable Entry line) {
        over = true;
        int status = HttpResponseStatus.SERVICE_UNAVAILABLE.code();
        long nanos = transcript.answered(status);
        if (line != null) {
            line.unrouted().answered(status, nanos, null);
        }
        releaseQueued();
        String why = "No instance can take the request.";
        transcript.because(why);
        client.proxy().chronicle().end(transcript, Transcript.Ending.REFUSED);
        client.answer(HttpResponseStatus.SERVICE_UNAVAILABLE, why);
    }

    private void connected(MemberLink fresh) {
        if (over) {
            fresh.close();
        } else {
            send(fresh);
        }
    }

    private void refused(Throwable cause) {
        if (over || share == null || upstream == null) {
            return;
        }
        share.traffic().error(RevisionTraffic.UpstreamError.CONNECT);
        client.proxy().suspect(share, upstream);
        share.failed(upstream);
        tried.add(upstream);
        leave();
        again(MemberLink.Loss.UNSENT);
    }

    // --- the request ----------------------------------------------------------------------------

    private void send(MemberLink to) {
        link = to;
        to.begin(this, request);
        if (!to.equals(link)) {
            // It came to nothing at once, and another may have it by now.
            return;
        }
        while (!queued.isEmpty()) {
            pass(to, queued.removeFirst());
        }
        to.flush();
        if (!requestComplete && to.writable()) {
            client.read(true);
        }
        if (!requestComplete && request.headers().contains(HttpHeaderNames.EXPECT)) {
            long millis = CONTINUE_AFTER.toMillis();
            client.loop().eventLoop().schedule(this::sayContinue, millis, TimeUnit.MILLISECONDS);
        }
    }

    /// Many members do not know what the client waits for, and would wait for its body as long as
    /// it waits for their word (RFC 9110 §10.1.1 lets a proxy say it instead).
    private void sayContinue() {
        boolean waits = queued.isEmpty() && !bodyPassed && !requestComplete;
        if (!over && !answering && !memberSaid100 && !weSaid100 && waits) {
            weSaid100 = true;
            client.writeInterim(
                    new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            client.flush();
        }
    }

    private void pass(MemberLink to, HttpContent part) {
        bodyPassed = bodyPassed || !part.equals(LastHttpContent.EMPTY_LAST_CONTENT);
        to.write(part);
    }

    @Override
    public void onContent(HttpContent content) {
        requestComplete = content instanceof LastHttpContent;
        received(content.content().readableBytes());
        dropForbiddenTrailers(content);
        Limits.Times times = limits().times();
        client.progress(within(requestComplete ? times.responseHead() : times.requestBody()));
        if (link == null) {
            queued.add(content);
            if (!requestComplete) {
                client.read(false);
            }
            return;
        }
        pass(link, content);
        if (!requestComplete && !link.writable()) {
            client.read(false);
        }
    }

    @Override
    public void onBatchEnd() {
        if (link != null) {
            link.flush();
        }
    }

    void onUpstreamWritability() {
        if (link != null && !requestComplete && link.writable()) {
            client.progress(within(limits().times().requestBody()));
            client.read(true);
        }
    }

    // --- the answer -----------------------------------------------------------------------------

    void onResponse(HttpResponse response) {
        int status = response.status().code();
        boolean wrongSwitch =
                status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()
                        && !(upgrade && Forwarding.switches(request.headers(), response.headers()));
        if (response.decoderResult().isFailure() || wrongSwitch || foreignCoding(response)) {
            fail(HttpResponseStatus.BAD_GATEWAY, "The instance's answer could not be understood.");
            return;
        }
        switching = status == HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        if (status < HttpResponseStatus.OK.code() && !switching) {
            interim(response);
            return;
        }
        answering = true;
        answered(status);
        if (upstream != null) {
            upstream.ejection().succeeded();
        }
        keepUpstream = HttpUtil.isKeepAlive(response);
        idleHint(response.headers());
        Forwarding.response(response, switching);
        frame(response);
        if (visit != null) {
            visit.tell(response, client.secure());
        }
        if (client.proxy().options().nameRevision()) {
            response.headers().set("X-Belay-Revision", traffic().revision());
        }
        client.progress(within(limits().times().responseBody()));
        if (switching) {
            client.writeSwitch(response);
        } else {
            client.writeHead(response);
        }
    }

    private void interim(HttpResponse response) {
        if (++interims > INTERIMS_MAX) {
            fail(HttpResponseStatus.BAD_GATEWAY, "The instance sent no end of interim answers.");
            return;
        }
        informational = true;
        Forwarding.response(response, false);
        boolean is100 = response.status().equals(HttpResponseStatus.CONTINUE);
        memberSaid100 = memberSaid100 || is100;
        if (!client.oldVersion() && !(is100 && weSaid100)) {
            client.writeInterim(response);
        }
    }

    private static void dropForbiddenTrailers(HttpContent content) {
        if (content instanceof LastHttpContent last && !last.trailingHeaders().isEmpty()) {
            Forwarding.trailers(last.trailingHeaders());
        }
    }

    /// Whether it is coded in a way that nobody asked for: only trailers pass of what a client
    /// takes.
    private static boolean foreignCoding(HttpResponse response) {
        List<String> codings =
                RequestRules.all(response.headers(), HttpHeaderNames.TRANSFER_ENCODING);
        return !codings.isEmpty()
                && !(codings.size() == 1 && RequestRules.chunked(codings.getFirst()));
    }

    private void idleHint(HttpHeaders headers) {
        var seconds = Forwarding.idleSeconds(headers);
        if (seconds.isPresent() && link != null) {
            link.idleHint(Forwarding.seconds(seconds.getAsLong()));
        }
    }

    /// Makes the end of the body visible to the client.
    private void frame(HttpResponse response) {
        RequestRules.spellOut(response.headers());
        boolean chunked = HttpUtil.isTransferEncodingChunked(response);
        boolean length = response.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        if (!chunked && !length && mayHaveBody(response)) {
            // The member's connection ends the body: ours need not.
            keepUpstream = false;
            chunked = true;
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        if (chunked && client.oldVersion()) {
            response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
        }
        if (EventStream.is(response)) {
            events = new EventStream(chunked && !client.oldVersion());
        }
    }

    private boolean mayHaveBody(HttpResponse response) {
        int status = response.status().code();
        return !request.method().equals(HttpMethod.HEAD)
                && status >= HttpResponseStatus.OK.code()
                && status != HttpResponseStatus.NO_CONTENT.code()
                && status != HttpResponseStatus.NOT_MODIFIED.code();
    }

    void onResponseContent(HttpContent content) {
        if (informational) {
            informational = false;
            content.release();
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            lost(HttpResponseStatus.BAD_GATEWAY);
            return;
        }
        boolean last = content instanceof LastHttpContent;
        dropForbiddenTrailers(content);
        boolean cut = events != null && events.pass(content.content());
        client.progress(within(limits().times().responseBody()));
        sent(content.content().readableBytes());
        client.write(content);
        if (switching && last) {
            tunnel();
        } else if (last) {
            complete();
        } else if (cut) {
            endStream();
        } else if (!client.writable() && link != null) {
            link.read(false);
        }
    }

    void onResponseFlush() {
        client.flush();
    }

    @Override
    public void onClientWritability() {
        if (link != null && client.writable()) {
            client.progress(within(limits().times().responseBody()));
            link.read(true);
        }
    }

    private void complete() {
        MemberLink used = link;
        end(Transcript.Ending.COMPLETE);
        if (used != null) {
            if (keepUpstream && requestComplete) {
                used.release();
            } else {
                used.close();
            }
        }
        client.finish();
    }

    private void tunnel() {
        MemberLink used = link;
        if (used == null || share == null || upstream == null) {
            throw new IllegalStateException("a switch without a member");
        }
        over = true;
        link = null;
        client.flush();
        Tunnel.join(client, used, share.traffic(), request.headers(), transcript);
    }

    // --- the polite end -------------------------------------------------------------------------

    @Override
    public void onClose(Farewell farewell) {
        if (share == null || !farewell.concerns(share.traffic(), upstream)) {
            return;
        }
        if (!switching) {
            client.closeAfterThis();
        }
        if (events != null) {
            client.cutAfter(client.proxy().limits().times().closeGrace());
            if (events.endAtBoundary()) {
                endStream();
                client.flush();
            }
        }
    }

    /// Ends an event stream between two events, as if the member had.
    private void endStream() {
        MemberLink used = link;
        boolean framed = events != null && events.framed();
        end(Transcript.Ending.COMPLETE);
        if (used != null) {
            used.close();
        }
        if (framed) {
            client.write(LastHttpContent.EMPTY_LAST_CONTENT);
            client.closeAfterThis();
            client.finish();
        } else {
            client.endHere();
        }
    }

    // --- what goes wrong ------------------------------------------------------------------------

    void onUpstreamLost(MemberLink.Loss loss) {
        link = null;
        if (over) {
            return;
        }
        if (loss == MemberLink.Loss.TOO_LARGE) {
            fail(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "The instance takes no headers of that size.");
            return;
        }
        traffic().error(RevisionTraffic.UpstreamError.RESET);
        if (!answering && loss == MemberLink.Loss.BROKEN) {
            failed();
        }
        if (answering || interims > 0 || !mayBeSentAgain(loss)) {
            lost(HttpResponseStatus.BAD_GATEWAY);
            return;
        }
        leaving = loss == MemberLink.Loss.LEAVING ? upstream : null;
        if (loss != MemberLink.Loss.STALE && upstream != null) {
            tried.add(upstream);
        }
        leave();
        if (requestComplete) {
            // The body was empty; its end is sent again.
            queued.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        again(loss);
    }

    /// Whatever a member has not looked at may go to another. What it may have carried out goes to
    /// another once, when doing it twice is doing it once (RFC 9110 §9.2.2).
    private boolean mayBeSentAgain(MemberLink.Loss loss) {
        if (loss == MemberLink.Loss.UNSENT || loss == MemberLink.Loss.LEAVING) {
            return !bodyPassed;
        }
        boolean may = repeatable && requestComplete && !repeated && traffic().retries().spend();
        repeated = repeated || may;
        return may;
    }

    private void lost(HttpResponseStatus status) {
        fail(status, "The instance ended the connection before its answer.");
    }

    @Override
    public void onTimeout() {
        if (!requestComplete && !answering) {
            fail(HttpResponseStatus.REQUEST_TIMEOUT, "The request's body did not arrive in time.");
        } else if (answering && !client.writable()) {
            fail(HttpResponseStatus.REQUEST_TIMEOUT, "The client did not take its answer in time.");
        } else {
            traffic().error(RevisionTraffic.UpstreamError.TIMEOUT);
            failed();
            fail(HttpResponseStatus.GATEWAY_TIMEOUT, "The instance did not answer in time.");
        }
    }

    @Override
    public void onBadContent(HttpResponseStatus because) {
        fail(because, because.reasonPhrase());
    }

    @Override
    public void onClientGone() {
        if (over) {
            return;
        }
        if (!answering) {
            traffic().abandoned();
        }
        MemberLink used = link;
        end(Transcript.Ending.CLIENT_LEFT);
        if (used != null) {
            used.close();
        }
    }

    private void fail(HttpResponseStatus status, String why) {
        boolean begun = answering;
        if (!begun) {
            answered(status.code());
        }
        transcript.because(why);
        MemberLink used = link;
        end(begun ? Transcript.Ending.CUT : Transcript.Ending.FAILED);
        if (used != null) {
            used.close();
        }
        if (begun) {
            client.abort();
        } else {
            client.closeAfterThis();
            client.answer(status, why);
        }
    }

    private void failed() {
        if (share != null && upstream != null) {
            share.failed(upstream);
        }
    }

    private RevisionTraffic traffic() {
        if (share == null) {
            throw new IllegalStateException("no member was chosen");
        }
        return share.traffic();
    }

    private void answered(int status) {
        long nanos = transcript.answered(status);
        traffic().answered(status, nanos, upstream);
        if (upstream != null) {
            upstream.answered(status, nanos);
        }
    }

    private void received(int bytes) {
        if (bytes > 0) {
            transcript.received(bytes);
            if (share != null) {
                share.traffic().received(bytes);
            }
        }
    }

    private void sent(int bytes) {
        if (bytes > 0) {
            transcript.sent(bytes);
            traffic().sent(bytes);
        }
    }

    private void end(Transcript.Ending how) {
        over = true;
        client.proxy().chronicle().end(transcript, how);
        link = null;
        releaseQueued();
        leave();
    }

    private void leave() {
        if (share != null && upstream != null) {
            share.traffic().leave();
            upstream.leave();
            upstream = null;
        }
    }

    private void releaseQueued() {
        queued.forEach(HttpContent::release);
        queued.clear();
    }
}
