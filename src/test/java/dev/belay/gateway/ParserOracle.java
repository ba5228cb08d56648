package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What must hold for any bytes whatever: nothing but a refusal comes of what makes no sense, no
/// memory is lost, and what leaves the gateway is read by the strictest of readers as what the
/// gateway took it for.
final class ParserOracle {
    private static final long HEADERS_MAX = 16_384;
    private static final Peer CLIENT =
            new Peer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), false);

    private ParserOracle() {}

    // --- requests -------------------------------------------------------------------------------

    static void request(byte[] data) throws IOException {
        try (var lab = new Laboratory()) {
            List<Message<HttpRequest>> whole = requests(lab, data, 0);
            int split = data.length == 0 ? 0 : Math.floorMod(Arrays.hashCode(data), data.length);
            assertThat(texts(requests(lab, data, split))).isEqualTo(texts(whole));
            for (Message<HttpRequest> one : whole) {
                if (one.end() != null) {
                    passes(lab, one);
                }
            }
        }
    }

    private static void passes(Laboratory lab, Message<HttpRequest> one) throws IOException {
        HttpRequest head = one.head();
        String line = head.method() + " " + head.uri() + " HTTP/1.1";
        RawMessage out = forwarded(lab, one);
        assertThat(out.start()).isEqualTo(line);
        assertThat(out.body()).isEqualTo(one.body());
        if (head.headers().size() + one.trailers().size() > RequestDecoder.FIELDS_MAX) {
            // The gateway's own fields come on top, and members have limits of their own.
            return;
        }
        List<Message<HttpRequest>> again = requests(lab, lab.last(), 0);
        assertThat(again).hasSize(1);
        assertThat(again.getFirst().head().uri()).isEqualTo(head.uri());
        assertThat(again.getFirst().body()).isEqualTo(one.body());
        assertThat(again.getFirst().end()).as("the end of it").isNotNull();
    }

    private static RawMessage forwarded(Laboratory lab, Message<HttpRequest> one)
            throws IOException {
        HttpRequest head = one.head();
        Forwarding.request(head, CLIENT, false, Forwarding.upgrade(head.headers()));
        return lab.written(new HttpRequestEncoder(), head, one.body(), one.trailers());
    }

    /// All that the decoder and the rules let pass, up to the first that they do not.
    private static List<Message<HttpRequest>> requests(Laboratory lab, byte[] data, int split) {
        List<Message<HttpRequest>> all = new ArrayList<>();
        Message<HttpRequest> current = null;
        for (Object part : lab.read(new RequestDecoder(Limits.DEFAULT), data, split)) {
            if (part instanceof HttpRequest head) {
                if (RequestRules.refusal(head, false) != null) {
                    return all;
                }
                current = new Message<>(head);
                all.add(current);
            }
            if (part instanceof HttpContent content && current != null) {
                if (content.decoderResult().isFailure()) {
                    return all;
                }
                current.add(content);
            }
        }
        return all;
    }

    private static List<String> texts(List<Message<HttpRequest>> messages) {
        return messages.stream()
                .map(one -> one.head().toString() + one.body() + one.end())
                .toList();
    }

    // --- answers --------------------------------------------------------------------------------

    static void answer(byte[] data) throws IOException {
        try (var lab = new Laboratory()) {
            var decoder = new ResponseDecoder(Limits.DEFAULT);
            decoder.begin(false);
            Message<HttpResponse> answer = null;
            for (Object part : lab.read(decoder, data, 0)) {
                if (part instanceof HttpResponse head) {
                    if (head.decoderResult().isFailure() || head.status().code() == 101) {
                        return;
                    }
                    answer = new Message<>(head);
                }
                if (part instanceof HttpContent content && answer != null) {
                    if (content.decoderResult().isFailure()) {
                        return;
                    }
                    answer.add(content);
                    if (answer.end() != null && answer.head().status().code() >= 200) {
                        break;
                    }
                }
            }
            if (answer != null && answer.end() != null && answer.head().status().code() >= 200) {
                passesBack(lab, answer);
            }
        }
    }

    private static void passesBack(Laboratory lab, Message<HttpResponse> one) throws IOException {
        HttpResponse head = one.head();
        List<String> codings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty()
                && !(codings.size() == 1 && RequestRules.chunked(codings.getFirst()))) {
            return;
        }
        Forwarding.response(head, false);
        RequestRules.spellOut(head.headers());
        int status = head.status().code();
        boolean framed =
                HttpUtil.isTransferEncodingChunked(head)
                        || head.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        if (!framed && status != 204 && status != 304) {
            HttpUtil.setTransferEncodingChunked(head, true);
        }
        RawMessage out = lab.written(new ResponseEncoder(), head, one.body(), one.trailers());
        assertThat(out.start()).startsWith("HTTP/1.1 " + head.status().code() + " ");
        // A 205 has no content (RFC 9110 §15.3.6), whatever a member thinks.
        assertThat(out.body()).isEqualTo(status == 205 ? "" : one.body());
    }

    // --- HTTP/2 ---------------------------------------------------------------------------------

    /// Lines `name:value` become fields, as a client would send them.
    static void fields(byte[] data) throws IOException {
        var sent = new DefaultHttp2Headers(false);
        for (String line : new String(data, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            int colon = line.indexOf(':', 1);
            if (colon > 0) {
                sent.add(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        Http2Headers got;
        ByteBuf block = Unpooled.buffer();
        try {
            new DefaultHttp2HeadersEncoder().encodeHeaders(3, sent, block);
            got = new DefaultHttp2HeadersDecoder(true, HEADERS_MAX).decodeHeaders(3, block);
        } catch (Http2Exception _) {
            return;
        } catch (Exception e) {
            throw new AssertionError("Netty's own codec", e);
        } finally {
            block.release();
        }
        try (var lab = new Laboratory()) {
            taken(lab, got, true);
            taken(lab, got, false);
            LastHttpContent trailers = H2Fields.trailers(got);
            if (trailers != null) {
                trailers.release();
            }
        }
    }

    private static void taken(Laboratory lab, Http2Headers fields, boolean end) throws IOException {
        HttpRequest head = H2Fields.request(fields, end, false);
        Integer length = head == null ? null : length(head.headers());
        if (head == null || length == null || (end && length > 0)) {
            // Netty has refused it before: a length that is none, or not the body's.
            return;
        }
        if (RequestRules.refusal(head, false) != null) {
            return;
        }
        String method = String.valueOf(fields.method());
        var message = new Message<>(head);
        String body = end ? "" : "x".repeat(length < 0 ? 3 : length);
        message.add(
                new DefaultHttpContent(Unpooled.copiedBuffer(body, StandardCharsets.ISO_8859_1)));
        message.add(new DefaultLastHttpContent());
        assertThat(head.method().name()).isEqualTo(method);
        assertThat(head.headers().getAll(HttpHeaderNames.HOST)).hasSize(1);
        passes(lab, message);
    }

    /// Below 0 where there is none, null where it would not have come this far.
    private static @Nullable Integer length(HttpHeaders headers) {
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (lengths.isEmpty()) {
            return -1;
        }
        String only = lengths.getFirst();
        boolean usual = lengths.size() == 1 && only.matches("[0-9]{1,4}");
        return usual ? Integer.valueOf(only) : null;
    }

    // --- bytes in and out -----------------------------------------------------------------------

    /// A message, put together again.
    private static final class Message<H> {
        private final H head;
        private final StringBuilder body = new StringBuilder();
        private @Nullable HttpHeaders trailers;

        Message(H head) {
            this.head = head;
        }

        void add(HttpContent content) {
            body.append(content.content().toString(StandardCharsets.ISO_8859_1));
            if (content instanceof LastHttpContent last) {
                trailers = last.trailingHeaders().copy();
            }
        }

        H head() {
            return head;
        }

        String body() {
            return body.toString();
        }

        /// Null while the message has no end.
        @Nullable HttpHeaders end() {
            return trailers;
        }

        HttpHeaders trailers() {
            if (trailers == null) {
                throw new IllegalStateException("it has no end");
            }
            return trailers;
        }
    }

    /// Channels without sockets, whose memory is counted.
    private static final class Laboratory implements AutoCloseable {
        private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
        private byte[] last = new byte[0];

        /// What a decoder makes of the bytes. The parts' own bytes are copied, and given back.
        List<Object> read(ChannelHandler decoder, byte[] data, int split) {
            var channel = channel(decoder);
            channel.writeInbound(memory.buffer().writeBytes(data, 0, split));
            channel.writeInbound(memory.buffer().writeBytes(data, split, data.length - split));
            channel.finish();
            List<Object> parts = new ArrayList<>();
            for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
                switch (next) {
                    case HttpContent content -> parts.add(copied(content));
                    case HttpMessage head -> parts.add(head);
                    // After a switch to another protocol.
                    default -> ReferenceCountUtil.release(next);
                }
            }
            channel.checkException();
            return parts;
        }

        private static HttpContent copied(HttpContent content) {
            ByteBuf bytes = Unpooled.copiedBuffer(content.content());
            HttpContent copy;
            if (content instanceof LastHttpContent end) {
                var whole = new DefaultLastHttpContent(bytes);
                whole.trailingHeaders().set(end.trailingHeaders());
                copy = whole;
            } else {
                copy = new DefaultHttpContent(bytes);
            }
            copy.setDecoderResult(content.decoderResult());
            ReferenceCountUtil.release(content);
            return copy;
        }

        /// What leaves, as the strictest of readers takes it.
        RawMessage written(ChannelHandler encoder, Object head, String body, HttpHeaders trailers)
                throws IOException {
            Forwarding.trailers(trailers);
            var end = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
            end.trailingHeaders().set(trailers);
            var channel = channel(encoder);
            channel.writeOutbound(head);
            if (!body.isEmpty()) {
                ByteBuf bytes = memory.buffer();
                bytes.writeCharSequence(body, StandardCharsets.ISO_8859_1);
                channel.writeOutbound(new DefaultHttpContent(bytes));
            }
            channel.writeOutbound(end);
            channel.finish();
            ByteBuf all = memory.buffer();
            for (ByteBuf next = channel.readOutbound();
                    next != null;
                    next = channel.readOutbound()) {
                all.writeBytes(next);
                next.release();
            }
            last = new byte[all.readableBytes()];
            all.readBytes(last);
            all.release();
            return RawMessage.of(new String(last, StandardCharsets.ISO_8859_1));
        }

        byte[] last() {
            return last;
        }

        private EmbeddedChannel channel(ChannelHandler handler) {
            var channel = new EmbeddedChannel();
            channel.config().setAllocator(memory);
            channel.pipeline().addLast(handler);
            return channel;
        }

        @Override
        public void close() {
            assertThat(memory.metric().usedHeapMemory()).as("bytes not given back").isZero();
            assertThat(memory.metric().usedDirectMemory()).as("bytes not given back").isZero();
        }
    }
}
