package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/// Netty's decoder, which refuses most of what two readers could read differently, plus what it
/// still lets pass: header lines continued on the next line (RFC 9112 §5.2).
final class RequestDecoder extends HttpRequestDecoder {
    private static final byte LINE_FEED = '\n';

    private boolean inHead = true;
    private boolean broken;

    RequestDecoder(Limits limits) {
        super(config(limits));
    }

    static HttpDecoderConfig config(Limits limits) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLine())
                .setMaxHeaderSize(limits.headers())
                .setMaxChunkSize(64 * 1024)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out)
            throws Exception {
        if (broken) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        if (inHead && continuesALine(buffer)) {
            broken = true;
            buffer.skipBytes(buffer.readableBytes());
            HttpMessage invalid = createInvalidMessage();
            var cause = new IllegalArgumentException("a header continues on the next line");
            invalid.setDecoderResult(DecoderResult.failure(cause));
            out.add(invalid);
            return;
        }
        super.decode(context, buffer, out);
        if (!out.isEmpty()) {
            Object last = out.getLast();
            inHead = last instanceof LastHttpContent;
            broken = last instanceof HttpRequest request && request.decoderResult().isFailure();
        }
    }

    /// Looks from line feed to line feed up to the end of the headers.
    private static boolean continuesALine(ByteBuf buffer) {
        int end = buffer.writerIndex();
        int line = buffer.readerIndex();
        while (line < end) {
            byte first = buffer.getByte(line);
            if (first == ' ' || first == '\t') {
                return true;
            }
            if ((first == '\r' || first == LINE_FEED) && line > buffer.readerIndex()) {
                return false;
            }
            int feed = buffer.indexOf(line, end, LINE_FEED);
            if (feed < 0) {
                return false;
            }
            line = feed + 1;
        }
        return false;
    }
}
