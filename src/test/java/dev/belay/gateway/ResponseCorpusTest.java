package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every case of `responses` with a member that misbehaves so: what the client gets, and that the
/// next request, which is answered well, gets its own answer and nothing of the one before.
class ResponseCorpusTest {
    private static final String ASK = "GET /case HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";
    private static final Pattern OWN = Pattern.compile("sees ([0-9]{3})( after interim answers)?");
    private static final int PIECES_MAX = 500;

    @TempDir private static Path folder;
    private static TestGateway gateway;
    private static RecordingMember member;
    private static volatile RecordingMember.Answer misbehaviour = RecordingMember.Answer.of(ANSWER);

    @BeforeAll
    static void start() throws Exception {
        // One loop, and so one pool: the next request could get the connection of the one before.
        gateway = new TestGateway(folder, TestGateway.limits(TestGateway.PATIENCE, 1_000), 1);
        member =
                new RecordingMember(request ->
                        request.start().contains("/next")
                                ? RecordingMember.Answer.of(ANSWER)
                                : misbehaviour);
        gateway.routes(member.share());
    }

    @AfterAll
    static void stop() throws Exception {
        member.close();
        gateway.close();
    }

    static List<Corpus.Entry> cases() throws IOException {
        return Corpus.read("responses");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void in_one_piece(Corpus.Entry one) throws Exception {
        check(one, Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void byte_by_byte(Corpus.Entry one) throws Exception {
        check(one, 1 + one.block("answers").length() / PIECES_MAX);
    }

    private static void check(Corpus.Entry one, int piece) throws Exception {
        member.drain();
        misbehaviour =
                new RecordingMember.Answer(
                        pieces(RawMessage.bytes(one.block("answers")), piece), ending(one));
        String ask = one.says("ask") ? one.block("ask") : ASK;
        boolean headless = ask.startsWith("HEAD ");
        try (Socket socket = gateway.connect()) {
            socket.getOutputStream().write(RawMessage.bytes(ask));
            var in = new BufferedInputStream(socket.getInputStream());
            boolean open = seen(one, in, headless);
            member.quiet();
            settle();
            next(open ? socket : null, in);
        }
        List<RecordingMember.Conversation> conversations = member.drain();
        assertThat(conversations)
                .as(one.why())
                .hasSize(one.says("kept") ? 1 : 2)
                .allSatisfy(with -> assertThat(with.rest()).isEmpty());
    }

    private static RecordingMember.Ending ending(Corpus.Entry one) {
        if (one.says("ends")) {
            return RecordingMember.Ending.CLOSES;
        }
        return one.says("resets") ? RecordingMember.Ending.RESETS : RecordingMember.Ending.KEEPS;
    }

    private static List<byte[]> pieces(byte[] bytes, int size) {
        var pieces = new ArrayList<byte[]>();
        for (int from = 0; from < bytes.length; from += Math.min(size, bytes.length)) {
            int to = (int) Math.min(bytes.length, (long) from + size);
            pieces.add(Arrays.copyOfRange(bytes, from, to));
        }
        return pieces;
    }

    /// Compares what the client gets; false when its connection is over with that.
    private static boolean seen(Corpus.Entry one, InputStream in, boolean headless)
            throws IOException {
        for (Corpus.Part part : one.parts()) {
            Matcher own = OWN.matcher(part.word());
            if (own.matches()) {
                RawMessage got = RawMessage.read(in, headless);
                while (own.group(2) != null && got.start().startsWith("HTTP/1.1 102 ")) {
                    got = RawMessage.read(in, headless);
                }
                assertThat(got.start()).as(one.why()).startsWith("HTTP/1.1 " + own.group(1));
                assertThat(got.fields()).contains("cache-control: no-store");
                return goesOn(got);
            }
            if (part.word().equals("sees")) {
                RawMessage expected = RawMessage.of(part.bytes(), headless);
                RawMessage got = RawMessage.read(in, headless);
                assertThat(got.likeIn(expected)).as(one.why()).isEqualTo(expected);
                if (!goesOn(got)) {
                    return false;
                }
            }
        }
        if (one.says("cut")) {
            // A reset or an end, but before the message is whole; never its end.
            RawMessage cut = null;
            try {
                cut = RawMessage.read(in, headless);
            } catch (EOFException | SocketException _) {
                // As it should be.
            }
            assertThat(cut).as(one.why()).isNull();
            return false;
        }
        return true;
    }

    private static boolean goesOn(RawMessage message) {
        return message.fields().stream()
                .noneMatch(field -> field.toLowerCase(Locale.ROOT).equals("connection: close"));
    }

    private static void next(@Nullable Socket open, InputStream in) throws IOException {
        if (open != null) {
            open.getOutputStream().write(RawMessage.bytes(NEXT));
            assertThat(RawMessage.read(in, false).body()).isEqualTo("next");
            return;
        }
        try (Socket another = gateway.connect()) {
            another.getOutputStream().write(RawMessage.bytes(NEXT));
            var from = new BufferedInputStream(another.getInputStream());
            assertThat(RawMessage.read(from, false).body()).isEqualTo("next");
        }
    }

    /// Lets the loop come round, so that it has read whatever the member sent.
    private static void settle() throws IOException {
        for (int i = 0; i < 3; i++) {
            gateway.client.close(TestGateway.KEY, "v1", List.of("nobody"));
        }
    }
}
