package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Somebody else's reverse proxy, a process of its own, as it comes: what it refuses and passes is
/// what it was made to, and not what we told it. It ends with the test.
final class OtherProxy implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(90);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(20);
    private static final int ENDS_WITHIN_SECONDS = 20;
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Process process;

    private OtherProxy(Process process) {
        this.process = process;
    }

    /// @param ports where it listens, each with the port that it passes requests to
    static OtherProxy nginx(Path folder, Map<Integer, Integer> ports) throws Exception {
        var servers = new StringBuilder();
        ports.forEach((port, behind) -> servers.append(nginxServer(port, behind)));
        String configuration =
                """
                daemon off;
                master_process off;
                pid %1$s/pid;
                error_log %1$s/error.log crit;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  # As large and as long as ours are in this test.
                  client_header_buffer_size 1k;
                  large_client_header_buffers 4 1k;
                  client_header_timeout 2s;
                  client_body_timeout 2s;
                  keepalive_timeout 2s;
                  lingering_timeout 2s;
                  %2$s
                }
                """
                        .formatted(folder, servers);
        Path file = Files.writeString(folder.resolve("nginx.conf"), configuration);
        return start(
                folder,
                ports,
                List.of("nginx", "-p", folder.toString(), "-c", file.toString(), "-e", "stderr"));
    }

    private static String nginxServer(int port, int behind) {
        return """
        upstream behind%1$d { server 127.0.0.1:%2$d max_fails=0; keepalive 8; }
        server {
          listen 127.0.0.1:%1$d;
          location / {
            proxy_pass http://behind%1$d;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_next_upstream off;
          }
        }
        """
                .formatted(port, behind);
    }

    /// Vert.x's, whose classes come from a build of their own: they must not meet ours.
    static OtherProxy vertx(Path folder, Map<Integer, Integer> ports) throws Exception {
        Path log = folder.resolve("maven.log");
        Process maven =
                new ProcessBuilder(
                                "mvn",
                                "-q",
                                "-B",
                                "-ntp",
                                "-f",
                                "src/test/vertx/pom.xml",
                                "dependency:copy-dependencies",
                                "-DoutputDirectory=" + folder.resolve("lib"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(maven.waitFor()).as(Files.readString(log)).isZero();
        var words =
                new ArrayList<>(
                        List.of(
                                JAVA,
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                folder.resolve("lib") + "/*",
                                Path.of("src/test/vertx/VertxProxy.java").toString()));
        ports.forEach((port, behind) -> words.add(port + ":" + behind));
        return start(folder, ports, words);
    }

    private static OtherProxy start(Path folder, Map<Integer, Integer> ports, List<String> command)
            throws Exception {
        Path log = folder.resolve("log");
        var proxy =
                new OtherProxy(
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(log.toFile())
                                .start());
        try {
            for (int port : ports.keySet()) {
                proxy.awaitListening(port, log);
            }
        } catch (Throwable e) {
            proxy.close();
            throw e;
        }
        return proxy;
    }

    private void awaitListening(int port, Path log) throws IOException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!listens(port)) {
            boolean waiting = process.isAlive() && System.nanoTime() < deadline;
            assertThat(waiting).as(Files.readString(log)).isTrue();
            LockSupport.parkNanos(AGAIN_AFTER.toNanos());
        }
    }

    private static boolean listens(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
