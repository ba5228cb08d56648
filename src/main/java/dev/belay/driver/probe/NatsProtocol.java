package dev.belay.driver.probe;

import java.io.IOException;
import javax.net.ssl.SSLContext;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// NATS' client protocol: `INFO`, `CONNECT`, `PING`, `PONG`.
final class NatsProtocol implements Protocol {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        wire.enter(Phase.SIGN_IN);
        JsonNode info = info(wire);
        if (url.tls() || info.path("tls_required").asBoolean(false)) {
            wire.startTls(new Wire.Tls(trust, true), host.name());
            wire.enter(Phase.SIGN_IN);
        }
        wire.write("CONNECT " + connect(url) + "\r\nPING\r\n");
        awaitPong(wire);
        wire.enter(Phase.OPERATION);
        wire.write("PING\r\n");
        awaitPong(wire);
        return info.path("version").asString("");
    }

    private static void awaitPong(Wire wire) throws IOException, ProbeFailure {
        while (true) {
            String line = wire.readLine();
            if (line.equals("PONG")) {
                return;
            }
            if (line.startsWith("-ERR")) {
                throw wire.failure("NATS says: " + line.substring(4).strip(), hint(line));
            }
            if (line.equals("PING")) {
                wire.write("PONG\r\n");
            } else if (!line.startsWith("INFO ") && !line.equals("+OK")) {
                throw wire.failure("the server does not speak NATS", "correct the port");
            }
        }
    }

    private static String hint(String line) {
        return line.contains("Authorization")
                ? "correct the user and password, or the token, of the address"
                : "";
    }

    private static JsonNode info(Wire wire) throws IOException, ProbeFailure {
        String line = wire.readLine();
        if (line.startsWith("INFO ")) {
            try {
                return JSON.readTree(line.substring(5));
            } catch (JacksonException garbled) {
                throw wire.failure("the server's `INFO` is not JSON", "");
            }
        }
        throw wire.failure("the server does not speak NATS", "correct the port");
    }

    private static String connect(DependencyUrl url) {
        var options =
                JSON.createObjectNode()
                        .put("verbose", false)
                        .put("pedantic", false)
                        .put("name", "belay-probe")
                        .put("lang", "java")
                        .put("version", "1");
        if (!url.user().isEmpty()) {
            options.put("user", url.user()).put("pass", url.password());
        } else if (!url.password().isEmpty()) {
            options.put("auth_token", url.password());
        }
        return options.toString();
    }
}
