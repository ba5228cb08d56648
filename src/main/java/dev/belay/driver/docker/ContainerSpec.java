package dev.belay.driver.docker;

import dev.belay.driver.host.Names;
import dev.belay.driver.host.Preparation;
import dev.belay.driver.host.Recipe;
import dev.belay.release.Launch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a container is made of, as the engine takes it: nobody's privileges, nothing to write but
/// `/tmp`, no port but its own at the loopback, no restart but ours.
final class ContainerSpec {
    /// Where the artifact's files lie inside, and the command begins.
    private static final String FOLDER = "/app";

    private static final String NOBODY = "65534:65534";
    private static final long NANOS_PER_PERCENT = 10_000_000;

    private ContainerSpec() {}

    /// @param user whom the image says that its programs run as; empty when it does not
    /// @param labels what it is known by
    /// @param volumes what it has beside the artifact, as the engine takes it
    static Map<String, Object> of(
            Recipe recipe,
            Preparation.Prepared ready,
            String image,
            String user,
            String network,
            Map<String, String> labels,
            List<Map<String, Object>> volumes) {
        String port = ready.environment().getOrDefault(Names.PORT, "");
        Map<String, Object> host = host(recipe, network);
        host.put("Mounts", mounts(recipe, ready, volumes));
        var what = new HashMap<String, Object>();
        if (recipe.port() && !port.isEmpty()) {
            what.put("ExposedPorts", Map.of(port + "/tcp", Map.of()));
            host.put(
                    "PortBindings",
                    Map.of(
                            port + "/tcp",
                            List.of(Map.of("HostIp", "127.0.0.1", "HostPort", port))));
        }
        List<String> variables = new ArrayList<>();
        // A folder of this host is nothing inside, and who has its name in the environment is taken
        // for a plain process by whoever looks through those of the host.
        ready.environment()
                .forEach((name, value) -> {
                    if (!name.equals(Names.STATE)) {
                        variables.add(name + "=" + value);
                    }
                });
        what.put("Image", image);
        what.put("Cmd", ready.command());
        // The command is the whole command line, whatever the image puts before its own.
        what.put("Entrypoint", List.of());
        what.put("Env", variables);
        what.put("User", user(user));
        Launch.Container container = recipe.container();
        if (container == null || !container.consistsOfArtifact()) {
            what.put("WorkingDir", FOLDER);
        }
        what.put("Labels", labels);
        what.put("HostConfig", host);
        return what;
    }

    /// Whom its program runs as, where the image says that.
    static String user(String image) {
        return image.isEmpty() || isRoot(image) ? NOBODY : image;
    }

    private static boolean isRoot(String user) {
        return user.equals("root")
                || user.equals("0")
                || user.startsWith("0:")
                || user.startsWith("root:");
    }

    /// The artifact, where the engine sees it.
    private static Map<String, Object> mount(Preparation.Prepared ready) {
        return Map.of(
                "Type",
                "bind",
                "Source",
                ready.folder().toString(),
                "Target",
                FOLDER,
                "ReadOnly",
                true);
    }

    private static List<Map<String, Object>> mounts(
            Recipe recipe, Preparation.Prepared ready, List<Map<String, Object>> volumes) {
        var mounts = new ArrayList<>(volumes);
        Launch.Container container = recipe.container();
        if (container == null || !container.holdsArtifact()) {
            mounts.add(mount(ready));
        }
        return mounts;
    }

    private static Map<String, Object> host(Recipe recipe, String network) {
        var host = new HashMap<String, Object>();
        host.put("NetworkMode", network);
        host.put("ExtraHosts", List.of("host.docker.internal:host-gateway"));
        host.put("RestartPolicy", Map.of("Name", "no"));
        host.put("ReadonlyRootfs", true);
        host.put("Tmpfs", Map.of("/tmp", "rw,nosuid,nodev,size=64m,mode=1777"));
        host.put("CapDrop", List.of("ALL"));
        host.put("SecurityOpt", List.of("no-new-privileges"));
        host.put(
                "LogConfig",
                Map.of("Type", "json-file", "Config", Map.of("max-size", "10m", "max-file", "2")));
        if (recipe.limits().memoryBytes() > 0) {
            host.put("Memory", recipe.limits().memoryBytes());
            host.put("MemorySwap", recipe.limits().memoryBytes());
        }
        if (recipe.limits().cpuPercent() > 0) {
            host.put("NanoCpus", recipe.limits().cpuPercent() * NANOS_PER_PERCENT);
        }
        if (recipe.limits().processes() > 0) {
            host.put("PidsLimit", recipe.limits().processes());
        }
        int files = recipe.limits().openFiles();
        if (files > 0) {
            host.put("Ulimits", List.of(Map.of("Name", "nofile", "Soft", files, "Hard", files)));
        }
        return host;
    }
}
