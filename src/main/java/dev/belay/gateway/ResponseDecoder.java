package dev.belay.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.ReferenceCountUtil;

/// Reads a member's answers; knows whether the request was a HEAD, whose answer has no body
/// whatever its headers say, and whether any request waits at all.
///
/// What comes while none does belongs to nothing that was asked. Kept, it would become the
/// beginning of the next request's answer, which may be another client's.
// A close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ResponseDecoder extends HttpResponseDecoder {
    private boolean head;
    private boolean idle;

    ResponseDecoder(Limits limits) {
        super(RequestDecoder.config(limits).setStrictLineParsing(false));
    }

    /// A request is sent.
    void begin(boolean isHead) {
        head = isHead;
        idle = false;
    }

    /// The answer is read to its end.
    ///
    /// @return false when something follows it
    boolean rest() {
        idle = true;
        return actualReadableBytes() == 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (idle) {
            ReferenceCountUtil.release(message);
            context.close();
        } else {
            super.channelRead(context, message);
        }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return super.isContentAlwaysEmpty(message) || head;
    }
}
