package dev.belay.gateway;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/// Writes answers; knows whether the request was a HEAD, whose answer has headers alone.
final class ResponseEncoder extends HttpResponseEncoder {
    private boolean head;

    void head(boolean next) {
        head = next;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return super.isContentAlwaysEmpty(response) || head;
    }
}
