package dev.belay.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One way through a proxy to a member of its own: what reaches the member is of whoever was sent
/// last. One message at a time.
final class Lane implements AutoCloseable {
    private static final Pattern ANSWER =
            Pattern.compile("HTTP/1\\.1 ([0-9]{3})[^\r]*\r\n|X-Arrival: ([0-9]+)\r\n");

    private static final int PART = 4_096;

    final int port;
    private final AtomicInteger arrivals = new AtomicInteger();
    private final RecordingMember member =
            new RecordingMember(_ ->
                    RecordingMember.Answer.of(
                            "HTTP/1.1 200 OK\r\nX-Arrival: "
                                    + arrivals.getAndIncrement()
                                    + "\r\nContent-Length: 0\r\n\r\n"));

    Lane(int port) throws IOException {
        this.port = port;
    }

    Route.Share share() {
        return member.share();
    }

    int memberPort() {
        return member.port();
    }

    /// What is sent behind the message of that number.
    static String last(String number) {
        return "GET /last/%s HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n".formatted(number);
    }

    /// What becomes of the message and of a harmless request behind it.
    ///
    /// @param number which that request carries, and those of the message may
    Reading read(String number, String message) throws IOException, InterruptedException {
        arrivals.set(0);
        String answers = talk(message + last(number));
        List<RecordingMember.Conversation> with = member.drain();
        var statuses = new StringBuilder();
        Matcher answer = ANSWER.matcher(answers);
        while (answer.find()) {
            statuses.append(answer.group(1) == null ? "#" + answer.group(2) : answer.group(1))
                    .append(' ');
        }
        return new Reading(number, with, statuses.toString().strip());
    }

    /// Sends, and reads until the proxy closes.
    private String talk(String bytes) throws IOException {
        var got = new StringBuilder();
        var part = new byte[PART];
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
            socket.getOutputStream().write(RawMessage.bytes(bytes));
            InputStream in = socket.getInputStream();
            for (int next = in.read(part); next >= 0; next = in.read(part)) {
                got.append(new String(part, 0, next, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException _) {
            // Refused, and no longer listened to.
        }
        return got.toString();
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
