package dev.belay.manifest.draft;

import dev.belay.manifest.draft.FolderScan.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A first manifest for what a Compose file describes: services that are built become components,
/// images of known datastores become datastores, the rest becomes a comment. Values that look like
/// secrets are named and not taken over.
final class ComposeDraft {
    private static final Map<String, String> ENGINES =
            Map.ofEntries(
                    Map.entry("postgres", "postgres"),
                    Map.entry("postgresql", "postgres"),
                    Map.entry("postgis", "postgres"),
                    Map.entry("pgvector", "postgres"),
                    Map.entry("timescaledb", "postgres"),
                    Map.entry("redis", "redis"),
                    Map.entry("valkey", "redis"),
                    Map.entry("mysql", "mysql"),
                    Map.entry("mariadb", "mysql"),
                    Map.entry("clickhouse-server", "clickhouse"),
                    Map.entry("clickhouse", "clickhouse"),
                    Map.entry("nats", "nats"),
                    Map.entry("rabbitmq", "rabbitmq"),
                    Map.entry("kafka", "kafka"),
                    Map.entry("cp-kafka", "kafka"),
                    Map.entry("redpanda", "kafka"));

    /// Those that `belay up` can start, and where they listen when nobody says so.
    private static final Map<String, Integer> LOCAL =
            Map.of("postgres", 5432, "redis", 6379, "clickhouse", 8123, "nats", 4222);

