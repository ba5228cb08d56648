package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyUrl;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/// ClickHouse with its HTTP interface only.
final class ClickhouseServer implements LocalServer {
    @Override
    public List<String> prepare(ServerFolder folder, DependencyUrl url, Host host)
            throws DatastoreFailure, IOException {
        Path program = host.program(folder.name(), "clickhouse-server", "clickhouse-server");
        Files.createDirectories(folder.data());
        String user = url.user().isEmpty() ? "default" : url.user();
        LocalNames.check(folder, user);
        Path users =
                folder.config(
                        "users.xml",
                        """
                        <yandex>
                          <profiles><default/></profiles>
                          <quotas><default/></quotas>
                          <users><%1$s>
                            %2$s
                            <networks><ip>127.0.0.1</ip><ip>::1</ip></networks>
                            <profile>default</profile><quota>default</quota>
                          </%1$s></users>
                        </yandex>
                        """
                                .formatted(user, password(url)));
        Path config =
                folder.config(
                        "config.xml",
                        """
                        <yandex>
                          <logger><level>warning</level><console>1</console></logger>
                          <http_port>%d</http_port>
                          <listen_host>%s</listen_host>
                          <path>%s/</path>
                          <tmp_path>%s/tmp/</tmp_path>
                          <users_config>%s</users_config>
                          <default_profile>default</default_profile>
                          <default_database>default</default_database>
                          <mark_cache_size>268435456</mark_cache_size>
                        </yandex>
                        """
                                .formatted(
                                        LocalServer.port(url),
                                        LocalServer.loopback(url),
                                        text(folder.data()),
                                        text(folder.data()),
                                        text(users)));
        host.hand(folder, folder.data(), users, config);
        return List.of(program.toString(), "--config-file=" + config);
    }

    @Override
    public void settle(DependencyUrl url) throws IOException, InterruptedException {
        if (url.path().isEmpty()) {
            return;
        }
        String pair = (url.user().isEmpty() ? "default" : url.user()) + ":" + url.password();
        byte[] credentials = pair.getBytes(StandardCharsets.UTF_8);
        String name = url.path().replace("\\", "\\\\").replace("`", "\\`");
        var request =
                HttpRequest.newBuilder(URI.create("http://" + url.hosts().getFirst() + "/"))
                        .timeout(Duration.ofSeconds(2))
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(credentials))
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "CREATE DATABASE IF NOT EXISTS `" + name + "`"))
                        .build();
        try (var client = HttpClient.newHttpClient()) {
            client.send(request, BodyHandlers.discarding());
        }
    }

    private static String password(DependencyUrl url) {
        return url.password().isEmpty()
                ? "<password></password>"
                : "<password_sha256_hex>"
                        + RedisServer.sha256(url.password())
                        + "</password_sha256_hex>";
    }

    private static String text(Path path) {
        return path.toString().replace("&", "&amp;").replace("<", "&lt;");
    }
}
