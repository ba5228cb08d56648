package dev.belay.driver.redis;

import dev.belay.driver.backup.DataFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// One connection to a Redis server, signed in; one thread at a time. What is stored passes through
/// it byte for byte.
final class RedisSession implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final int BULK_MAX = Integer.MAX_VALUE - 16;
    private static final int LINE_MAX = 64 * 1024;

    private final String where;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RedisSession(String where, Socket socket) throws IOException {
        this.where = where;
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    /// @param trust whose certificates are believed
    /// @param silence a server that says nothing for so long is gone; zero waits for ever
    static RedisSession open(RedisAddress to, SSLContext trust, Duration silence)
            throws DataFailure {
        RedisSession session;
        try {
            session = new RedisSession(to.toString(), connected(to, trust, silence));
        } catch (IOException e) {
            throw new DataFailure("connecting to `" + to + "`: " + said(e), "", e);
        }
        try {
            if (!to.password().isEmpty()) {
                session.expect(
                        to.user().isEmpty()
                                ? List.of("AUTH", to.password())
                                : List.of("AUTH", to.user(), to.password()));
            }
            return session;
        } catch (DataFailure e) {
            session.close();
            throw new DataFailure(
                    "signing in to `" + to + "`: " + e.reason(),
                    "correct the user and the password of the address");
        }
    }

    /// A socket to there, encrypted where the address says so.
    static Socket connected(RedisAddress to, SSLContext trust, Duration silence)
            throws IOException {
        var plain = new Socket();
        try {
            plain.connect(
                    new InetSocketAddress(to.host(), to.port()), (int) CONNECT_WITHIN.toMillis());
            plain.setTcpNoDelay(true);
            plain.setSoTimeout((int) silence.toMillis());
            if (!to.tls()) {
                return plain;
            }
            var encrypted =
                    (SSLSocket)
                            trust.getSocketFactory()
                                    .createSocket(plain, to.host(), to.port(), true);
            var parameters = encrypted.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            encrypted.setSSLParameters(parameters);
            encrypted.startHandshake();
            return encrypted;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /// Asks, and takes any answer.
    Reply ask(String... words) throws DataFailure {
        return ask(List.<byte[][]>of(command(words))).getFirst();
    }

    /// Asks all of it at once; the answers in the same order.
    List<Reply> ask(List<byte[][]> commands) throws DataFailure {
        try {
            for (byte[][] words : commands) {
                write(words);
            }
            out.flush();
            var replies = new ArrayList<Reply>();
            for (int i = 0; i < commands.size(); i++) {
                replies.add(read());
            }
            return replies;
        } catch (IOException e) {
            throw new DataFailure("`" + where + "`: " + said(e), "", e);
        }
    }

    /// Asks for something that must not be refused. The words of the failure leave what was asked
    /// out: it may be a password.
    Reply need(String... words) throws DataFailure {
        return expect(List.of(words));
    }

    private Reply expect(List<String> words) throws DataFailure {
        Reply reply = ask(words.toArray(new String[0]));
        if (reply instanceof Reply.Refusal(String text)) {
            throw new DataFailure("`" + words.getFirst() + "` is refused: " + text, hint(text));
        }
        return reply;
    }

    private static String hint(String text) {
        return text.startsWith("NOPERM") || text.startsWith("NOAUTH")
                ? "give the address a user who may"
                : "";
    }

    /// What `INFO` says in one section, by name.
    Map<String, String> info(String section) throws DataFailure {
        var all = new LinkedHashMap<String, String>();
        need("INFO", section)
                .text()
                .lines()
                .filter(line -> line.contains(":"))
                .forEach(line ->
                        all.put(
                                line.substring(0, line.indexOf(':')),
                                line.substring(line.indexOf(':') + 1)));
        return all;
    }

    /// A setting; empty when it is not there, or not ours to see.
    String setting(String name) throws DataFailure {
        List<Reply> items = ask("CONFIG", "GET", name).items();
        return items.size() == 2 ? items.get(1).text() : "";
    }

    static byte[][] command(String... words) {
        return Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    /// Lengths go before the words, so that no word can end a command early.
    private void write(byte[][] words) throws IOException {
        out.write(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] word : words) {
            out.write(("$" + word.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(word);
            out.write('\r');
            out.write('\n');
        }
    }

    private Reply read() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> new Reply.Word(rest);
            case '-' -> new Reply.Refusal(rest);
            case ':' -> new Reply.Whole(length(rest));
            case '$' -> bulk(length(rest));
            case '*' -> items(length(rest));
            default -> throw new IOException("it does not speak Redis' protocol");
        };
    }

    private Reply bulk(long length) throws IOException {
        if (length < 0) {
            return new Reply.Nothing();
        }
        if (length > BULK_MAX) {
            throw new IOException("a value of " + length + " bytes does not fit into memory");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the connection was lost");
        }
        return new Reply.Bulk(bytes);
    }

    private Reply items(long count) throws IOException {
        if (count < 0) {
            return new Reply.Nothing();
        }
        var all = new ArrayList<Reply>();
        for (long i = 0; i < count; i++) {
            all.add(read());
        }
        return new Reply.Items(all);
    }

    private static long length(String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("it does not speak Redis' protocol", e);
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection was lost");
            }
            if (line.length() > LINE_MAX) {
                throw new IOException("it does not speak Redis' protocol");
            }
            line.append((char) next);
        }
        if (line.length() < 2) {
            throw new IOException("it does not speak Redis' protocol");
        }
        line.setLength(line.length() - 1);
        return line.toString();
    }

    private static String said(IOException e) {
        String text = e.getMessage();
        return text == null ? e.getClass().getSimpleName() : text;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            // It is closed either way.
        }
    }
}
