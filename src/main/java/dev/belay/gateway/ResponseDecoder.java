package dev.belay.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

/// Reads a member's answers, and takes for a status line only what is one: Netty reads `+200`, `20`
/// and `HTTP/9.9`. Knows whether the request was a HEAD, whose answer has no body whatever its
/// headers say, and whether any request waits at all.
///
/// What comes while none does belongs to nothing that was asked. Kept, it would become the
/// beginning of the next request's answer, which may be another client's.
// A close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ResponseDecoder extends HttpResponseDecoder {
    private static final char DELETE = 127;

    private boolean head;
    private boolean idle;
    private boolean lengthRead;
    private int fields;

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
    protected HttpMessage createMessage(String[] initialLine) {
        String version = initialLine[0];
        String code = initialLine[1];
        boolean spoken = version.equals("HTTP/1.1") || version.equals("HTTP/1.0");
        if (!spoken || !threeDigits(code) || code.charAt(0) == '0') {
            throw new IllegalArgumentException("not a status line");
        }
        if (hasControls(initialLine[2])) {
            throw new IllegalArgumentException("a control character in a reason");
        }
        lengthRead = false;
        fields = 0;
        return super.createMessage(initialLine);
    }

    private static boolean threeDigits(String code) {
        for (int i = 0; i < code.length(); i++) {
            if (code.charAt(i) < '0' || code.charAt(i) > '9') {
                return false;
            }
        }
        return code.length() == 3;
    }

    private static boolean hasControls(String reason) {
        for (int i = 0; i < reason.length(); i++) {
            char c = reason.charAt(i);
            if ((c < ' ' && c != '\t') || c == DELETE) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++fields > RequestDecoder.FIELDS_MAX) {
            throw new TooLongHttpHeaderException("more headers than allowed");
        }
        int colon = start + length;
        while (line[colon] == ' ' || line[colon] == '\t') {
            colon++;
        }
        if (line[colon] != ':') {
            throw new IllegalArgumentException("a blank within a name");
        }
        AsciiString name = super.splitHeaderName(line, start, length);
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
            if (lengthRead) {
                throw new IllegalArgumentException("a second length");
            }
            lengthRead = true;
        }
        return name;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        boolean switching =
                message instanceof HttpResponse response
                        && response.status().code()
                                == HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        return head || switching || super.isContentAlwaysEmpty(message);
    }
}
