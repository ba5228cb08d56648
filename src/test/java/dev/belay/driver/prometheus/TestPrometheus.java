package dev.belay.driver.prometheus;

import com.sun.net.httpserver.HttpServer;
import dev.belay.FreePort;
import dev.belay.driver.host.Deadline;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// A real Prometheus for tests, which collects several times a second what a test says.
public final class TestPrometheus implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServer exporter;
    private final Process process;
    private final String url;

    private TestPrometheus(HttpServer exporter, Process process, String url) {
        this.exporter = exporter;
        this.process = process;
        this.url = url;
    }

    /// Returns once it answers.
    ///
    /// @param folder for its data
    /// @param metrics what there is to be collected, in the text format
    public static TestPrometheus start(Path folder, Supplier<String> metrics) throws IOException {
        HttpServer exporter = exporter(metrics);
        Path config =
                Files.writeString(
                        folder.resolve("prometheus.yml"),
                        """
                        global: {scrape_interval: 400ms, scrape_timeout: 400ms}
                        scrape_configs:
                          - job_name: pods
                            static_configs: [{targets: ["127.0.0.1:%d"]}]
                        """
                                .formatted(exporter.getAddress().getPort()));
        String address = "127.0.0.1:" + FreePort.choose();
        var builder =
                new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address,
                        "--log.level=warn");
        builder.environment().put("GOMAXPROCS", "1");
        File log = folder.resolve("log").toFile();
        Process process =
                builder.redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(log)
                        .start();
        var made = new TestPrometheus(exporter, process, "http://" + address);
        if (!Deadline.in(PATIENCE).await(made::isReady)) {
            made.close();
            throw new AssertionError(Files.readString(log.toPath()));
        }
        return made;
    }

    private static HttpServer exporter(Supplier<String> metrics) throws IOException {
        var exporter =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        exporter.createContext(
                "/metrics",
                exchange -> {
                    byte[] body = metrics.get().getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
                    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        exporter.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        exporter.start();
        return exporter;
    }

    private boolean isReady() {
        return says("/-/ready", "");
    }

    /// Waits until it has collected a metric.
    public void awaits(String metric) {
        String names = "/api/v1/label/__name__/values";
        if (!Deadline.in(PATIENCE).await(() -> says(names, "\"" + metric + "\""))) {
            throw new AssertionError("it has not collected " + metric);
        }
    }

    private boolean says(String path, String part) {
        try (var in = URI.create(url + path).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).contains(part);
        } catch (IOException e) {
            return false;
        }
    }

    /// Where its API is.
    public String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        exporter.stop(0);
    }
}
