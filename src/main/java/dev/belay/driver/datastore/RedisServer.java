package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Redis, with an append-only file.
final class RedisServer implements LocalServer {
    @Override
    public List<String> prepare(ServerFolder folder, DependencyUrl url, Host host)
            throws DatastoreFailure, IOException {
        Path program = host.program(folder.name(), "redis-server", "redis-server");
        Files.createDirectories(folder.data());
        Path config =
                folder.config(
                        "redis.conf",
                        """
                        bind %s
                        port %d
                        dir "%s"
                        appendonly yes
                        daemonize no
                        %s
                        """
                                .formatted(
                                        LocalServer.loopback(url),
                                        LocalServer.port(url),
                                        folder.data(),
                                        users(folder, url)));
        host.hand(folder, folder.data(), config);
        return List.of(program.toString(), config.toString());
    }

    /// Only the hash of the password is written.
    private static String users(ServerFolder folder, DependencyUrl url) throws DatastoreFailure {
        if (url.password().isEmpty()) {
            return "";
        }
        String user = url.user().isEmpty() ? "default" : url.user();
        LocalNames.check(folder, user);
        String all = "user " + user + " on #" + sha256(url.password()) + " ~* &* +@all";
        return user.equals("default") ? all : "user default off\n" + all;
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
