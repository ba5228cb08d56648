package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request that waits until its component's door opens; then it begins as if it had just come. It
/// is at no instance meanwhile, and counted at none.
///
/// Of its body as much is kept as the component's budget has left. What a client may still send
/// when it is asked to stop is granted beforehand, so that the budget is never overdrawn.
final class HeldExchange implements Exchange {
    /// What may come of a body after reading was stopped: a stream's window (HTTP/2), which is more
    /// than what is read of a socket at once.
    static final int UNDER_WAY = 256 * 1024;

    private final Client client;
    private final HttpRequest request;
    private final Table.Entry entry;
    private final RouteKey key;
    private final Door.Hold hold;
    private final DoorCounts counts;
    private final Transcript transcript;
    private final long end;

    /// How long the body is; the largest number where nobody said.
    private final long length;

    private long granted;
    private @Nullable ByteBuf kept;
    private @Nullable LastHttpContent last;
    private boolean stopped;
    private boolean over;

    /// @param granted bytes of the budget that it has already
    HeldExchange(
            Client client,
            HttpRequest request,
            Table.Entry entry,
            Door.Hold hold,
            Transcript transcript,
            long granted) {
        this.client = client;
        this.request = request;
        this.entry = entry;
        this.key = entry.route().key();
        this.hold = hold;
        this.counts = client.proxy().doors().of(key);
        this.transcript = transcript;
        this.length = length(request);
        this.granted = granted;
        this.end = System.nanoTime() + hold.age().toNanos();
        transcript.routed(key.environment(), key.component());
    }

    private static long length(HttpRequest request) {
        return RequestRules.hasBody(request)
                ? HttpUtil.getContentLength(request, Long.MAX_VALUE)
                : 0;
    }

    /// What a request needs of the budget before anything of its body is read.
    static long firstGrant(HttpRequest request) {
        return Math.min(UNDER_WAY, length(request));
    }

    @Override
    public void begin() {
        client.progress(hold.age());
        if (Forwarding.upgrade(request.headers()) && length == 0) {
            // What follows the request belongs to another protocol.
            stop();
        } else if (length > 0 && request.headers().contains(HttpHeaderNames.EXPECT)) {
            // Its client waits to be asked for the body, which is not asked for before the end.
            stop();
        }
        client.loop().waitingRoom().add(key, this);
        // It costs the loop nothing while it waits, and must not be why others are refused.
        client.loop().overload().ended();
    }

    /// Whether its door is still as it was.
    boolean held() {
        Table.Entry now = client.proxy().table().entries().get(key);
        return now != null && now.door() instanceof Door.Hold;
    }

    // --- its body -------------------------------------------------------------------------------

    @Override
    public void onContent(HttpContent content) {
        keep(content.content());
        if (content instanceof LastHttpContent end) {
            HttpHeaders trailers = end.trailingHeaders();
            last =
                    trailers.isEmpty()
                            ? LastHttpContent.EMPTY_LAST_CONTENT
                            : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, trailers);
            counts.giveBack(granted - size());
            granted = size();
        }
        content.release();
        if (last == null && !mayReadOn()) {
            stop();
        }
    }

    /// Copied into one buffer: what comes in crumbs would cost many times its size, and a part may
    /// hold on to all that was read with it.
    private void keep(ByteBuf bytes) {
        int more = bytes.readableBytes();
        if (more > 0) {
            transcript.received(more);
            ByteBuf all = kept == null ? ByteBufAllocator.DEFAULT.buffer(more) : kept;
            kept = all.writeBytes(bytes);
        }
    }

    private int size() {
        return kept == null ? 0 : kept.readableBytes();
    }

    /// Sees to it that what may come although reading stops is granted.
    private boolean mayReadOn() {
        while (size() + UNDER_WAY > granted && granted < length) {
            long more = Math.min(UNDER_WAY, length - granted);
            if (!counts.take(more, hold.bytes())) {
                return false;
            }
            granted += more;
        }
        return true;
    }

    private void stop() {
        stopped = true;
        client.read(false);
    }

    // --- its end --------------------------------------------------------------------------------

    /// Begins, by the table as it is now.
    void go() {
        if (over) {
            return;
        }
        var parts = new ArrayList<HttpContent>(2);
        if (kept != null) {
            parts.add(new DefaultHttpContent(kept));
            kept = null;
        }
        if (last != null) {
            parts.add(last);
        }
        leave(DoorCounts.Outcome.RELEASED);
        transcript.released();
        if (stopped) {
            client.read(true);
        }
        client.goOn(Exchange.routed(client, request, transcript), List.copyOf(parts));
    }

    private void leave(DoorCounts.Outcome outcome) {
        over = true;
        client.loop().waitingRoom().remove(key, this);
        client.loop().overload().began();
        counts.leave();
        counts.giveBack(granted);
        counts.count(outcome);
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }

    private void refuse(DoorCounts.Outcome outcome, String why) {
        leave(outcome);
        ShutExchange.answer(client, request, entry, transcript, Doors.busy(why));
    }

    /// It would be in nobody's budget, for as long as the door is shut.
    @Override
    public boolean keepsAhead() {
        return false;
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onClientWritability() {}

    @Override
    public void onClientGone() {
        if (!over) {
            leave(DoorCounts.Outcome.LEFT);
            client.proxy().chronicle().end(transcript, Transcript.Ending.CLIENT_LEFT);
        }
    }

    @Override
    public void onBadContent(HttpResponseStatus because) {
        fail(because);
    }

    private void fail(HttpResponseStatus because) {
        leave(DoorCounts.Outcome.BODY);
        transcript.answered(because.code());
        transcript.because(because.reasonPhrase());
        client.proxy().chronicle().end(transcript, Transcript.Ending.FAILED);
        client.closeAfterThis();
        client.answer(because, because.reasonPhrase());
    }

    /// Its own time, that of its body, or that of a client that said that it sends no more and may
    /// be gone.
    @Override
    public void onTimeout() {
        if (!held()) {
            // Its turn was near.
            go();
        } else if (System.nanoTime() - end >= 0) {
            String why =
                    "The component is held, and the request waited for "
                            + hold.age().toMillis()
                            + " ms.";
            refuse(DoorCounts.Outcome.AGE, why);
        } else if (last == null) {
            fail(HttpResponseStatus.REQUEST_TIMEOUT);
        } else {
            refuse(DoorCounts.Outcome.LEFT, "The component is held, and the client hung up.");
        }
    }

    @Override
    public void onClose(Farewell farewell) {
        if (farewell.revision() == null) {
            refuse(
                    DoorCounts.Outcome.DRAINED,
                    "The component is held, and the gateway is replaced.");
        }
    }
}
