package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import java.util.List;

/// Netty's decoder, which refuses most of what two readers could read differently, plus what it
/// still lets pass: header and trailer lines continued on the next line (RFC 9112 §5.2), request
/// lines with other blanks than two single ones (§3), a second length in HTTP/1.0 (§6.3), names
/// that are another's for some, and any number of headers.
final class RequestDecoder extends HttpRequestDecoder {
    /// However short: each costs an object, and some are searched for among all.
    static final int FIELDS_MAX = 256;

    private static final byte LINE_FEED = '\n';

    private boolean inHead = true;
    private boolean inTrailer;
    private boolean requestLineRead;
    private boolean lengthRead;
    private int fields;
    private int wordEnd;
    private boolean broken;

    RequestDecoder(Limits limits) {
        super(config(limits));
    }

    static HttpDecoderConfig config(Limits limits) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.sizes().requestLine())
                .setMaxHeaderSize(limits.sizes().headers())
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
        if ((inHead || inTrailer) && continuesALine(buffer)) {
            broken = true;
            buffer.skipBytes(buffer.readableBytes());
            out.add(folded());
            return;
        }
        int from = buffer.readerIndex();
        super.decode(context, buffer, out);
        if (out.isEmpty()) {
            inTrailer = inTrailer || (!inHead && endsChunks(buffer, from));
            return;
        }
        HttpObject last = (HttpObject) out.getLast();
        inHead = last instanceof LastHttpContent;
        inTrailer = false;
        requestLineRead = requestLineRead && !inHead;
        broken = last.decoderResult().isFailure();
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) throws Exception {
        requestLineRead = true;
        lengthRead = false;
        fields = 0;
        if (!initialLine[2].startsWith("HTTP/")) {
            throw new IllegalArgumentException("a version in another case");
        }
        return super.createMessage(initialLine);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        wordEnd = start + length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        afterOneBlank(line, start);
        wordEnd = start + length;
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        afterOneBlank(line, start);
        return super.splitThirdWordInitialLine(line, start, length);
    }

    /// Netty parts the line at any number of blanks, tabs, and even bare CRs.
    private void afterOneBlank(byte[] line, int start) {
        if (start != wordEnd + 1 || line[wordEnd] != ' ') {
            throw new IllegalArgumentException("not one blank between two words");
        }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++fields > FIELDS_MAX) {
            throw new TooLongHttpHeaderException("more than " + FIELDS_MAX + " headers");
        }
        AsciiString name = super.splitHeaderName(line, start, length);
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
            if (lengthRead) {
                // Of two in HTTP/1.0, Netty takes the first and forgets the second.
                throw new IllegalArgumentException("a second length");
            }
            lengthRead = true;
        }
        if (LookalikeNames.has(name)) {
            throw new IllegalArgumentException("an underscore in the place of a hyphen");
        }
        return name;
    }

    private HttpObject folded() {
        HttpObject part =
                inTrailer
                        ? new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER)
                        : createInvalidMessage();
        var cause = new IllegalArgumentException("a header continues on the next line");
        part.setDecoderResult(DecoderResult.failure(cause));
        return part;
    }

    /// Looks from line feed to line feed up to the end of the headers.
    private boolean continuesALine(ByteBuf buffer) {
        int end = buffer.writerIndex();
        int line = buffer.readerIndex();
        if (inHead && !requestLineRead) {
            // Empty lines before a request say nothing; they are no end of headers.
            while (line < end && lineEnd(buffer.getByte(line))) {
                line++;
            }
        }
        while (line < end) {
            byte first = buffer.getByte(line);
            if (first == ' ' || first == '\t') {
                return true;
            }
            int feed = lineEnd(first) ? -1 : buffer.indexOf(line, end, LINE_FEED);
            if (feed < 0) {
                return false;
            }
            line = feed + 1;
        }
        return false;
    }

    private static boolean lineEnd(byte one) {
        return one == '\r' || one == LINE_FEED;
    }

    /// Whether what was just consumed is the line of the last chunk, whose size is zeros alone.
    private static boolean endsChunks(ByteBuf buffer, int from) {
        int next = from;
        while (next < buffer.readerIndex() && buffer.getByte(next) == '0') {
            next++;
        }
        return next > from
                && next < buffer.readerIndex()
                && Character.digit(buffer.getByte(next), 16) < 0;
    }
}
