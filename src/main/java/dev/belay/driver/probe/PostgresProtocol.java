package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/// PostgreSQL's frontend/backend protocol 3.0: startup, cleartext, MD5 or SCRAM-SHA-256 sign-in,
/// `SELECT 1`.
final class PostgresProtocol implements Protocol {
    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int SSL_REQUEST = 80877103;

    private String version = "";

    /// @param type the letter that names it
    private record Message(char type, ByteBuffer body) {
        byte[] rest() {
            byte[] rest = new byte[body.remaining()];
            body.get(rest);
            return rest;
        }
    }

    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        encrypt(wire, url, host, trust);
        wire.enter(Phase.SIGN_IN);
        // As libpq does where the address names nobody.
        String user = url.user().isEmpty() ? System.getProperty("user.name", "") : url.user();
        String database = url.path().isEmpty() ? user : url.path();
        wire.write(startup(user, database));
        signIn(wire, user, url.password());
        wire.enter(Phase.OPERATION);
        wire.write(message('Q', text("SELECT 1")));
        awaitRow(wire);
        wire.enter(Phase.CLOSE);
        wire.write(message('X', new byte[0]));
        return version;
    }

    private static void encrypt(
            Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        String mode = url.option("sslmode", "prefer");
        if (mode.equals("disable") || mode.equals("allow")) {
            return;
        }
        if (!List.of("prefer", "require", "verify-ca", "verify-full").contains(mode)) {
            throw new ProbeFailure(
                    Phase.ADDRESS,
                    "`sslmode` has a value that PostgreSQL does not know",
                    "use disable, prefer, require, verify-ca or verify-full");
        }
        wire.enter(Phase.TLS);
        wire.write(ByteBuffer.allocate(8).putInt(8).putInt(SSL_REQUEST).array());
        int answer = wire.read();
        if (answer == 'S') {
            boolean proof = mode.startsWith("verify");
            wire.startTls(
                    new Wire.Tls(proof ? trust : Trust.ofAnyone(), mode.equals("verify-full")),
                    host.name());
        } else if (answer != 'N') {
            throw wire.failure("the server does not speak PostgreSQL", "correct the port");
        } else if (!mode.equals("prefer")) {
            throw wire.failure(
                    "the server offers no encryption, and `sslmode=" + mode + "` demands it",
                    "turn `ssl` on in postgresql.conf, or use `sslmode=prefer`");
        }
    }

    private static byte[] startup(String user, String database) throws IOException {
        var body = new ByteArrayOutputStream();
        for (String word :
                List.of("user", user, "database", database, "application_name", "belay-probe")) {
            body.write(text(word));
        }
        body.write(0);
        return ByteBuffer.allocate(8 + body.size())
                .putInt(8 + body.size())
                .putInt(PROTOCOL_3_0)
                .put(body.toByteArray())
                .array();
    }

    private void signIn(Wire wire, String user, String password) throws IOException, ProbeFailure {
        var scram = new ScramClient(password);
        while (true) {
            Message message = next(wire);
            switch (message.type) {
                case 'Z' -> {
                    return;
                }
                case 'R' -> authenticate(wire, message, user, password, scram);
                case 'S' -> noteVersion(message.rest());
                case 'K', 'N', 'v' -> {}
                default -> throw wire.failure("the server does not speak PostgreSQL", "");
            }
        }
    }

    private static void authenticate(
            Wire wire, Message request, String user, String password, ScramClient scram)
            throws IOException, ProbeFailure {
        int kind = request.body.getInt();
        if (kind != 0 && kind != 12 && password.isEmpty()) {
            throw wire.failure(
                    "the server asks for a password and the address has none",
                    "write `user:password@` before the host");
        }
        byte[] rest = request.rest();
        try {
            switch (kind) {
                case 0 -> {}
                case 3 -> wire.write(message('p', text(password)));
                case 5 -> wire.write(message('p', text(md5(user, password, rest))));
                case 10 -> {
                    if (!words(rest).contains("SCRAM-SHA-256")) {
                        throw wire.failure("the server offers no SCRAM-SHA-256", "");
                    }
                    byte[] first = scram.first("").getBytes(UTF_8);
                    var body = new ByteArrayOutputStream();
                    body.write(text("SCRAM-SHA-256"));
                    body.write(ByteBuffer.allocate(4).putInt(first.length).array());
                    body.write(first);
                    wire.write(message('p', body.toByteArray()));
                }
                case 11 ->
                        wire.write(
                                message(
                                        'p',
                                        scram.answer("", new String(rest, UTF_8)).getBytes(UTF_8)));
                case 12 -> scram.checkEnd(new String(rest, UTF_8));
                default ->
                        throw wire.failure(
                                "the server asks for a way to sign in that the probe does not know"
                                        + " (code "
                                        + kind
                                        + ")",
                                "let pg_hba.conf ask this user for scram-sha-256");
            }
        } catch (ScramClient.Refused refused) {
            throw wire.failure(refused.reason(), "");
        }
    }

    private static String md5(String user, String password, byte[] salt) {
        String inner = Digests.hex(Digests.hash("MD5", (password + user).getBytes(UTF_8)));
        return "md5" + Digests.hex(Digests.hash("MD5", inner.getBytes(UTF_8), salt));
    }

    private static void awaitRow(Wire wire) throws IOException, ProbeFailure {
        boolean row = false;
        while (true) {
            Message message = next(wire);
            switch (message.type) {
                case 'D' -> row = true;
                case 'Z' -> {
                    if (!row) {
                        throw wire.failure("`SELECT 1` gave no row", "");
                    }
                    return;
                }
                case 'T', 'C', 'N', 'S' -> {}
                default -> throw wire.failure("the server does not speak PostgreSQL", "");
            }
        }
    }

    private static Message next(Wire wire) throws IOException, ProbeFailure {
        char type = (char) wire.read();
        byte[] body = wire.read(wire.readInt() - 4L);
        if (type == 'E') {
            throw refusal(wire, body);
        }
        return new Message(type, ByteBuffer.wrap(body));
    }

    private static ProbeFailure refusal(Wire wire, byte[] body) {
        String said = "";
        String state = "";
        for (String field : words(body)) {
            if (field.startsWith("M")) {
                said = field.substring(1);
            } else if (field.startsWith("C")) {
                state = field.substring(1);
            }
        }
        String hint =
                switch (state) {
                    case "28P01", "28000" -> "correct the user and the password of the address";
                    case "3D000" -> "create the database, or correct the address";
                    case "53300" -> "raise `max_connections`, or close connections";
                    case "57P03" -> "the server is still starting: try again";
                    default -> "";
                };
        return wire.failure("PostgreSQL says: " + said + " (" + state + ")", hint);
    }

    private void noteVersion(byte[] parameter) {
        List<String> words = words(parameter);
        if (words.size() == 2 && words.getFirst().equals("server_version")) {
            version = words.getLast();
        }
    }

    /// The texts that end in a zero byte.
    private static List<String> words(byte[] body) {
        var words = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i < body.length; i++) {
            if (body[i] == 0) {
                if (i > start) {
                    words.add(new String(body, start, i - start, UTF_8));
                }
                start = i + 1;
            }
        }
        return words;
    }

    private static byte[] text(String text) {
        return (text + "\0").getBytes(UTF_8);
    }

    private static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }
}
