package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// NATS with JetStream. Its configuration language takes JSON.
final class NatsServer implements LocalServer {
    @Override
    public List<String> prepare(ServerFolder folder, DependencyUrl url, Host host)
            throws DatastoreFailure, IOException {
        Path program = host.program(folder.name(), "nats-server", "nats-server");
        Files.createDirectories(folder.data());
        var options = new JsonMapper().createObjectNode();
        options.put("host", LocalServer.loopback(url)).put("port", LocalServer.port(url));
        options.putObject("jetstream").put("store_dir", folder.data().toString());
        if (!url.user().isEmpty()) {
            options.putObject("authorization")
                    .put("user", url.user())
                    .put("password", url.password());
        } else if (!url.password().isEmpty()) {
            options.putObject("authorization").put("token", url.password());
        }
        Path config = folder.config("nats.conf", options.toString());
        host.hand(folder, folder.data(), config);
        return List.of(program.toString(), "--config", config.toString());
    }
}
