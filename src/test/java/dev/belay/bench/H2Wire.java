package dev.belay.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One client connection that speaks HTTP/2, as plain as can be: one request at a time, none ever
/// repeated. Once the server has said that it takes no more, the connection has ended politely.
final class H2Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int HEAD = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GO_AWAY = 7;
    private static final int WINDOW = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /// HPACK: a change of the table's size begins with these bits, `:status 200` is one byte.
    private static final int TABLE_SIZE = 0x20;

    private static final int STATUS_200 = 0x88;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private int stream = -1;
    private boolean ending;

    H2Wire(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        socket.getOutputStream()
                .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    /// Whether the server has announced that it takes no further request here.
    boolean ending() {
        return ending;
    }

    /// Asks for `/`; gives the body of a 200.
    String ask() throws IOException {
        stream += 2;
        byte[] host = "bench".getBytes(StandardCharsets.US_ASCII);
        // GET, http, `/` and the authority, each by its place in the table that both sides know.
        var block = new ByteArrayOutputStream();
        block.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84, 1});
        block.write(host.length);
        block.writeBytes(host);
        frame(HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray());
        var body = new ByteArrayOutputStream();
        boolean open = true;
        while (open) {
            open = read(body);
        }
        return body.toString(StandardCharsets.US_ASCII);
    }

    /// Takes the next frame; false when it ended the answer.
    private boolean read(ByteArrayOutputStream body) throws IOException {
        byte[] head = in.readNBytes(HEAD);
        if (head.length < HEAD) {
            throw new EOFException("ended within an answer");
        }
        ByteBuffer fields = ByteBuffer.wrap(head);
        int length = ((fields.getShort() & 0xffff) << 8) | (fields.get() & 0xff);
        int type = fields.get();
        int flags = fields.get();
        int of = fields.getInt();
        byte[] payload = in.readNBytes(length);
        switch (type) {
            case SETTINGS -> acknowledge(SETTINGS, flags, new byte[0]);
            case PING -> acknowledge(PING, flags, payload);
            case GO_AWAY -> goAway(ByteBuffer.wrap(payload));
            case RESET ->
                    throw new IOException("reset, error " + ByteBuffer.wrap(payload).getInt());
            case HEADERS -> status(payload);
            case DATA -> data(body, payload);
            default -> {}
        }
        boolean answer = of == stream && (type == HEADERS || type == DATA);
        return !(answer && (flags & END_STREAM) != 0);
    }

    private void acknowledge(int type, int flags, byte[] payload) throws IOException {
        if ((flags & ACK) == 0) {
            frame(type, ACK, 0, payload);
        }
    }

    private void goAway(ByteBuffer payload) throws IOException {
        ending = true;
        int last = payload.getInt();
        if (last < stream) {
            throw new IOException("turned away: stream " + stream + ", the last one is " + last);
        }
    }

    private static void status(byte[] block) throws IOException {
        int first = 0;
        while (first < block.length && (block[first] & 0xe0) == TABLE_SIZE) {
            first++;
        }
        if (first == block.length || (block[first] & 0xff) != STATUS_200) {
            throw new IOException("not a 200");
        }
    }

    private void data(ByteArrayOutputStream body, byte[] payload) throws IOException {
        body.writeBytes(payload);
        if (payload.length > 0) {
            frame(WINDOW, 0, 0, ByteBuffer.allocate(4).putInt(payload.length).array());
        }
    }

    private void frame(int type, int flags, int of, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEAD + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(of).put(payload);
        socket.getOutputStream().write(frame.array());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
