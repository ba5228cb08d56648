package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;

/// AMQP 0-9-1 as RabbitMQ speaks it: handshake, SASL PLAIN, open the virtual host, close.
final class RabbitmqProtocol implements Protocol {
    private static final int START = 10;
    private static final int START_OK = 11;
    private static final int TUNE = 30;
    private static final int TUNE_OK = 31;
    private static final int OPEN = 40;
    private static final int OPEN_OK = 41;
    private static final int CLOSE = 50;
    private static final int CLOSE_OK = 51;
    private static final int ACCESS_REFUSED = 403;
    private static final int CONNECTION_CLASS = 10;
    private static final int METHOD_FRAME = 1;
    private static final int FRAME_END = 0xCE;

    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        if (url.tls()) {
            wire.startTls(new Wire.Tls(trust, true), host.name());
        }
        wire.enter(Phase.SIGN_IN);
        wire.write(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
        String version = version(expect(wire, START));
        wire.write(frame(START_OK, startOk(url)));
        ByteBuffer tune = expect(wire, TUNE);
        // Its limits are taken over; no heartbeat for a conversation this short.
        wire.write(
                frame(
                        TUNE_OK,
                        ByteBuffer.allocate(8)
                                .putShort(tune.getShort())
                                .putInt(tune.getInt())
                                .putShort((short) 0)
                                .array()));
        wire.enter(Phase.OPERATION);
        wire.write(frame(OPEN, open(url.path().isEmpty() ? "/" : url.path())));
        expect(wire, OPEN_OK);
        wire.enter(Phase.CLOSE);
        wire.write(frame(CLOSE, new byte[] {0, (byte) 200, 0, 0, 0, 0, 0}));
        expect(wire, CLOSE_OK);
        return version;
    }

    /// The arguments of the next method, which must be `method`.
    private static ByteBuffer expect(Wire wire, int method) throws IOException, ProbeFailure {
        int type = wire.read();
        if (type == 'A') {
            throw wire.failure("the server does not speak AMQP 0-9-1", "");
        }
        wire.read(2);
        ByteBuffer payload = ByteBuffer.wrap(wire.read(Integer.toUnsignedLong(wire.readInt())));
        if (wire.read() != FRAME_END || type != METHOD_FRAME) {
            throw wire.failure("the server does not speak AMQP 0-9-1", "correct the port");
        }
        short group = payload.getShort();
        short found = payload.getShort();
        if (group == CONNECTION_CLASS && found == CLOSE) {
            throw closed(wire, payload);
        }
        if (group != CONNECTION_CLASS || found != method) {
            throw wire.failure("the server left the order of AMQP 0-9-1", "");
        }
        return payload;
    }

    private static ProbeFailure closed(Wire wire, ByteBuffer payload) {
        int code = payload.getShort();
        String text = text(payload, payload.get() & 0xff);
        String hint =
                code == ACCESS_REFUSED
                        ? "correct the user and the password, or let the user use the virtual host"
                        : text.contains("vhost") || code == 530
                                ? "create the virtual host, or correct the address"
                                : "";
        return wire.failure("RabbitMQ says: " + text, hint);
    }

    /// Asks to be told of a refused sign-in, where older clients see the line go dead.
    private static byte[] startOk(DependencyUrl url) throws IOException {
        var capabilities = new ByteArrayOutputStream();
        capabilities.write(shortText("authentication_failure_close"));
        capabilities.write(new byte[] {'t', 1});
        var properties = new ByteArrayOutputStream();
        properties.write(shortText("product"));
        properties.write(tagged('S', longText("belay-probe")));
        properties.write(shortText("capabilities"));
        properties.write(tagged('F', counted(capabilities.toByteArray())));
        String user = url.user().isEmpty() ? "guest" : url.user();
        String password = url.user().isEmpty() ? "guest" : url.password();
        var arguments = new ByteArrayOutputStream();
        arguments.write(counted(properties.toByteArray()));
        arguments.write(shortText("PLAIN"));
        arguments.write(longText("\0" + user + "\0" + password));
        arguments.write(shortText("en_US"));
        return arguments.toByteArray();
    }

    private static byte[] open(String virtualHost) throws IOException {
        var arguments = new ByteArrayOutputStream();
        arguments.write(shortText(virtualHost));
        arguments.write(new byte[] {0, 0});
        return arguments.toByteArray();
    }

    /// The text `version` among the server's properties: only the kinds of value that come before
    /// it are understood, the rest is not needed.
    private static String version(ByteBuffer start) {
        start.getShort();
        int end = start.getInt() + start.position();
        while (start.position() < end) {
            String name = text(start, start.get() & 0xff);
            byte kind = start.get();
            if (kind == 'S' || kind == 'F' || kind == 'x') {
                String value = text(start, start.getInt());
                if (name.equals("version") && kind == 'S') {
                    return value;
                }
            } else if (kind == 't') {
                start.get();
            } else {
                return "";
            }
        }
        return "";
    }

    private static String text(ByteBuffer from, int length) {
        if (length < 0 || length > from.remaining()) {
            throw new java.nio.BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, UTF_8);
    }

    private static byte[] shortText(String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        var out = new ByteArrayOutputStream();
        out.write(bytes.length);
        out.write(bytes);
        return out.toByteArray();
    }

    private static byte[] longText(String text) {
        return counted(text.getBytes(UTF_8));
    }

    private static byte[] counted(byte[] bytes) {
        return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    private static byte[] tagged(char kind, byte[] value) {
        return ByteBuffer.allocate(1 + value.length).put((byte) kind).put(value).array();
    }

    private static byte[] frame(int method, byte[] arguments) {
        return ByteBuffer.allocate(12 + arguments.length)
                .put((byte) METHOD_FRAME)
                .putShort((short) 0)
                .putInt(4 + arguments.length)
                .putShort((short) CONNECTION_CLASS)
                .putShort((short) method)
                .put(arguments)
                .put((byte) FRAME_END)
                .array();
    }
}
