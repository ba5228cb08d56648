package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;

/// Follows a stream of server-sent events, so that it can be ended between two of them. An event
/// ends with an empty line; lines end with CR, LF or both.
final class EventStream {
    private static final String TYPE = "text/event-stream";

    private final boolean framed;
    private boolean lineEmpty = true;
    private boolean afterReturn;
    private boolean atBoundary = true;
    private boolean ending;

    /// @param framed whether the end can be told apart from a lost connection
    EventStream(boolean framed) {
        this.framed = framed;
    }

    static boolean is(HttpResponse response) {
        String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null
                && type.regionMatches(true, 0, TYPE, 0, TYPE.length())
                && !response.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
    }

    boolean framed() {
        return framed;
    }

    /// From now on the stream ends at the next boundary; true when it stands at one.
    boolean endAtBoundary() {
        ending = true;
        return atBoundary;
    }

    /// Looks at the next part. When the stream is to end, cuts what follows the first boundary off
    /// and says true.
    boolean pass(ByteBuf part) {
        for (int i = part.readerIndex(); i < part.writerIndex(); i++) {
            step(part.getByte(i));
            if (ending && atBoundary) {
                part.writerIndex(i + 1);
                return true;
            }
        }
        return false;
    }

    private void step(byte next) {
        if (next == '\n' && afterReturn) {
            // The second half of a line's end, which changes nothing.
            afterReturn = false;
            return;
        }
        afterReturn = next == '\r';
        if (next == '\n' || next == '\r') {
            atBoundary = lineEmpty;
            lineEmpty = true;
        } else {
            atBoundary = false;
            lineEmpty = false;
        }
    }
}
