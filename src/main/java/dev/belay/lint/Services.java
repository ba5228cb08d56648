package dev.belay.lint;

import dev.belay.manifest.Component;
import dev.belay.release.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which component answers at an address, in one environment.
final class Services {
    private static final Pattern WEB =
            Pattern.compile(
                    "(?i)(?:https?:|wss?:|grpc:)?//(?:[^@/\\s]{0,200}@)?"
                            + "(\\[[0-9a-f:]{2,45}\\]|[^:/?#\\s]{1,255})(?::([0-9]{1,5}))?([/?#].*)?");
    private static final Pattern PLAIN =
            Pattern.compile("([A-Za-z0-9.-]{1,255}|\\[::1\\]):([0-9]{2,5})");

    private final Map<Integer, String> ports = new LinkedHashMap<>();
    private final Map<String, Component> all;

    Services(Surroundings here) {
        all = here.view().components();
        all.values()
                .forEach(component -> {
                    int port = port(component);
                    if (port > 0) {
                        ports.put(port, component.name());
                    }
                });
    }

    private static int port(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.port();
            case Component.Frontend frontend -> frontend.port();
            case Component.Worker _, Component.Job _, Component.Contract _ -> 0;
        };
    }

    /// Who answers at a whole address; empty where that is nobody of the platform.
    Optional<String> at(String address) {
        Matcher web = WEB.matcher(address);
        if (web.matches()) {
            String path = web.group(3) == null ? "/" : web.group(3);
            int port = web.group(2) == null ? 0 : Integer.parseInt(web.group(2));
            return at(web.group(1), port, path);
        }
        Matcher plain = PLAIN.matcher(address);
        return plain.matches()
                ? at(plain.group(1), Integer.parseInt(plain.group(2)), "/")
                : Optional.empty();
    }

    private Optional<String> at(String host, int port, String path) {
        boolean here =
                List.of("localhost", "127.0.0.1", "[::1]", "0.0.0.0").contains(host)
                        || host.endsWith(".localhost");
        if (here && ports.containsKey(port)) {
            return Optional.ofNullable(ports.get(port));
        }
        if (all.containsKey(host)) {
            return Optional.of(host);
        }
        return here ? Optional.empty() : closest(host, path);
    }

    /// Who answers below a path of the page's own host; only paths that are somebody's own count.
    Optional<String> below(String path) {
        return closest("", path).filter(name -> !isPage(name));
    }

    boolean isPage(String name) {
        Component component = all.get(name);
        return component != null && component.kind() instanceof Component.Frontend;
    }

    private Optional<String> closest(String host, String path) {
        String best = null;
        int length = -1;
        for (Component component : all.values()) {
            for (Traffic.At at : component.rules().at()) {
                boolean named =
                        host.isEmpty() || at.hosts().stream().anyMatch(one -> isHost(one, host));
                List<String> paths = at.paths().isEmpty() ? List.of("/") : at.paths();
                for (String prefix : named ? paths : List.<String>of()) {
                    if (isBelow(path, prefix) && prefix.length() > length) {
                        best = component.name();
                        length = prefix.length();
                    }
                }
            }
        }
        return length > 1 || !host.isEmpty() ? Optional.ofNullable(best) : Optional.empty();
    }

    private static boolean isHost(String pattern, String host) {
        return pattern.startsWith("*.")
                ? host.endsWith(pattern.substring(1))
                        && host.indexOf('.') == host.length() - pattern.length() + 1
                : pattern.equals(host);
    }

    private static boolean isBelow(String path, String prefix) {
        return prefix.equals("/")
                || (path.startsWith(prefix)
                        && (path.length() == prefix.length()
                                || "/?#".indexOf(path.charAt(prefix.length())) >= 0));
    }
}
