package dev.belay.driver.kubernetes;

import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// The container of a pod as a process of this machine, with the command and the variables that its
/// pod says.
final class PodProgram implements Fate.Running {
    private final Process process;
    private final Path log;
    private boolean ending;

    private PodProgram(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static PodProgram start(FakeCluster cluster, Path folder, JsonNode pod, String address)
            throws IOException {
        JsonNode container = Trees.at(pod, "spec", "containers").path(0);
        Path own = Files.createDirectories(folder.resolve("pods").resolve(Trees.uid(pod)));
        Map<String, String> variables = variables(cluster, pod, container);
        variables.put("POD_FOLDER", own.toString());
        variables.put("POD_ADDRESS", address);
        List<String> command =
                Trees.each(container.path("command"))
                        .map(one -> one.asString().replace("$$(", "$("))
                        .toList();
        Path log = Files.createTempFile(own, "log", "");
        var builder = new ProcessBuilder(command).directory(own.toFile());
        builder.environment().putAll(variables);
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        return new PodProgram(builder.start(), log);
    }

    private static Map<String, String> variables(
            FakeCluster cluster, JsonNode pod, JsonNode container) throws IOException {
        var variables = new HashMap<String, String>();
        for (JsonNode one : container.path("env")) {
            String name = Trees.text(one, "name");
            JsonNode from = one.path("valueFrom");
            if (from.has("secretKeyRef")) {
                JsonNode key = from.path("secretKeyRef");
                variables.put(name, secret(cluster, pod, key));
            } else if (from.has("fieldRef")) {
                variables.put(name, Trees.name(pod));
            } else {
                variables.put(name, Trees.text(one, "value"));
            }
        }
        return variables;
    }

    private static String secret(FakeCluster cluster, JsonNode pod, JsonNode key)
            throws IOException {
        String namespace = Trees.text(pod, "metadata", "namespace");
        JsonNode secret =
                cluster.find("Secret", namespace, Trees.text(key, "name"))
                        .orElseThrow(() -> new IOException("no such secret: " + key));
        byte[] value =
                Base64.getDecoder().decode(Trees.text(secret, "data", Trees.text(key, "key")));
        return new String(value, StandardCharsets.UTF_8);
    }

    void kill() {
        process.destroyForcibly();
    }

    void terminate() {
        process.destroy();
    }

    @Override
    public boolean isReady() {
        return process.isAlive();
    }

    @Override
    public Optional<Integer> exit() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    @Override
    public void end(Duration grace) {
        if (!ending) {
            ending = true;
            process.destroy();
            var _ =
                    CompletableFuture.runAsync(
                            this::kill,
                            CompletableFuture.delayedExecutor(
                                    grace.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    @Override
    public void stop() {
        process.destroyForcibly();
    }

    @Override
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
