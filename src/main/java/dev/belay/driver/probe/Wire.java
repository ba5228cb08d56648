package dev.belay.driver.probe;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// One connection to a server that is trusted with nothing. All bounds of the probes are here: the
/// whole conversation has one deadline, looking up the name included; no message is longer than
/// [#MESSAGE_MAX]; all that is received together is no longer than [#RECEIVED_MAX].
final class Wire implements AutoCloseable {
    static final int MESSAGE_MAX = 256 * 1024;
    static final int RECEIVED_MAX = 1024 * 1024;

    /// What is said over one wire, from connecting to closing.
    interface Conversation<T> {
        T on(Wire wire) throws IOException, ProbeFailure;
    }

    /// Encryption, and how far the other side must prove who it is.
    record Tls(SSLContext context, boolean checkName) {}

    private final long deadline;
    private volatile Phase phase = Phase.CONNECT;
    private volatile boolean closed;
    private volatile @Nullable Socket socket;
    private volatile @Nullable SocketChannel channel;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private long received;

    private Wire(Duration timeout) {
        deadline = System.nanoTime() + timeout.toNanos();
    }

    /// Holds the conversation on a thread of its own, which is left behind when time is up: a
    /// blocked look-up of a name cannot be interrupted. Its socket is closed in every case.
    static <T> T within(Duration timeout, ThreadFactory threads, Conversation<T> conversation)
            throws ProbeFailure {
        var wire = new Wire(timeout);
        var task = new FutureTask<T>(() -> conversation.on(wire));
        threads.newThread(task).start();
        try {
            return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw wire.failure("no answer within " + said(timeout), "");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw wire.failure("the probe was interrupted", "");
        } catch (ExecutionException ended) {
            throw wire.explained(ended.getCause(), timeout);
        } finally {
            wire.close();
        }
    }

    /// Connects to the first address of `host` that takes the connection.
    void connect(String host, int port) throws IOException {
        InetAddress[] addresses = InetAddress.getAllByName(host);
        for (int i = 0; i < addresses.length; i++) {
            try {
                connect(new InetSocketAddress(addresses[i], port), addresses.length - i);
                return;
            } catch (IOException failed) {
                if (i == addresses.length - 1) {
                    throw failed;
                }
            }
        }
    }

    /// Connects to an instance, at its port or its socket's file.
    void connect(SocketAddress address) throws IOException {
        if (address instanceof InetSocketAddress port) {
            connect(port, 1);
            return;
        }
        phase = Phase.CONNECT;
        closeSocket();
        SocketChannel fresh = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel = fresh;
        if (closed) {
            closeSocket();
        }
        fresh.connect(address);
        in = new BufferedInputStream(Channels.newInputStream(fresh));
        out = Channels.newOutputStream(fresh);
    }

    /// Connects, leaving time for as many more attempts as `shares` says.
    void connect(InetSocketAddress address, int shares) throws IOException {
        phase = Phase.CONNECT;
        closeSocket();
        var fresh = new Socket();
        socket = fresh;
        if (closed) {
            closeSocket();
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        fresh.connect(address, Math.clamp(left / shares, 1, Integer.MAX_VALUE));
        fresh.setTcpNoDelay(true);
        in = new BufferedInputStream(fresh.getInputStream());
        out = fresh.getOutputStream();
    }

    /// Turns the connection into an encrypted one.
    void startTls(Tls tls, String host) throws IOException, ProbeFailure {
        phase = Phase.TLS;
        Socket plain = socket;
        if (plain == null) {
            throw new IllegalStateException("TLS before the connection");
        }
        // Bytes sent ahead of the handshake would later pass for encrypted ones (CVE-2021-23222).
        if (in.available() > 0) {
            throw failure("the server sent data before encryption began", "");
        }
        var encrypted =
                (SSLSocket)
                        tls.context
                                .getSocketFactory()
                                .createSocket(plain, host, plain.getPort(), true);
        var parameters = encrypted.getSSLParameters();
        if (tls.checkName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        encrypted.setSSLParameters(parameters);
        encrypted.startHandshake();
        in = new BufferedInputStream(encrypted.getInputStream());
        out = encrypted.getOutputStream();
    }

    void enter(Phase next) {
        phase = next;
    }

    ProbeFailure failure(String reason, String hint) {
        return new ProbeFailure(phase, reason, hint);
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The next byte, or -1 at the end.
    int readOrEnd() throws IOException, ProbeFailure {
        int next = in.read();
        if (next >= 0 && ++received > RECEIVED_MAX) {
            throw failure("the server sent more than " + RECEIVED_MAX + " bytes", "");
        }
        return next;
    }

    int read() throws IOException, ProbeFailure {
        int next = readOrEnd();
        if (next < 0) {
            throw new EOFException();
        }
        return next;
    }

    /// Exactly `length` bytes, where `length` is what the server claims.
    byte[] read(long length) throws IOException, ProbeFailure {
        if (length < 0 || length > MESSAGE_MAX) {
            throw failure(
                    "the server announced a message of "
                            + length
                            + " bytes, which is not of this"
                            + " protocol",
                    "see whether the port is the right one");
        }
        received += length;
        if (received > RECEIVED_MAX) {
            throw failure("the server sent more than " + RECEIVED_MAX + " bytes", "");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    /// A 32-bit length or number, most significant byte first.
    int readInt() throws IOException, ProbeFailure {
        return read() << 24 | read() << 16 | read() << 8 | read();
    }

    /// The text up to the next line feed, without it and a carriage return before it.
    String readLine() throws IOException, ProbeFailure {
        var line = new ByteArrayOutputStream();
        for (int next = read(); next != '\n'; next = read()) {
            line.write(next);
            if (line.size() > MESSAGE_MAX) {
                throw failure("the server sent a line without an end", "");
            }
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /// Closes the plain socket below any encryption: a polite end could block for ever.
    @Override
    public void close() {
        closed = true;
        closeSocket();
    }

    private void closeSocket() {
        close(socket);
        close(channel);
    }

    private static void close(@Nullable Closeable open) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException gone) {
                // It is closed either way.
            }
        }
    }

    private ProbeFailure explained(@Nullable Throwable cause, Duration timeout) {
        return switch (cause) {
            case ProbeFailure failure -> failure;
            case SocketTimeoutException _ -> failure("no answer within " + said(timeout), "");
            case ConnectException _ ->
                    failure("the connection was refused", "start it, or correct host and port");
            case UnknownHostException _ ->
                    failure("the host has no address", "correct the host's name");
            case SSLException refused ->
                    failure("encryption was not agreed: " + refused.getMessage(), "");
            case EOFException _ -> failure("the server closed the connection", "");
            case IOException lost -> failure("the connection was lost: " + lost.getMessage(), "");
            case BufferUnderflowException _ ->
                    failure("the server sent a message that breaks off", "");
            case null, default -> throw new IllegalStateException("a probe broke", cause);
        };
    }

    /// A duration for a sentence.
    static String said(Duration duration) {
        long millis = duration.toMillis();
        return millis >= 1000 && millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
