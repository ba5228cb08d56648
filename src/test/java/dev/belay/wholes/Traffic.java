package dev.belay.wholes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A client that never stops asking and never asks twice: every request that is not answered with
/// 200 counts. On raw sockets, as the JDK's own client repeats requests behind one's back.
final class Traffic implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final int ON_ONE_CONNECTION = 20;
    private static final int PATIENCE_MILLIS = 10_000;

    private final int port;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads;

    Traffic(int port) {
        this.port = port;
        threads =
                java.util.stream.IntStream.range(0, CLIENTS)
                        .mapToObj(_ -> Thread.ofVirtual().start(this::ask))
                        .toList();
    }

    /// One answer to one request on a connection of its own.
    ///
    /// @throws IOException unless it is a 200
    static String once(int port) throws IOException {
        try (var connection = new Connection(port)) {
            return connection.get();
        }
    }

    long answered() {
        return answered.get();
    }

    /// Ends it; what was asked is answered first.
    ///
    /// @return what failed
    List<String> stop() throws InterruptedException {
        stop.countDown();
        for (Thread thread : threads) {
            thread.join(Duration.ofMillis(PATIENCE_MILLIS));
        }
        return List.copyOf(failures);
    }

    private void ask() {
        while (stop.getCount() > 0) {
            int asked = 0;
            try (var connection = new Connection(port)) {
                for (; asked < ON_ONE_CONNECTION && !connection.closing(); asked++) {
                    connection.get();
                    answered.incrementAndGet();
                    // Not a wait for anything: leaves the machine to the processes under test.
                    stop.await(10, TimeUnit.MILLISECONDS);
                }
            } catch (IOException e) {
                failures.add("request " + asked + " on its connection: " + e);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    @Override
    public void close() {
        stop.countDown();
    }

    private static final class Connection implements AutoCloseable {
        private static final byte[] REQUEST =
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

        private final Socket socket = new Socket();
        private final BufferedReader in;
        private boolean closing;

        Connection(int port) throws IOException {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
        }

        boolean closing() {
            return closing;
        }

        String get() throws IOException {
            socket.getOutputStream().write(REQUEST);
            String status = in.readLine();
            if (status == null || !status.contains(" 200")) {
                throw new IOException("answered " + status);
            }
            int length = 0;
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                String header = line.toLowerCase(java.util.Locale.ROOT);
                if (header.startsWith("content-length:")) {
                    length = Integer.parseInt(header.substring(15).strip());
                }
                closing |= header.equals("connection: close");
            }
            var body = new char[length];
            for (int read = 0; read < length; ) {
                int more = in.read(body, read, length - read);
                if (more < 0) {
                    throw new IOException("the answer broke off");
                }
                read += more;
            }
            return new String(body);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
