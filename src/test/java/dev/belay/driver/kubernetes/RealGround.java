package dev.belay.driver.kubernetes;

import dev.belay.driver.Harm;
import dev.belay.driver.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A real cluster, seen through `kubectl`, in a namespace of its own. `KUBERNETES_TEST_IMAGE` names
/// an image that its nodes have or can pull, with `/bin/busybox` and `busybox` among its programs;
/// where its containers are those of the Docker Engine that `DOCKER_HOST` names, they can be
/// killed, too.
final class RealGround extends KubernetesGround {
    private static final String IMAGE =
            System.getenv().getOrDefault("KUBERNETES_TEST_IMAGE", "busybox:1.36");
    private static final boolean ENGINE =
            !System.getenv().getOrDefault("DOCKER_HOST", "").isEmpty();

    private final Path kubeconfig;

    private RealGround(Path folder, Path kubeconfig, String namespace) throws IOException {
        super(folder, kubeconfig, namespace);
        this.kubeconfig = kubeconfig;
        kubectl("create", "namespace", namespace);
    }

    static RealGround in(Path folder, Path kubeconfig) throws IOException {
        String name = "contract-" + UUID.randomUUID().toString().substring(0, 8);
        return new RealGround(folder, kubeconfig, name.toLowerCase(Locale.ROOT));
    }

    // --- from outside -----------------------------------------------------------------------

    private static Optional<String> run(List<String> command, String input) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var to = process.getOutputStream()) {
            to.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() == 0) {
                return Optional.of(said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.println(command + ": " + said.strip());
        return Optional.empty();
    }

    private Optional<String> asked(String input, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("kubectl", "--kubeconfig", kubeconfig.toString()));
        command.addAll(List.of("--namespace", namespace));
        command.addAll(Arrays.asList(arguments));
        return run(command, input);
    }

    private static void done(Optional<String> said) throws IOException {
        if (said.isEmpty()) {
            throw new IOException("it was not done");
        }
    }

    private String kubectl(String... arguments) throws IOException {
        return asked("", arguments)
                .orElseThrow(() -> new IOException("kubectl " + List.of(arguments)));
    }

    @Override
    String image(String revision) {
        return IMAGE;
    }

    @Override
    String scratch() {
        return "/tmp";
    }

    @Override
    String listen() {
        return "$PORT";
    }

    /// The first address of this machine that is not its own alone.
    @Override
    String host() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(one -> !one.getName().startsWith("lo"))
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .findFirst()
                    .orElseThrow()
                    .getHostAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    List<JsonNode> pods() throws IOException {
        JsonNode all = JsonMapper.shared().readTree(kubectl("get", "pods", "-o", "json"));
        return Trees.each(all.path("items")).toList();
    }

    @Override
    void deploy(ObjectNode deployment) throws IOException {
        done(asked(deployment.toString(), "create", "-f", "-"));
    }

    @Override
    Optional<JsonNode> deployment(String name) throws IOException {
        return asked("", "get", "deployment", name, "-o", "json", "--ignore-not-found")
                .filter(text -> !text.isEmpty())
                .map(JsonMapper.shared()::readTree);
    }

    @Override
    public Optional<String> ask(Instance instance) throws Exception {
        return asked(
                "",
                "get",
                "--raw",
                "/api/v1/namespaces/%s/pods/%s:%d/proxy/"
                        .formatted(namespace, pod(instance).name(), instance.port()));
    }

    @Override
    public Set<Harm> harms() {
        return ENGINE ? EnumSet.complementOf(EnumSet.of(Harm.PAUSED)) : EnumSet.of(Harm.REMOVED);
    }

    @Override
    public void harm(Harm harm, Instance instance) throws Exception {
        PodView pod = pod(instance);
        switch (harm) {
            case KILLED -> docker("kill", pod);
            case ENDED -> docker("stop", pod);
            case REMOVED -> kubectl("delete", "pod", pod.name(), "--wait=false");
            case PAUSED -> throw new AssertionError("nobody can pause a pod");
        }
    }

    private static void docker(String what, PodView pod) throws IOException {
        String id =
                Trees.text(
                        Trees.at(pod.pod(), "status", "containerStatuses").path(0), "containerID");
        done(run(List.of("docker", what, id.replaceFirst(".*//", "")), ""));
    }

    /// A container of a cluster that was killed begins anew after ten seconds, then twenty.
    @Override
    public Duration patience() {
        return Duration.ofSeconds(60);
    }

    @Override
    public Duration brief() {
        return Duration.ofSeconds(15);
    }

    @Override
    public void close() throws IOException {
        super.close();
        kubectl("delete", "namespace", namespace, "--wait=false");
    }
}
