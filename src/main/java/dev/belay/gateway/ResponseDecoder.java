package dev.belay.gateway;

import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/// Reads a member's answers; knows whether the request was a HEAD, whose answer has no body
/// whatever its headers say.
final class ResponseDecoder extends HttpResponseDecoder {
    private boolean head;

    ResponseDecoder(Limits limits) {
        super(RequestDecoder.config(limits).setStrictLineParsing(false));
    }

    void head(boolean next) {
        head = next;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return super.isContentAlwaysEmpty(message) || head;
    }
}
