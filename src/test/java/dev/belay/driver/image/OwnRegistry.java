package dev.belay.driver.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.driver.configuration.Secret;
import dev.belay.release.ImageName;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Debian's registry of images at a port of its own, with what is pushed in a folder of the test.
public final class OwnRegistry implements AutoCloseable {
    /// Whom one that asks lets in.
    public static final String USER = "ci";

    public static final String PASSWORD = "correct horse";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port;
    private final boolean asks;
    private final Path folder;
    private final Process process;

    private OwnRegistry(Path folder, boolean asks) throws Exception {
        this.folder = folder;
        this.asks = asks;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var settings =
                new StringBuilder(
                        """
                        version: 0.1
                        log: {level: warn}
                        storage:
                          filesystem: {rootdirectory: %s}
                          delete: {enabled: true}
                        http: {addr: "127.0.0.1:%d"}
                        """
                                .formatted(folder.resolve("kept"), port));
        if (asks) {
            settings.append(
                    "auth: {htpasswd: {realm: own, path: %s}}\n"
                            .formatted(folder.resolve("users")));
            Files.writeString(folder.resolve("users"), USER + ":" + HASH + "\n");
        }
        Path config = Files.writeString(folder.resolve("registry.yml"), settings);
        process =
                new ProcessBuilder("docker-registry", "serve", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        awaitAnswer();
    }

    /// Of [#PASSWORD], by bcrypt.
    private static final String HASH =
            "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    /// One that lets everybody in; skips the test where there is none.
    public static OwnRegistry open(Path folder) throws Exception {
        return started(folder, false);
    }

    /// One that lets in [#USER] with [#PASSWORD].
    public static OwnRegistry asking(Path folder) throws Exception {
        return started(folder, true);
    }

    private static OwnRegistry started(Path folder, boolean asks) throws Exception {
        boolean there =
                List.of(System.getenv("PATH").split(":", -1)).stream()
                        .anyMatch(one -> Files.isExecutable(Path.of(one, "docker-registry")));
        if (!there) {
            System.err.println("NO REGISTRY IS TRIED HERE: there is no `docker-registry`");
        }
        assumeTrue(there, "there is no `docker-registry`");
        return new OwnRegistry(Files.createDirectories(folder), asks);
    }

    private void awaitAnswer() throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            assertThat(process.isAlive() && System.nanoTime() < end)
                    .as(() -> "the registry does not come up: " + log())
                    .isTrue();
            Thread.sleep(50);
        }
    }

    private boolean answers() {
        try {
            var connection =
                    (HttpURLConnection)
                            URI.create("http://" + host() + "/v2/").toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(1000);
            return connection.getResponseCode() == (asks ? 401 : 200);
        } catch (IOException _) {
            return false;
        }
    }

    /// What it wrote.
    public String log() {
        try {
            return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// What images of it are named after.
    public String host() {
        return "127.0.0.1:" + port;
    }

    /// A name in it.
    public ImageName name(String rest) {
        return ImageName.read(host() + "/" + rest).orElseThrow();
    }

    /// As somebody whom it lets in.
    public RegistryAccess access() {
        return new RegistryAccess(
                host(), true, asks ? new RegistryAccess.Login(USER, new Secret(PASSWORD)) : null);
    }

    /// The same, for whoever looks registries up.
    public Registries registries() {
        return host -> new Registry(host.equals(host()) ? access() : RegistryAccess.open(host));
    }

    /// The same for every environment, whose images go to a repository of their component.
    public EnvironmentRegistries environments() {
        return new EnvironmentRegistries() {
            @Override
            public Registries of(String environment) {
                return registries();
            }

            @Override
            public Optional<ImageName> place(String environment, String component) {
                return Optional.of(name(environment + "/" + component));
            }
        };
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
