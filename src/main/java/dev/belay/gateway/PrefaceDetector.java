package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Finds out by its first bytes whether a client speaks HTTP/2 with prior knowledge (RFC 9113
/// §3.3), and then takes the place of all that stands ready for HTTP/1.1.
final class PrefaceDetector extends ByteToMessageDecoder {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ClientConnection fallback;

    /// @param fallback the last of the handlers for HTTP/1.1, which stand behind this one
    PrefaceDetector(ClientConnection fallback) {
        this.fallback = fallback;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int start = in.readerIndex();
        int known = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(start + i) != PREFACE[i]) {
                context.pipeline().remove(this);
                return;
            }
        }
        if (known == PREFACE.length) {
            ChannelPipeline pipeline = context.pipeline();
            ClientSession.replace(fallback, pipeline);
            // What was read goes to the next handler.
            pipeline.remove(this);
        }
    }
}
