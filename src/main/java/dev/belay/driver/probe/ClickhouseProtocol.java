package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import javax.net.ssl.SSLContext;

/// ClickHouse's HTTP interface: `SELECT 1` and the server's version.
final class ClickhouseProtocol implements Protocol {
    private static final int ANSWER_MAX = 4096;

    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        if (url.tls()) {
            wire.startTls(new Wire.Tls(trust, true), host.name());
        }
        // One request signs in and asks.
        wire.enter(Phase.OPERATION);
        String query = "query=" + URLEncoder.encode("SELECT 1, version()", UTF_8);
        String database =
                url.path().isEmpty() ? "" : "&database=" + URLEncoder.encode(url.path(), UTF_8);
        var request =
                HttpTalk.Request.get(
                        "/?" + query + database, host.toString(), HttpProtocol.credentials(url));
        HttpTalk.Answer answer = HttpTalk.ask(wire, request, ANSWER_MAX);
        String text = answer.body().strip();
        if (answer.status() == 200 && text.startsWith("1\t")) {
            return text.substring(2);
        }
        if (answer.status() == 401 || answer.status() == 403 || isSignIn(text)) {
            wire.enter(Phase.SIGN_IN);
            throw wire.failure(
                    "ClickHouse says: " + text, "correct the user and the password of the address");
        }
        throw wire.failure(
                "ClickHouse answers " + answer.status() + ": " + text,
                text.contains("UNKNOWN_DATABASE") || text.contains("Code: 81")
                        ? "create the database, or correct the address"
                        : "name the port of the HTTP interface, by default 8123");
    }

    /// Older servers answer 500 and say in the text who is not let in: codes 192 to 194 and 516.
    private static boolean isSignIn(String text) {
        return text.matches("(?s).*Code: (192|193|194|516)\\b.*");
    }
}
