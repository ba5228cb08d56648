package dev.belay.manifest;

import dev.belay.manifest.shape.Urls;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import dev.belay.release.Launch;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether the variables that an environment needs have values that can be right. Pure: the values
/// are handed in, and none of them is ever part of a problem.
public final class VariableCheck {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final int SECRET_LENGTH_MIN = 8;

    /// What templates have where somebody is to write a value.
    private static final Pattern MARKER =
            Pattern.compile("(?i)(change|replace|fill)[-_ ]?(me|in)|<.*>", Pattern.DOTALL);

    /// What people write where a secret should be.
    private static final Pattern PLACEHOLDER =
            Pattern.compile(
                    "(?i).*(change[-_ ]?me|replace[-_ ]?me|placeholder|example|dummy|your[-_ ]).*"
                            + "|todo|tbd|none|null|secret|password|passw0rd|default|<.*>|\\[.*]|\\{.*}"
                            + "|(.)\\2*|x+[-_ x]*",
                    Pattern.DOTALL);

    private final EnvironmentView view;
    private final Given given;
    private final Complaints complaints = new Complaints();
    private final Set<String> asked = new LinkedHashSet<>();

    /// What is known of values.
    public interface Given {
        /// The value; empty when it has none, or is kept elsewhere.
        Optional<String> find(String name);

        /// Whether the value is kept where it cannot be looked at now. Nothing is then said of it.
        boolean isElsewhere(String name);

        /// Those of a map, and nothing elsewhere.
        static Given of(Map<String, String> values) {
            return new Given() {
                @Override
                public Optional<String> find(String name) {
                    return Optional.ofNullable(values.get(name));
                }

                @Override
                public boolean isElsewhere(String name) {
                    return false;
                }
            };
        }
    }

    private VariableCheck(EnvironmentView view, Given given) {
        this.view = view;
        this.given = given;
    }

    /// Everything that is wrong.
    ///
    /// @param values by name: the environment's files over the process's own environment
    public static List<Problem> check(EnvironmentView view, Map<String, String> values) {
        return check(view, Given.of(values));
    }

    /// The same where some values may be elsewhere.
    public static List<Problem> check(EnvironmentView view, Given given) {
        var check = new VariableCheck(view, given);
        view.components().values().forEach(check::component);
        view.datastores().values().forEach(check::datastore);
        view.externals().values().forEach(e -> check.dependency(e.dependency(), e.source()));
        return check.complaints.inOrder();
    }

    private void component(Component component) {
        Variables variables = component.variables();
        for (String name : variables.required()) {
            String kind = variables.secrets().contains(name) ? "secret" : "required";
            if (!variables.values().containsKey(name)) {
                Place place = component.source().at("env", kind);
                need(name, "`" + component.name() + "`", place);
                if (kind.equals("secret")) {
                    secret(name, place);
                }
            }
        }
        variables
                .values()
                .forEach((name, value) ->
                        references(value, component, component.source().at("env", "values", name)));
        Commands.of(component)
                .forEach(word -> references(word, component, component.source().at("run")));
        Commands.deploying(component)
                .forEach((key, command) ->
                        command.forEach(word ->
                                references(
                                        word, component, component.source().at("commands", key))));
        if (component.migrations() instanceof MigrationTool tool) {
            tool.byKey()
                    .forEach((key, command) ->
                            command.stream()
                                    .map(word -> word.replace("${BELAY_MIGRATED_FROM}", ""))
                                    .forEach(word ->
                                            references(
                                                    word,
                                                    component,
                                                    component.source().at("migrations", key))));
        }
    }

    private void references(String text, Component component, Place place) {
        Matcher reference = REFERENCE.matcher(text);
        while (reference.find()) {
            if (!component.variables().values().containsKey(reference.group(1))) {
                String name = reference.group(1);
                if (!given(name, component, place)) {
                    need(name, "`" + component.name() + "`", place);
                }
            }
        }
    }

    /// Whether Belay says where the instance listens, or would if it listened there.
    private boolean given(String name, Component component, Place place) {
        boolean socket =
                component.kind() instanceof Component.Service service
                        && service.launch().listen() == Launch.Listen.SOCKET;
        if (socket && name.equals("PORT")) {
            complaints.add(
                    Code.VARIABLE_MISSING,
                    place,
                    "`PORT` has no value: instances of `%s` listen at a socket"
                            .formatted(component.name()),
                    "write `${SOCKET}`, or leave `listen: socket` out");
        }
        return socket && (name.equals("PORT") || name.equals("SOCKET"));
    }

