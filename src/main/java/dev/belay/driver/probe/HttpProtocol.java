package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;

/// Any HTTP service: `GET` of its address answers 2xx or 3xx.
final class HttpProtocol implements Protocol {
    @Override
    public String converse(Wire wire, DependencyUrl url, DependencyUrl.Host host, SSLContext trust)
            throws IOException, ProbeFailure {
        wire.connect(host.name(), host.port());
        if (url.tls()) {
            wire.startTls(new Wire.Tls(trust, true), host.name());
        }
        wire.enter(Phase.OPERATION);
        var request = HttpTalk.Request.get(url.target(), host.toString(), credentials(url));
        HttpTalk.Answer answer = HttpTalk.ask(wire, request, 0);
        if (answer.status() == 401 || answer.status() == 403) {
            wire.enter(Phase.SIGN_IN);
            throw wire.failure(
                    "it answers " + answer.status() + " to `GET`",
                    "correct the user and the password of the address");
        }
        if (answer.status() < 200 || answer.status() > 399) {
            throw wire.failure("it answers " + answer.status() + " to `GET`", "");
        }
        return answer.header("Server");
    }

    /// The header that carries user and password, where the address has them.
    static Map<String, String> credentials(DependencyUrl url) {
        if (url.user().isEmpty() && url.password().isEmpty()) {
            return Map.of();
        }
        byte[] pair = (url.user() + ":" + url.password()).getBytes(UTF_8);
        return Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
}
