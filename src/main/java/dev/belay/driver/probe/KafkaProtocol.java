package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;

/// Kafka's protocol: `ApiVersions`, `SaslHandshake` and `SaslAuthenticate` with PLAIN where the
/// address names a user, `Metadata` of no topic. Asks in versions that brokers since 0.11 know.
final class KafkaProtocol implements Protocol {
    private static final short METADATA = 3;
    private static final short SASL_HANDSHAKE = 17;
    private static final short API_VERSIONS = 18;
    private static final short SASL_AUTHENTICATE = 36;
    private static final short METADATA_VERSION = 4;

    private int correlation;

    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        if (url.tls()) {
            wire.startTls(new Wire.Tls(trust, true), host.name());
        }
        wire.enter(Phase.SIGN_IN);
        checkVersions(wire);
        if (!url.user().isEmpty()) {
            signIn(wire, url);
        }
        wire.enter(Phase.OPERATION);
        return cluster(wire);
    }

    private void checkVersions(Wire wire) throws IOException, ProbeFailure {
        ByteBuffer answer = ask(wire, API_VERSIONS, (short) 0, new byte[0]);
        checkCode(wire, answer.getShort(), "");
        int apis = answer.getInt();
        for (int i = 0; i < apis; i++) {
            short api = answer.getShort();
            short low = answer.getShort();
            short high = answer.getShort();
            if (api == METADATA && low <= METADATA_VERSION && METADATA_VERSION <= high) {
                return;
            }
        }
        throw wire.failure("the broker is older than Kafka 0.11", "");
    }

    private void signIn(Wire wire, DependencyUrl url) throws IOException, ProbeFailure {
        ByteBuffer hands = ask(wire, SASL_HANDSHAKE, (short) 1, text("PLAIN"));
        checkCode(wire, hands.getShort(), "let the listener offer SASL/PLAIN");
        byte[] pair = ("\0" + url.user() + "\0" + url.password()).getBytes(UTF_8);
        byte[] body = ByteBuffer.allocate(4 + pair.length).putInt(pair.length).put(pair).array();
        ByteBuffer signed = ask(wire, SASL_AUTHENTICATE, (short) 0, body);
        checkCode(wire, signed.getShort(), "correct the user and the password of the address");
    }

    /// An empty list asks for no topic; `false`, that none be created.
    private String cluster(Wire wire) throws IOException, ProbeFailure {
        byte[] noTopic = {0, 0, 0, 0, 0};
        ByteBuffer answer = ask(wire, METADATA, METADATA_VERSION, noTopic);
        answer.getInt(); // how long the broker throttled us
        int brokers = answer.getInt();
        for (int i = 0; i < brokers; i++) {
            answer.getInt();
            readText(answer);
            answer.getInt();
            readText(answer);
        }
        String cluster = readText(answer);
        if (brokers < 1) {
            throw wire.failure("the broker knows of no live broker", "see the broker's log");
        }
        return "cluster " + cluster + " with " + brokers + (brokers == 1 ? " broker" : " brokers");
    }

    private ByteBuffer ask(Wire wire, short api, short version, byte[] body)
            throws IOException, ProbeFailure {
        byte[] client = text("belay-probe");
        correlation++;
        var request = ByteBuffer.allocate(12 + client.length + body.length);
        request.putInt(8 + client.length + body.length);
        request.putShort(api).putShort(version).putInt(correlation).put(client).put(body);
        wire.write(request.array());
        ByteBuffer answer = ByteBuffer.wrap(wire.read(Integer.toUnsignedLong(wire.readInt())));
        if (answer.getInt() != correlation) {
            throw wire.failure("the server does not speak Kafka's protocol", "correct the port");
        }
        return answer;
    }

    private static void checkCode(Wire wire, short code, String hint) throws ProbeFailure {
        if (code != 0) {
            String said =
                    switch (code) {
                        case 33 -> "the broker does not offer SASL/PLAIN";
                        case 34 -> "the broker takes no sign-in on this listener";
                        case 58 -> "the broker does not accept user and password";
                        default -> "the broker answers with error code " + code;
                    };
            throw wire.failure(said, hint);
        }
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(2 + bytes.length)
                .putShort((short) bytes.length)
                .put(bytes)
                .array();
    }

    private static String readText(ByteBuffer from) {
        int length = from.getShort();
        if (length < 0) {
            return "";
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, UTF_8);
    }
}