    private static final String LOOPBACK = "127.0.0.1";
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(passw|secret|token|credential|private|api_?key|dsn).*|.*_KEY");
    private static final Pattern OWN_ADDRESS =
            Pattern.compile(
                    "https?://(?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1])(?::[0-9]+)?"
                            + "(/[^\\s'\"|&;)]*)?");
    private static final Pattern GIVEN =
            Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::?([-?+])([^}]*))?}");

    private final Path root;
    private final List<ComposeService> all;
    private final DraftText text = new DraftText();

    /// By the names of the Compose file.
    private final Map<String, String> names = new LinkedHashMap<>();

    private final Map<String, ComposeService> datastores = new LinkedHashMap<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final Map<String, ComposeService> components = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Found> sources = new LinkedHashMap<>();
    private final Set<String> jobs = new HashSet<>();

    private ComposeDraft(Path root, List<ComposeService> all) {
        this.root = root;
        this.all = all;
    }

    static String of(Path root, String platform, Path file, List<ComposeService> services)
            throws IOException {
        var draft = new ComposeDraft(root, services);
        draft.sort();
        draft.write(platform, String.valueOf(file.getFileName()));
        return draft.text.toString();
    }

    // --- what is what -----------------------------------------------------------------------

    private void sort() throws IOException {
        for (ComposeService one : all) {
            if (!one.profiles().isEmpty()) {
                continue;
            }
            if (one.build().isEmpty() && ENGINES.containsKey(one.imageName())) {
                datastores.put(one.name(), one);
            } else if (!one.build().isEmpty() && isHere(one.build())) {
                components.put(one.name(), one);
                FolderScan.at(root, dir(one)).ifPresent(found -> sources.put(one.name(), found));
            }
            jobs.addAll(one.finished());
        }
        var taken = new HashSet<String>();
        for (ComposeService one : all) {
            String wanted = FolderScan.name(one.name());
            String name = wanted;
            for (int i = 2; !taken.add(name); i++) {
                name = wanted + "-" + i;
            }
            names.put(one.name(), name);
        }
        datastores.keySet().forEach(name -> addresses.put(name, address(name)));
        var used = new HashSet<Integer>();
        for (ComposeService one : components.values()) {
            if (isService(one)) {
                int wanted =
                        one.ports().isEmpty()
                                ? 3000
                                : one.ports().getFirst().host() > 0
                                        ? one.ports().getFirst().host()
                                        : one.ports().getFirst().container();
                while (!used.add(wanted)) {
                    wanted++;
                }
                ports.put(one.name(), wanted);
            }
        }
    }

    /// What lies outside of the manifest's folder cannot be built from it.
    private boolean isHere(String build) {
        Path folder = root.resolve(build).normalize();
        return folder.startsWith(root) && Files.isDirectory(folder);
    }

    private String dir(ComposeService one) {
        String dir = root.relativize(root.resolve(one.build()).normalize()).toString();
        return dir.isEmpty() ? "." : dir;
    }

    private boolean isService(ComposeService one) {
        return !jobs.contains(one.name())
                && (!one.ports().isEmpty() || path(one).isPresent() || isStatic(one));
    }

    private boolean isStatic(ComposeService one) {
        Found found = sources.get(one.name());
        return found != null && found.isStatic() && one.command().isEmpty();
    }

    /// The variable that somebody has its address in, else one named after it.
    private String address(String datastore) {
        for (ComposeService one : components.values()) {
            for (Map.Entry<String, String> variable : one.environment().entrySet()) {
                if (names(variable.getValue(), datastore)) {
                    return variable.getKey();
                }
            }
        }
        return names.getOrDefault(datastore, datastore).toUpperCase(Locale.ROOT).replace('-', '_')
                + "_URL";
    }

    /// Whether it is an address at that host.
    private static boolean names(String value, String host) {
        return Pattern.compile("://(?:[^/@]*@)?" + Pattern.quote(host) + "(?:[:/?].*)?$")
                .matcher(value)
                .find();
    }

    // --- the text ---------------------------------------------------------------------------

    private void write(String platform, String file) throws IOException {
        text.comment("Written by `belay init` from " + file + ". Look at every line that says");
        text.comment(
                "\"guessed\"; then `belay check`, and `belay docs SECTION` for what else there is.");
        text.line(0, "platform", platform);
        text.gap();
        if (!datastores.isEmpty()) {
            text.open(0, "datastores");
            datastores.forEach(this::datastore);
            text.gap();
        }
        text.open(0, "components");
        for (ComposeService one : components.values()) {
            component(one);
        }
        if (components.isEmpty()) {
            example();
        }
        others();
        environments();
    }

    private void datastore(String name, ComposeService one) {
        String engine = ENGINES.getOrDefault(one.imageName(), "");
        var parts = new StringBuilder("{engine: " + engine);
        parts.append(", url: \"${").append(addresses.get(name)).append("}\"");
        Integer usual = LOCAL.get(engine);
        if (usual != null) {
            int port =
                    one.ports().stream()
                            .map(ComposeService.Port::host)
                            .filter(host -> host > 0)
                            .findFirst()
                            .orElse(usual);
            parts.append(", local: {port: ").append(port).append('}');
        }
        text.raw("  " + names.get(name) + ": " + parts + "}  # was image " + one.image());
    }

    private void component(ComposeService one) throws IOException {
        Found found = sources.get(one.name());
        text.open(2, String.valueOf(names.get(one.name())));
        boolean isStatic = isStatic(one);
        text.line(4, "kind", isStatic ? "frontend" : isService(one) ? "service" : kindUnasked(one));
        if (!dir(one).equals(".")) {
            text.line(4, "dir", dir(one));
        }
        if (found != null && !found.build().isEmpty()) {
            String output = isStatic ? "" : ", output: " + DraftText.quoted(found.output());
            text.raw(
                    "    build: {run: "
                            + DraftText.quoted(found.build())
                            + output
                            + "}  # guessed");
        }
        if (isStatic && found != null) {
            text.line(4, "static", found.output());
        } else {
            run(one, found);
        }
        Integer port = ports.get(one.name());
        if (port != null) {
            text.raw(
                    "    port: "
                            + port
                            + (isStatic ? "" : "  # instances get one of their own in $PORT"));
        }
        relations(one);
        if (!isStatic) {
            environment(one);
            health(one);
            bounds(one);
        }
        one.volumes().stream()
                .filter(volume -> !isItsCode(one, volume))
                .forEach(volume ->
                        text.raw(
                                "    # volume "
                                        + oneLine(volume)
                                        + ": what an instance writes beside itself ends with it"));
    }

    /// What a developer mounts so as not to build.
    private boolean isItsCode(ComposeService one, String volume) {
        String from = volume.split(":", 2)[0];
        boolean path = from.startsWith(".");
        return volume.contains("node_modules")
                || (path
                        && root.resolve(from)
                                .normalize()
                                .startsWith(root.resolve(one.build()).normalize())
                        && !one.build().matches("\\.?/?"));
    }

    private String kindUnasked(ComposeService one) {
        return jobs.contains(one.name()) ? "job" : "worker";
    }

    /// Its own command, else what its folder or its Dockerfile tells.
    private void run(ComposeService one, @Nullable Found found) throws IOException {
        List<String> own =
                one.command().isEmpty()
                        ? Dockerfile.command(root.resolve(dir(one)), one.dockerfile())
                        : one.command();
        if (!own.isEmpty()) {
            text.raw("    run: " + DraftText.command(own));
        } else if (found != null && !found.isStatic()) {
            text.raw("    run: " + DraftText.quoted(found.run()) + "  # guessed");
        } else {
            text.raw("    run: ./start  # guessed: nothing here says what its image runs");
        }
    }

    private void relations(ComposeService one) {
        var uses = new LinkedHashSet<String>();
        var after = new LinkedHashSet<String>();
        for (String other : datastores.keySet()) {
            boolean asked =
                    one.environment().values().stream().anyMatch(value -> names(value, other));
            if (asked || one.after().contains(other)) {
                uses.add(names.getOrDefault(other, other));
            }
        }
        for (String other : one.after()) {
            if (components.containsKey(other)) {
                after.add(names.getOrDefault(other, other));
            }
        }
        if (!uses.isEmpty()) {
            text.raw("    uses: [" + String.join(", ", uses) + "]");
        }
        if (!after.isEmpty()) {
            text.raw("    after: [" + String.join(", ", after) + "]");
        }
    }

    private void environment(ComposeService one) {
        var secrets = new LinkedHashSet<String>();
        var required = new LinkedHashSet<String>();
        var values = new LinkedHashMap<String, String>();
        one.environment()
                .forEach((name, written) -> {
                    String value = filled(written);
                    boolean toStore =
                            datastores.keySet().stream().anyMatch(store -> names(value, store));
                    if (name.equals("PORT") || !name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                        return;
                    }
                    if (toStore || SECRET.matcher(name).matches()) {
                        secrets.add(name);
                    } else if (value.isEmpty() || value.contains("$") || value.contains("\n")) {
                        required.add(name);
                    } else {
                        values.put(name, here(value));
                    }
                });
        for (String store : datastores.keySet()) {
            if (one.after().contains(store)
                    && one.environment().values().stream().noneMatch(v -> names(v, store))) {
                secrets.add(String.valueOf(addresses.get(store)));
            }
        }
        if (secrets.isEmpty() && required.isEmpty() && values.isEmpty()) {
            return;
        }
        text.open(4, "env");
        if (!required.isEmpty()) {
            text.raw("      required: [" + String.join(", ", required) + "]");
        }
        if (!secrets.isEmpty()) {
            text.raw(
                    "      secret: ["
                            + String.join(", ", secrets)
                            + "]  # their values stay out of this file");
        }
        if (!values.isEmpty()) {
            text.raw(
                    "      values: {"
                            + values.entrySet().stream()
                                    .map(e -> e.getKey() + ": " + DraftText.string(e.getValue()))
                                    .collect(Collectors.joining(", "))
                            + "}");
        }
    }

    /// With what Compose would put in when nobody says otherwise.
    private static String filled(String value) {
        Matcher given = GIVEN.matcher(value);
        String filled =
                given.replaceAll(match ->
                        Matcher.quoteReplacement(
                                "-".equals(match.group(2)) ? match.group(3) : match.group()));
        return filled.replace("$$", "$");
    }

    /// Names of other services are hosts in Compose's network; here they are this machine.
    private String here(String value) {
        String here = datastores.containsKey(value) || ports.containsKey(value) ? LOOPBACK : value;
        for (Map.Entry<String, Integer> one : ports.entrySet()) {
            here =
                    here.replaceAll(
                            "://" + Pattern.quote(one.getKey()) + "(?::[0-9]+)?(?=[/?]|$)",
                            "://" + LOOPBACK + ":" + one.getValue());
        }
        return here;
    }

    private static Optional<String> path(ComposeService one) {
        Matcher address = OWN_ADDRESS.matcher(String.join(" ", one.health().test()));
        return address.find()
                ? Optional.of(address.group(1) == null ? "/" : address.group(1))
                : Optional.empty();
    }

    private void health(ComposeService one) {
        List<String> test = one.health().test();
        if (test.isEmpty() || jobs.contains(one.name())) {
            return;
        }
        String within =
                one.health().within() == 0
                        ? ""
                        : ", within: " + Math.max(1, (one.health().within() + 999) / 1_000) + "s";
        Optional<String> path = path(one);
        if (path.isPresent()) {
            text.raw("    health: {http: " + DraftText.string(path.get()) + within + "}");
        } else {
            List<String> words = test.subList(1, test.size());
            text.raw("    health: {command: " + DraftText.command(words) + within + "}");
        }
    }

    private void bounds(ComposeService one) {
        if (one.instances() > 1 && !jobs.contains(one.name())) {
            text.raw("    instances: " + one.instances());
        }
        var stop = new ArrayList<String>();
        if (one.stop().signal().matches("[A-Z0-9]+")) {
            stop.add("signal: " + one.stop().signal());
        }
        if (one.stop().grace() > 0) {
            stop.add("grace: " + Math.max(1, (one.stop().grace() + 999) / 1_000) + "s");
        }
        if (!stop.isEmpty()) {
            text.raw("    stop: {" + String.join(", ", stop) + "}");
        }
        var limits = new ArrayList<String>();
        if (one.limits().memory() >= 1 << 20) {
            limits.add("memory: " + (one.limits().memory() >> 20) + "MiB");
        }
        if (one.limits().percent() > 0) {
            limits.add("cpu: " + one.limits().percent() + "%");
        }
        if (one.limits().processes() > 0) {
            limits.add("processes: " + one.limits().processes());
        }
        if (!limits.isEmpty()) {
            text.raw("    limits: {" + String.join(", ", limits) + "}");
        }
    }

    private void example() {
        text.raw("  web:  # nothing in it is built here: this is an example");
        text.raw("    kind: service");
        text.raw("    run: python3 -m http.server ${PORT}");
        text.raw("    port: 3000");
    }

    /// What became neither.
    private void others() {
        var left = new ArrayList<String>();
        for (ComposeService one : all) {
            if (!datastores.containsKey(one.name()) && !components.containsKey(one.name())) {
                String why =
                        !one.profiles().isEmpty()
                                ? "only for profile " + String.join(", ", one.profiles())
                                : !one.build().isEmpty()
                                        ? "built from "
                                                + one.build()
                                                + ", which is no folder below this one"
                                        : "image " + one.image() + ", which is not built here";
                left.add(one.name() + ": " + why);
            }
        }
        if (!left.isEmpty()) {
            text.gap();
            text.comment("Left out. What runs anyway and is asked for is `external`:");
            left.forEach(line -> text.comment("  " + oneLine(line)));
        }
    }

    private void environments() {
        var files = new LinkedHashSet<String>();
        if (Files.isRegularFile(root.resolve(".env"))) {
            files.add(".env");
        }
        for (ComposeService one : components.values()) {
            one.environmentFiles().stream()
                    .filter(file -> file.matches("(\\./)?[A-Za-z0-9._/-]+") && !file.contains(".."))
                    .filter(file -> Files.isRegularFile(root.resolve(file)))
                    .map(file -> file.replaceFirst("^\\./", ""))
                    .forEach(files::add);
        }
        text.gap();
        text.comment("`belay config template local` writes the file that the values go into.");
        text.open(0, "environments");
        text.open(2, "local");
        text.line(4, "target", "process");
        if (!files.isEmpty()) {
            text.raw("    env-file: [" + String.join(", ", files) + "]");
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ");
    }
}
