package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every case of `requests` against a gateway on real sockets, with a member that notes each byte.
///
/// Behind the bytes of a case a last, harmless request follows on the same connection: after a
/// refusal it must not arrive, and otherwise it must be the one that arrives last. So nothing of a
/// case can be left over that would be taken for another request.
class RequestCorpusTest {
    private static final String LAST =
            "GET /last HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n";
    private static final RawMessage LAST_AT_MEMBER =
            RawMessage.of("GET /last HTTP/1.1\r\nHost: last\r\n\r\n");
    private static final Pattern VERDICT = Pattern.compile("(refused|cut) ([0-9]{3})");
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final int PIECES_MAX = 2_000;

    @TempDir private static Path folder;
    private static TestGateway gateway;
    private static RecordingMember member;

    @BeforeAll
    static void start() throws Exception {
        gateway = new TestGateway(folder, TestGateway.limits(TestGateway.PATIENCE, 1_000));
        member = new RecordingMember(_ -> RecordingMember.Answer.of(ANSWER));
        gateway.routes(member.share());
    }

    @AfterAll
    static void stop() throws Exception {
        member.close();
        gateway.close();
    }

    static List<Corpus.Entry> cases() throws IOException {
        return Corpus.read("requests");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void in_one_piece(Corpus.Entry one) throws Exception {
        check(one, Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void byte_by_byte(Corpus.Entry one) throws Exception {
        check(one, 1 + one.block("send").length() / PIECES_MAX);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void wherever_it_is_split_it_is_read_alike(Corpus.Entry one) {
        byte[] bytes = RawMessage.bytes(one.block("send"));
        List<String> whole = decoded(bytes, 0);
        for (int split = 1; split < Math.min(bytes.length, PIECES_MAX); split++) {
            assertThat(decoded(bytes, split)).as("split after %d bytes", split).isEqualTo(whole);
        }
    }

    private static void check(Corpus.Entry one, int piece) throws Exception {
        String answers = talk(one.block("send"), piece);
        List<RecordingMember.Conversation> arrived = member.drain();
        Matcher verdict = VERDICT.matcher(one.parts().get(1).word());
        if (verdict.matches()) {
            assertThat(answers)
                    .as(one.why())
                    .startsWith("HTTP/1.1 " + verdict.group(2) + " ")
                    .containsIgnoringCase("\r\nConnection: close\r\n")
                    .containsOnlyOnce("HTTP/1.1 ");
            if (verdict.group(1).equals("refused")) {
                assertThat(arrived).as(one.why()).isEmpty();
            } else {
                assertThat(arrived).allSatisfy(with -> assertThat(with.whole).isEmpty());
            }
            return;
        }
        assertThat(arrived).allSatisfy(with -> assertThat(with.rest()).isEmpty());
        List<RawMessage> expected = expected(one);
        assertThat(alike(inOrder(arrived), expected)).as(one.why()).isEqualTo(expected);
        assertThat(answers.split("HTTP/1.1 200 OK\r\n", -1)).hasSize(expected.size() + 1);
    }

    private static List<RawMessage> inOrder(List<RecordingMember.Conversation> arrived) {
        return arrived.stream()
                .flatMap(with -> with.whole.stream())
                .sorted(Comparator.comparingInt(RecordingMember.Arrival::number))
                .map(RecordingMember.Arrival::message)
                .toList();
    }

    /// Each without what its counterpart does not speak of.
    private static List<RawMessage> alike(List<RawMessage> got, List<RawMessage> expected) {
        var alike = new ArrayList<RawMessage>();
        for (RawMessage message : got) {
            boolean more = alike.size() >= expected.size();
            alike.add(more ? message : message.likeIn(expected.get(alike.size())));
        }
        return alike;
    }

    private static List<RawMessage> expected(Corpus.Entry one) {
        var expected = new ArrayList<RawMessage>();
        boolean asSent = one.says("passes as sent");
        List<String> requests = asSent ? one.blocks("send") : one.blocks("gets");
        if (requests.isEmpty()) {
            throw new IllegalArgumentException(one.place() + ": no expectation");
        }
        requests.forEach(text -> expected.add(RawMessage.of(text)));
        if (!one.says("closes")) {
            expected.add(LAST_AT_MEMBER);
        }
        return expected;
    }

    /// Sends and reads until the gateway closes.
    private static String talk(String request, int piece) throws IOException {
        byte[] bytes = RawMessage.bytes(request + LAST);
        try (Socket socket = gateway.connect()) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            try {
                for (int from = 0; from < bytes.length; from += Math.min(piece, bytes.length)) {
                    out.write(bytes, from, Math.min(piece, bytes.length - from));
                }
            } catch (IOException _) {
                // Refused, and no longer listened to.
            }
            return TestGateway.readAll(socket.getInputStream());
        }
    }

    /// What the gateway's decoder and rules make of the bytes: heads whole, bodies joined.
    private static List<String> decoded(byte[] bytes, int split) {
        var channel = new EmbeddedChannel(new RequestDecoder(Limits.DEFAULT));
        channel.writeInbound(Unpooled.wrappedBuffer(bytes, 0, split));
        channel.writeInbound(Unpooled.wrappedBuffer(bytes, split, bytes.length - split));
        var seen = new ArrayList<String>();
        var body = new StringBuilder();
        boolean over = false;
        while (!over && !channel.inboundMessages().isEmpty()) {
            Object next = channel.readInbound();
            if (next instanceof HttpRequest head) {
                over = RequestRules.refusal(head, false) != null;
                seen.add(over ? "refused" : head.method() + " " + head.uri() + head.headers());
            }
            if (next instanceof HttpContent content && !over) {
                over = content.decoderResult().isFailure();
                body.append(content.content().toString(StandardCharsets.ISO_8859_1));
                if (content instanceof LastHttpContent last) {
                    seen.add(over ? "cut" : body + " and " + last.trailingHeaders());
                    body.setLength(0);
                }
            }
            ReferenceCountUtil.release(next);
        }
        channel.finishAndReleaseAll();
        return seen;
    }
}