    private void datastore(Datastore datastore) {
        dependency(datastore.dependency(), datastore.source());
        BackupPolicy policy = datastore.backup().policy();
        Place place = datastore.source().at("backup", "scratch");
        if (policy.scratch().isEmpty()) {
            return;
        }
        resolved(policy.scratch(), datastore.name(), place)
                .ifPresent(text -> {
                    url(datastore.dependency(), text, place);
                    var url = new ScratchUrl(text);
                    policy.boundary()
                            .obstacle(url.hosts(), url.sslmode())
                            .ifPresent(why ->
                                    complaints.add(
                                            Code.BOUNDARY,
                                            place,
                                            "copies of `%s` would leave the boundary of `%s`: %s"
                                                    .formatted(
                                                            datastore.name(),
                                                            view.environment(),
                                                            why),
                                            "see docs/reference/backups.md, “Boundary”"));
                });
    }

    private void dependency(Dependency dependency, Source source) {
        Place place = source.at("url");
        resolved(dependency.url(), dependency.name(), place)
                .ifPresent(text -> url(dependency, text, place));
    }

    /// With its values; empty when one is missing, which is complained about.
    private Optional<String> resolved(String written, String by, Place place) {
        Matcher reference = REFERENCE.matcher(written);
        var resolved = new StringBuilder();
        boolean known = true;
        while (reference.find()) {
            String name = reference.group(1);
            need(name, "`" + by + "`", place);
            String value = given.find(name).orElse("");
            known &= !value.isBlank();
            reference.appendReplacement(resolved, Matcher.quoteReplacement(value));
        }
        reference.appendTail(resolved);
        return known ? Optional.of(resolved.toString()) : Optional.empty();
    }

    private void url(Dependency dependency, String resolved, Place place) {
        Set<String> schemes = schemes(dependency.engine());
        int colon = resolved.indexOf(':');
        String scheme = colon < 0 ? "" : resolved.substring(0, colon).toLowerCase(Locale.ROOT);
        Optional<String> fault =
                Urls.fault(resolved)
                        .or(() ->
                                schemes.contains(scheme)
                                        ? Optional.empty()
                                        : Optional.of("its scheme is not one of " + schemes));
        fault.ifPresent(why ->
                complaints.add(
                        Code.VARIABLE_URL,
                        place,
                        "the address of `" + dependency.name() + "` is no URL: " + why,
                        "for example `%s://host/…`".formatted(schemes.iterator().next())));
    }

    private static Set<String> schemes(Dependency.Engine engine) {
        List<String> schemes =
                switch (engine) {
                    case POSTGRES -> List.of("postgres", "postgresql");
                    case MYSQL -> List.of("mysql", "mariadb");
                    case REDIS -> List.of("redis", "rediss");
                    case CLICKHOUSE -> List.of("http", "https", "clickhouse");
                    case NATS -> List.of("nats", "tls", "ws", "wss");
                    case RABBITMQ -> List.of("amqp", "amqps");
                    case KAFKA -> List.of("kafka");
                    case HTTP -> List.of("http", "https");
                    case SQLITE -> List.of("sqlite");
                };
        return new LinkedHashSet<>(schemes);
    }

    /// Each name is complained about once, where it is first asked for.
    private void need(String name, String by, Place place) {
        boolean ours = name.equals("PORT") || name.startsWith("BELAY_");
        if (ours || !asked.add(name)) {
            return;
        }
        String value = given.find(name).orElse(null);
        if (value == null && given.isElsewhere(name)) {
            return;
        }
        if (value == null) {
            complaints.add(
                    Code.VARIABLE_MISSING,
                    place,
                    "`" + name + "` has no value, and " + by + " needs it",
                    "set it in the environment, or in a file that `env-file` of `"
                            + view.environment()
                            + "` names");
        } else if (value.isBlank()) {
            complaints.add(
                    Code.VARIABLE_EMPTY,
                    place,
                    "`" + name + "` is empty, and " + by + " needs it",
                    "give it a value");
        } else if (name.equals("URL") || name.endsWith("_URL") || name.endsWith("_URI")) {
            Urls.fault(value)
                    .ifPresent(why ->
                            complaints.add(
                                    Code.VARIABLE_URL,
                                    place,
                                    "`" + name + "` should hold a URL: " + why,
                                    ""));
        }
    }

    /// Whether it is what templates and manuals have in the place of a value. Of what is no secret,
    /// only what nobody could mean.
    public static boolean isFiller(String name, String value, boolean secret) {
        String text = value.strip();
        return MARKER.matcher(text).matches()
                || (secret && (text.equalsIgnoreCase(name) || PLACEHOLDER.matcher(text).matches()));
    }

    private void secret(String name, Place place) {
        String value = given.find(name).orElse("").strip();
        if (value.isEmpty()) {
            return;
        }
        String why =
                value.equalsIgnoreCase(name)
                        ? "it is its own name"
                        : value.length() < SECRET_LENGTH_MIN
                                ? "it has fewer than " + SECRET_LENGTH_MIN + " characters"
                                : PLACEHOLDER.matcher(value).matches()
                                        ? "nobody would choose such a value"
                                        : "";
        if (!why.isEmpty()) {
            complaints.add(
                    Code.VARIABLE_PLACEHOLDER,
                    place,
                    "the secret `" + name + "` looks like a placeholder: " + why,
                    "make one with `openssl rand -hex 32`");
        }
    }
}
