package dev.belay.manifest.draft;

import dev.belay.manifest.draft.ManifestDraft.Unreadable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads a Compose file (compose-spec.io), the short and the long forms of what it knows. What it
/// does not know it leaves out; merge keys (`<<`) are followed, `extends` and `include` are not.
final class ComposeFile {
    static final List<String> NAMES =
            List.of("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml");

    private static final int BYTES_MAX = 1 << 20;
    private static final int ALIASES_MAX = 100;
    private static final int SERVICES_MAX = 100;
    private static final int MERGES_MAX = 16;
    private static final Pattern DURATION = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(us|ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(?i)([0-9]+(?:\\.[0-9]+)?)([bkmg]?)b?");
    private static final Pattern PORT =
            Pattern.compile("(?:(?:[0-9.]+|\\[[0-9a-fA-F:]+\\]):)?(?:([0-9]*):)?([0-9]+)(?:/tcp)?");

    private ComposeFile() {}

    /// The folder's Compose file, the first of the names that Compose itself looks for.
    static Optional<Path> in(Path folder) {
        return NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
    }

    static List<ComposeService> read(Path file) throws IOException, Unreadable {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTES_MAX + 1);
        }
        if (bytes.length > BYTES_MAX) {
            throw new Unreadable("is larger than 1 MiB");
        }
        Object root;
        try {
            root =
                    new Load(
                                    LoadSettings.builder()
                                            .setMaxAliasesForCollections(ALIASES_MAX)
                                            .setAllowRecursiveKeys(false)
                                            .build())
                            .loadFromString(new String(bytes, StandardCharsets.UTF_8));
        } catch (YamlEngineException | StackOverflowError e) {
            throw new Unreadable("is no YAML: " + firstLine(e.getMessage()));
        }
        Map<String, Object> services = map(map(root).get("services"));
        if (services.isEmpty()) {
            throw new Unreadable("has no `services`");
        }
        if (services.size() > SERVICES_MAX) {
            throw new Unreadable("has more than " + SERVICES_MAX + " services");
        }
        var all = new ArrayList<ComposeService>();
        services.forEach((name, value) -> all.add(service(name, map(value))));
        return all;
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "it is too deep" : text.lines().findFirst().orElse("");
    }

    private static ComposeService service(String name, Map<String, Object> service) {
        Object build = service.get("build");
        Map<String, Object> parts = map(build);
        String context = build instanceof String text ? text : text(parts.get("context"));
        var finished = new ArrayList<String>();
        return new ComposeService(
                name,
                build == null ? "" : context.isEmpty() ? "." : context,
                text(parts.get("dockerfile")),
                text(service.get("image")),
                command(service),
                environment(service.get("environment")),
                files(service.get("env_file")),
                ports(service),
                after(service.get("depends_on"), finished),
                finished,
                health(map(service.get("healthcheck"))),
                new ComposeService.Stop(
                        text(service.get("stop_signal")).replaceFirst("^SIG", ""),
                        millis(text(service.get("stop_grace_period")))),
                limits(service),
                volumes(service.get("volumes")),
                instances(service),
                list(service.get("profiles")));
    }

    private static List<String> command(Map<String, Object> service) {
        List<String> entry = words(service.get("entrypoint"));
        List<String> command = words(service.get("command"));
        return entry.isEmpty() || command.isEmpty()
                ? entry.isEmpty() ? command : entry
                : Stream.concat(split(entry), split(command)).toList();
    }

    private static Stream<String> split(List<String> words) {
        return words.size() > 1 ? words.stream() : Stream.of(words.getFirst().split("\\s+"));
    }

    /// One line is left one line: it is the shell's business, or the manifest's.
    private static List<String> words(@Nullable Object value) {
        return value instanceof String text && !text.isBlank()
                ? List.of(text.strip())
                : list(value);
    }

    private static SequencedMap<String, String> environment(@Nullable Object value) {
        var all = new LinkedHashMap<String, String>();
        if (value instanceof List<?>) {
            for (String one : list(value)) {
                int at = one.indexOf('=');
                all.put(at < 0 ? one : one.substring(0, at), at < 0 ? "" : one.substring(at + 1));
            }
        } else {
            map(value).forEach((name, one) -> all.put(name, text(one)));
        }
        return all;
    }

    private static List<String> files(@Nullable Object value) {
        if (value instanceof String text) {
            return List.of(text);
        }
        var files = new ArrayList<String>();
        if (value instanceof List<?> all) {
            for (Object one : all) {
                files.add(one instanceof Map<?, ?> ? text(map(one).get("path")) : text(one));
            }
        }
        return files;
    }

    private static List<ComposeService.Port> ports(Map<String, Object> service) {
        var ports = new ArrayList<ComposeService.Port>();
        if (service.get("ports") instanceof List<?> all) {
            for (Object one : all) {
                if (one instanceof Map<?, ?>) {
                    Map<String, Object> port = map(one);
                    add(ports, text(port.get("published")), text(port.get("target")));
                } else {
                    Matcher port = PORT.matcher(text(one));
                    if (port.matches()) {
                        add(ports, port.group(1) == null ? "" : port.group(1), port.group(2));
                    }
                }
            }
        }
        for (String one : list(service.get("expose"))) {
            add(ports, "", one.replace("/tcp", ""));
        }
        return ports;
    }

    private static void add(List<ComposeService.Port> ports, String host, String container) {
        int there = number(container);
        if (there > 0 && there <= 65_535) {
            int here = number(host);
            ports.add(new ComposeService.Port(here <= 65_535 ? here : 0, there));
        }
    }

    private static List<String> after(@Nullable Object value, List<String> finished) {
        if (value instanceof List<?>) {
            return list(value);
        }
        var names = new ArrayList<String>();
        map(value)
                .forEach((name, how) -> {
                    names.add(name);
                    if (text(map(how).get("condition")).equals("service_completed_successfully")) {
                        finished.add(name);
                    }
                });
        return names;
    }

    private static ComposeService.Health health(Map<String, Object> check) {
        List<String> test =
                check.get("test") instanceof String line
                        ? List.of("CMD-SHELL", line)
                        : list(check.get("test"));
        boolean off = "true".equals(text(check.get("disable"))) || test.contains("NONE");
        long interval = millis(text(check.get("interval")));
        int retries = number(text(check.get("retries")));
        long within =
                millis(text(check.get("start_period")))
                        + (interval == 0 ? 0 : interval * Math.max(1, retries));
        return off
                ? new ComposeService.Health(List.of(), 0)
                : new ComposeService.Health(test, within);
    }

    private static ComposeService.Limits limits(Map<String, Object> service) {
        Map<String, Object> most =
                map(map(map(service.get("deploy")).get("resources")).get("limits"));
        return new ComposeService.Limits(
                bytes(first(service.get("mem_limit"), most.get("memory"))),
                (int) Math.round(decimal(first(service.get("cpus"), most.get("cpus"))) * 100),
                Math.max(0, number(first(service.get("pids_limit"), most.get("pids")))));
    }

    private static String first(@Nullable Object one, @Nullable Object other) {
        return text(one).isEmpty() ? text(other) : text(one);
    }

    private static List<String> volumes(@Nullable Object value) {
        var volumes = new ArrayList<String>();
        if (value instanceof List<?> all) {
            for (Object one : all) {
                Map<String, Object> parts = map(one);
                volumes.add(
                        parts.isEmpty()
                                ? text(one)
                                : text(parts.get("source")) + ":" + text(parts.get("target")));
            }
        }
        return volumes;
    }

    private static int instances(Map<String, Object> service) {
        int wanted =
                number(first(service.get("scale"), map(service.get("deploy")).get("replicas")));
        return Math.clamp(wanted, 1, 100);
    }

    // --- values -----------------------------------------------------------------------------

    private static Map<String, Object> map(@Nullable Object value) {
        return merged(value, MERGES_MAX);
    }

    /// What `<<` brings counts less than what stands beside it.
    private static Map<String, Object> merged(@Nullable Object value, int left) {
        var all = new LinkedHashMap<String, Object>();
        if (value instanceof Map<?, ?> entries) {
            Object brought = entries.get("<<");
            if (left > 0 && brought != null) {
                List<?> sources = brought instanceof List<?> many ? many : List.of(brought);
                for (Object source : sources) {
                    merged(source, left - 1).forEach(all::putIfAbsent);
                }
            }
            entries.forEach((key, one) -> {
                if (one != null && !"<<".equals(key)) {
                    all.put(String.valueOf(key), one);
                } else if (one == null) {
                    all.put(String.valueOf(key), "");
                }
            });
        }
        return all;
    }

    private static List<String> list(@Nullable Object value) {
        var all = new ArrayList<String>();
        if (value instanceof List<?> items) {
            items.forEach(item -> all.add(text(item)));
        } else if (value instanceof String one && !one.isBlank()) {
            all.add(one);
        }
        return all;
    }

    private static String text(@Nullable Object value) {
        return value == null || value instanceof Map<?, ?> || value instanceof List<?>
                ? ""
                : String.valueOf(value);
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,7}") ? Integer.parseInt(text) : 0;
    }

    private static double decimal(String text) {
        return text.matches("[0-9]{1,6}(\\.[0-9]{1,6})?") ? Double.parseDouble(text) : 0;
    }

    /// `1m30s` in milliseconds; 0 for what is no duration.
    private static long millis(String text) {
        Matcher part = DURATION.matcher(text);
        double sum = 0;
        while (part.find()) {
            double unit =
                    switch (part.group(2)) {
                        case "us" -> 0.001;
                        case "ms" -> 1;
                        case "s" -> 1_000;
                        case "m" -> 60_000;
                        default -> 3_600_000;
                    };
            sum += Double.parseDouble(part.group(1)) * unit;
        }
        return Math.round(Math.min(sum, 86_400_000));
    }

    private static long bytes(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return 0;
        }
        long unit =
                switch (size.group(2).toLowerCase(Locale.ROOT)) {
                    case "k" -> 1L << 10;
                    case "m" -> 1L << 20;
                    case "g" -> 1L << 30;
                    default -> 1;
                };
        return Math.round(Double.parseDouble(size.group(1)) * unit);
    }
}
