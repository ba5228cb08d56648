package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.net.ssl.SSLContext;

/// Redis' protocol (RESP2): `AUTH`, `SELECT`, `PING`. Also what Valkey and KeyDB speak.
final class RedisProtocol implements Protocol {
    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        if (url.tls()) {
            wire.startTls(new Wire.Tls(trust, true), host.name());
        }
        wire.enter(Phase.SIGN_IN);
        if (!url.password().isEmpty() && !url.user().isEmpty()) {
            expect(wire, "OK", "AUTH", url.user(), url.password());
        } else if (!url.password().isEmpty()) {
            expect(wire, "OK", "AUTH", url.password());
        }
        if (!url.path().isEmpty()) {
            expect(wire, "OK", "SELECT", url.path());
        }
        wire.enter(Phase.OPERATION);
        expect(wire, "PONG", "PING");
        String version = version(wire);
        wire.enter(Phase.CLOSE);
        wire.write(command("QUIT"));
        return version;
    }

    private static void expect(Wire wire, String expected, String... words)
            throws IOException, ProbeFailure {
        wire.write(command(words));
        String answer = wire.readLine();
        if (answer.startsWith("-")) {
            throw wire.failure("Redis says: " + answer.substring(1), hint(answer));
        }
        if (!answer.equals("+" + expected)) {
            throw wire.failure("the server does not speak Redis' protocol", "correct the port");
        }
    }

    private static String hint(String answer) {
        return switch (answer.split(" ", 2)[0]) {
            case "-WRONGPASS", "-NOAUTH" -> "correct the user and the password of the address";
            case "-ERR" ->
                    answer.contains("without any password")
                            ? "this server has no password: leave it out of the address"
                            : "";
            case "-LOADING" -> "the server is still loading its data: try again";
            default -> "";
        };
    }

    /// `INFO server` is for the report only: a user who may not ask it has still reached Redis.
    private static String version(Wire wire) throws IOException, ProbeFailure {
        wire.write(command("INFO", "server"));
        String head = wire.readLine();
        if (!head.matches("\\$[0-9]{1,6}")) {
            return "";
        }
        String info = new String(wire.read(Long.parseLong(head.substring(1))), UTF_8);
        return info.lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring("redis_version:".length()))
                .findFirst()
                .orElse("");
    }

    /// Lengths go before the words, so that no word can end a command early.
    private static byte[] command(String... words) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.write(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (String word : words) {
            byte[] encoded = word.getBytes(UTF_8);
            bytes.write(("$" + encoded.length + "\r\n").getBytes(UTF_8));
            bytes.write(encoded);
            bytes.write("\r\n".getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }
}
