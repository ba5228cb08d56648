package dev.belay.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// An instance that notes every byte that reaches it, and answers what it was told to.
final class RecordingMember implements AutoCloseable {
    enum Ending {
        KEEPS,
        CLOSES,
        RESETS
    }

    record Answer(List<byte[]> pieces, Ending ending) {
        static Answer of(String text) {
            return new Answer(List.of(RawMessage.bytes(text)), Ending.KEEPS);
        }
    }

    interface Behaviour {
        Answer answer(RawMessage request);
    }

    /// @param number how many came before it, over whichever connection
    record Arrival(int number, RawMessage message) {}

    /// What came over one connection.
    static final class Conversation {
        final List<Arrival> whole = new ArrayList<>();
        private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
        private final StringBuilder before = new StringBuilder();
        private final Socket socket;
        private final Thread reader;

        private Conversation(Socket socket, Consumer<Conversation> talk) {
            this.socket = socket;
            this.reader = Thread.ofVirtual().unstarted(() -> talk.accept(this));
        }

        /// What came after the last whole request.
        String rest() {
            return rest.toString(StandardCharsets.ISO_8859_1);
        }

        /// Every byte.
        String all() {
            return before + rest();
        }

        @Override
        public String toString() {
            return whole + " and then: " + rest();
        }
    }

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<Conversation> conversations = new ArrayList<>();
    private final Behaviour behaviour;
    private final AtomicInteger arrivals = new AtomicInteger();
    private final Semaphore answering = new Semaphore(1);

    RecordingMember(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        Thread.startVirtualThread(this::accept);
    }

    Route.Share share() {
        var member = new Route.Member("v1-1", "127.0.0.1", server.getLocalPort());
        return new Route.Share("v1", 1, new Route.Members(List.of(member)));
    }

    int port() {
        return server.getLocalPort();
    }

    /// Waits for the end of an answer that has begun.
    void quiet() {
        answering.acquireUninterruptibly();
        answering.release();
    }

    /// Ends all conversations, and gives those in which something was said. A byte that was under
    /// way is in them.
    List<Conversation> drain() throws IOException, InterruptedException {
        List<Conversation> over = all();
        for (Conversation one : over) {
            if (!one.socket.isClosed()) {
                try {
                    one.socket.shutdownOutput();
                } catch (IOException _) {
                    // The reader closed it in the meantime.
                }
            }
            one.reader.join();
        }
        return over.stream().filter(one -> !one.whole.isEmpty() || !one.rest().isEmpty()).toList();
    }

    /// All conversations, those too that nobody has taken up yet: they are taken up in order, and
    /// the last one is our own.
    private List<Conversation> all() throws IOException, InterruptedException {
        try (var own = new Socket(server.getInetAddress(), server.getLocalPort())) {
            synchronized (conversations) {
                while (conversations.stream()
                        .noneMatch(one -> one.socket.getPort() == own.getLocalPort())) {
                    conversations.wait(TestGateway.PATIENCE.toMillis());
                }
                List<Conversation> all = List.copyOf(conversations);
                conversations.clear();
                return all;
            }
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                var conversation = new Conversation(socket, this::converse);
                synchronized (conversations) {
                    conversations.add(conversation);
                    conversations.notifyAll();
                    conversation.reader.start();
                }
            } catch (IOException _) {
                return;
            }
        }
    }

    private void converse(Conversation with) {
        try (Socket socket = with.socket) {
            InputStream in = noting(new BufferedInputStream(socket.getInputStream()), with.rest);
            Ending ending = Ending.KEEPS;
            while (ending == Ending.KEEPS) {
                ending = turn(with, in);
            }
            if (ending == Ending.RESETS) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException _) {
            // The other side was not polite.
        }
    }

    private Ending turn(Conversation with, InputStream in) throws IOException {
        RawMessage request;
        try {
            request = RawMessage.read(in, false);
        } catch (ProtocolException | EOFException _) {
            // Over, or not a message: what came of it stands in the rest.
            in.readAllBytes();
            return Ending.CLOSES;
        }
        with.before.append(with.rest());
        with.rest.reset();
        with.whole.add(new Arrival(arrivals.getAndIncrement(), request));
        Answer answer = behaviour.answer(request);
        answering.acquireUninterruptibly();
        try {
            for (byte[] piece : answer.pieces()) {
                with.socket.getOutputStream().write(piece);
            }
        } finally {
            answering.release();
        }
        return answer.ending();
    }

    private static InputStream noting(InputStream from, ByteArrayOutputStream to) {
        return new FilterInputStream(from) {
            @Override
            public int read() throws IOException {
                int next = super.read();
                if (next >= 0) {
                    to.write(next);
                }
                return next;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                int count = super.read(bytes, from, length);
                if (count > 0) {
                    to.write(bytes, from, count);
                }
                return count;
            }
        };
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (conversations) {
            for (Conversation one : conversations) {
                one.socket.close();
            }
        }
    }
}
