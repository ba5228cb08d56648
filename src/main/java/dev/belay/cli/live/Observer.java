package dev.belay.cli.live;

import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;

/// Looks at an environment again and again while a release in it is watched. What it sees is an
/// ornament: when it cannot look, the tree is drawn without.
final class Observer implements Runnable {
    private static final Duration EVERY = Duration.ofMillis(500);

    private final ControlPlane server;
    private volatile String environment = "";
    private volatile Observation seen = Observation.NOTHING;

    Observer(ControlPlane server) {
        this.server = server;
    }

    /// Which environment to look at; one that was named before is not named again.
    void lookAt(String name) {
        environment = name;
    }

    Observation seen() {
        return seen;
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException _) {
            // Nobody watches any more.
        }
    }

    private void look() {
        if (environment.isEmpty()) {
            return;
        }
        String name = URLEncoder.encode(environment, StandardCharsets.UTF_8);
        try {
            String path = "/api/v1/environments/" + name + "/status";
            seen = Observation.parse(server.text(Http.Request.get(path)));
        } catch (Stop | JacksonException _) {
            seen = Observation.NOTHING;
        }
    }
}
