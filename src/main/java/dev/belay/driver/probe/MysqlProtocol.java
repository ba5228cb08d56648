package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.net.ssl.SSLContext;

/// The client/server protocol of MySQL and MariaDB: handshake version 10, sign-in by
/// `mysql_native_password` or `caching_sha2_password`, `COM_PING`.
final class MysqlProtocol implements Protocol {
    private static final int LONG_PASSWORD = 1;
    private static final int CONNECT_WITH_DB = 1 << 3;
    private static final int PROTOCOL_41 = 1 << 9;
    private static final int SSL = 1 << 11;
    private static final int SECURE_CONNECTION = 1 << 15;
    private static final int PLUGIN_AUTH = 1 << 19;
    private static final int UTF8MB4 = 45;
    private static final int SCRAMBLE = 20;

    private static final int OK = 0x00;
    private static final int MORE = 0x01;
    private static final int SWITCH = 0xfe;
    private static final int ERROR = 0xff;

    private byte sequence;
    private boolean encrypted;
    private byte[] scramble = new byte[SCRAMBLE];

    /// What the server says first.
    private record Greeting(String version, int capabilities, String plugin) {}

    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        wire.enter(Phase.SIGN_IN);
        Greeting greeting = greeting(wire, read(wire));
        encrypt(wire, greeting, url, host, trust);
        wire.enter(Phase.SIGN_IN);
        write(wire, response(greeting, url));
        awaitSignedIn(wire, url.password());
        wire.enter(Phase.OPERATION);
        sequence = 0;
        write(wire, new byte[] {0x0e});
        if (read(wire).get() != OK) {
            throw wire.failure("the server left a ping unanswered", "");
        }
        wire.enter(Phase.CLOSE);
        sequence = 0;
        write(wire, new byte[] {0x01});
        return greeting.version;
    }

    private Greeting greeting(Wire wire, ByteBuffer packet) throws ProbeFailure {
        if (packet.get() != 10) {
            throw wire.failure("the server does not speak MySQL's protocol", "correct the port");
        }
        // MariaDB once had to look like an old replication peer.
        String version = text(packet).replaceFirst("^5\\.5\\.5-(?=.*MariaDB)", "");
        packet.getInt();
        packet.get(scramble, 0, 8);
        packet.get();
        int low = packet.getShort() & 0xffff;
        packet.get();
        packet.getShort();
        int capabilities = low | (packet.getShort() & 0xffff) << 16;
        packet.get();
        packet.getLong();
        packet.getShort();
        packet.get(scramble, 8, SCRAMBLE - 8);
        packet.get();
        String plugin = (capabilities & PLUGIN_AUTH) == 0 ? "mysql_native_password" : text(packet);
        return new Greeting(version, capabilities, plugin);
    }

    private void encrypt(
            Wire wire,
            Greeting greeting,
            DependencyUrl url,
            DependencyUrl.Host host,
            SSLContext trust)
            throws IOException, ProbeFailure {
        String mode = sslMode(url);
        if (mode.equals("DISABLED")) {
            return;
        }
        if ((greeting.capabilities & SSL) == 0) {
            if (mode.equals("PREFERRED")) {
                return;
            }
            wire.enter(Phase.TLS);
            throw wire.failure("the server offers no encryption", "turn TLS on in the server");
        }
        write(wire, head(url, SSL).array());
        boolean proof = mode.startsWith("VERIFY");
        wire.startTls(
                new Wire.Tls(proof ? trust : Trust.ofAnyone(), mode.equals("VERIFY_IDENTITY")),
                host.name());
        encrypted = true;
    }

    private static String sslMode(DependencyUrl url) throws ProbeFailure {
        String mode = url.option("sslmode", url.option("ssl-mode", "PREFERRED"));
        return switch (mode.toUpperCase(Locale.ROOT).replace('-', '_')) {
            case "DISABLED", "DISABLE" -> "DISABLED";
            case "PREFERRED" -> "PREFERRED";
            case "REQUIRED", "TRUST" -> "REQUIRED";
            case "VERIFY_CA" -> "VERIFY_CA";
            case "VERIFY_IDENTITY", "VERIFY_FULL" -> "VERIFY_IDENTITY";
            default ->
                    throw new ProbeFailure(
                            Phase.ADDRESS,
                            "`ssl-mode` has a value that MySQL does not know",
                            "use DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY");
        };
    }

    /// The fixed head of our answer, which is also the whole request for encryption.
    private ByteBuffer head(DependencyUrl url, int more) {
        int database = url.path().isEmpty() ? 0 : CONNECT_WITH_DB;
        return ByteBuffer.allocate(32)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(
                        LONG_PASSWORD
                                | PROTOCOL_41
                                | SECURE_CONNECTION
                                | PLUGIN_AUTH
                                | database
                                | more)
                .putInt(Wire.MESSAGE_MAX)
                .put((byte) UTF8MB4);
    }

    private byte[] response(Greeting greeting, DependencyUrl url) throws IOException {
        var body = new ByteArrayOutputStream();
        body.write(head(url, encrypted ? SSL : 0).array());
        body.write(ended(url.user().isEmpty() ? "root" : url.user()));
        byte[] proof = proof(greeting.plugin, url.password(), scramble);
        body.write(proof.length);
        body.write(proof);
        if (!url.path().isEmpty()) {
            body.write(ended(url.path()));
        }
        body.write(ended(greeting.plugin));
        return body.toByteArray();
    }

    /// What a plugin's first step sends; nothing for a plugin that we do not know: the server then
    /// either takes it or names another.
    private static byte[] proof(String plugin, String password, byte[] scramble) {
        byte[] secret = password.getBytes(UTF_8);
        if (secret.length == 0) {
            return secret;
        }
        return switch (plugin) {
            case "mysql_native_password" -> {
                byte[] once = Digests.hash("SHA-1", secret);
                byte[] twice = Digests.hash("SHA-1", once);
                yield Digests.xor(once, Digests.hash("SHA-1", scramble, twice));
            }
            case "caching_sha2_password" -> {
                byte[] once = Digests.hash("SHA-256", secret);
                byte[] twice = Digests.hash("SHA-256", once);
                yield Digests.xor(
                        once, Digests.hash("SHA-256", Digests.hash("SHA-256", twice), scramble));
            }
            default -> new byte[0];
        };
    }

    private void awaitSignedIn(Wire wire, String password) throws IOException, ProbeFailure {
        while (true) {
            ByteBuffer packet = read(wire);
            switch (packet.get() & 0xff) {
                case OK -> {
                    return;
                }
                case SWITCH -> {
                    String plugin = text(packet);
                    scramble = Arrays.copyOf(rest(packet), SCRAMBLE);
                    write(wire, switched(wire, plugin, password));
                }
                case MORE -> continueSha2(wire, packet.get(), password);
                default -> throw wire.failure("the server left the order of MySQL's protocol", "");
            }
        }
    }

    private byte[] switched(Wire wire, String plugin, String password) throws ProbeFailure {
        if (plugin.equals("mysql_native_password") || plugin.equals("caching_sha2_password")) {
            return proof(plugin, password, scramble);
        }
        // A server that asks for the bare password gets it over an encrypted line only.
        if (plugin.equals("mysql_clear_password") && encrypted) {
            return ended(password);
        }
        throw wire.failure(
                "the server asks to sign in by `" + plugin + "`, which the probe does not know",
                "let the user sign in by mysql_native_password or caching_sha2_password");
    }

    /// The server has the password's hash at hand (3), or needs the password itself (4): over an
    /// encrypted line as it is, else locked with the server's public key.
    private void continueSha2(Wire wire, int step, String password)
            throws IOException, ProbeFailure {
        if (step == 4 && encrypted) {
            write(wire, ended(password));
        } else if (step == 4) {
            write(wire, new byte[] {0x02});
            ByteBuffer packet = read(wire);
            if (packet.get() != MORE) {
                throw wire.failure("the server did not send its public key", "");
            }
            write(wire, locked(wire, rest(packet), Digests.xor(ended(password), scramble)));
        } else if (step != 3) {
            throw wire.failure("the server left the order of caching_sha2_password", "");
        }
    }

    private static byte[] locked(Wire wire, byte[] pem, byte[] secret) throws ProbeFailure {
        try {
            String base64 = new String(pem, ISO_8859_1).replaceAll("-----[A-Z ]+-----|\\s|\0", "");
            var spec = new X509EncodedKeySpec(Base64.getDecoder().decode(base64));
            var cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, KeyFactory.getInstance("RSA").generatePublic(spec));
            return cipher.doFinal(secret);
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            throw wire.failure("the server's public key is malformed", "");
        }
    }

    private ByteBuffer read(Wire wire) throws IOException, ProbeFailure {
        int length = wire.read() | wire.read() << 8 | wire.read() << 16;
        sequence = (byte) (wire.read() + 1);
        var packet = ByteBuffer.wrap(wire.read(length)).order(ByteOrder.LITTLE_ENDIAN);
        if (length > 0 && (packet.get(0) & 0xff) == ERROR) {
            throw refusal(wire, packet);
        }
        return packet;
    }

    private void write(Wire wire, byte[] body) throws IOException {
        wire.write(
                ByteBuffer.allocate(4 + body.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(body.length | (sequence & 0xff) << 24)
                        .put(body)
                        .array());
        sequence++;
    }

    private static ProbeFailure refusal(Wire wire, ByteBuffer packet) {
        packet.get();
        int code = packet.getShort() & 0xffff;
        String said = new String(rest(packet), UTF_8).replaceFirst("^#.{5}", "");
        String hint =
                switch (code) {
                    case 1044, 1045, 1698 -> "correct the user and the password of the address";
                    case 1049 -> "create the database, or correct the address";
                    case 1040 -> "raise `max_connections`, or close connections";
                    case 1129, 1130 -> "let the server take connections from this host";
                    default -> "";
                };
        return wire.failure("MySQL says: " + said + " (" + code + ")", hint);
    }

    /// The text up to the next zero byte.
    private static String text(ByteBuffer packet) {
        var text = new ByteArrayOutputStream();
        for (byte next = packet.get(); next != 0; next = packet.get()) {
            text.write(next);
        }
        return text.toString(UTF_8);
    }

    private static byte[] rest(ByteBuffer packet) {
        byte[] rest = new byte[packet.remaining()];
        packet.get(rest);
        return rest;
    }

    private static byte[] ended(String text) {
        return (text + "\0").getBytes(UTF_8);
    }
}
