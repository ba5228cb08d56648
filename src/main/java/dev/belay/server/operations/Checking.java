package dev.belay.server.operations;

import dev.belay.driver.configuration.Template;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.External;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Finds out before a release what would go wrong in it: the manifest, and the values of the
/// variables it asks for. Values are looked at and never shown.
public final class Checking {
    private static final Pattern PLACEHOLDER =
            Pattern.compile(
                    "change[-_ ]?me.*|replace[-_ ]?me.*|to[-_ ]?do|fix[-_ ]?me|x{3,}|\\.{3}|<.*>|"
                            + "your[-_ ].*|example|placeholder|dummy|secret|password|"
                            + "insert[-_ ].*",
                    Pattern.CASE_INSENSITIVE);

    private final Platform platform;
    private final ValueProvider values;

    public Checking(Platform platform, ValueProvider values) {
        this.platform = platform;
        this.values = values;
    }

    /// Checks one environment, or all of them when it is `""`.
    ///
    /// @return the environments that are in order
    /// @throws Denied with everything that is wrong in any of them
    public List<String> check(String environment, List<String> settings) {
        List<String> wanted =
                environment.isEmpty() ? platform.manifest().environments() : List.of(environment);
        // The same line may be wrong for several environments.
        var problems = new LinkedHashMap<String, Problem>();
        for (String name : wanted) {
            EnvironmentView view = platform.in(name, settings).view();
            view.unsupported().forEach(p -> problems.putIfAbsent(key(p), p));
            variables(view, view.components().keySet())
                    .forEach(p -> problems.putIfAbsent(key(p), p));
        }
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(List.copyOf(problems.values())));
        }
        return wanted;
    }

    private static String key(Problem problem) {
        return problem.place() + problem.message();
    }

    /// What is wrong with the variables of these components, and of the dependencies they use.
    public List<Problem> variables(EnvironmentView view, Set<String> components) {
        var round = new Round(view);
        var used = new TreeSet<String>();
        for (String name : components) {
            Component component = view.components().get(name);
            if (component != null) {
                round.component(component);
                used.addAll(component.uses());
            }
        }
        for (Datastore datastore : view.datastores().values()) {
            if (used.contains(datastore.name())) {
                round.address(datastore.dependency().url(), datastore.source().at("url"));
            }
        }
        for (External external : view.externals().values()) {
            if (used.contains(external.name())) {
                round.address(external.dependency().url(), external.source().at("url"));
            }
        }
        return round.problems;
    }

    /// One environment's check.
    private final class Round {
        private final EnvironmentView view;
        private final List<Problem> problems = new ArrayList<>();

        Round(EnvironmentView view) {
            this.view = view;
        }

        void component(Component component) {
            var wanted = new TreeSet<>(component.variables().required());
            wanted.addAll(component.variables().secrets());
            Map<String, String> plain = component.variables().values();
            for (String name : wanted) {
                boolean secret = component.variables().secrets().contains(name);
                Optional<String> value =
                        !secret && plain.containsKey(name)
                                ? Optional.ofNullable(plain.get(name))
                                : find(name);
                Place place = component.source().at("env", secret ? "secret" : "required");
                if (value.isEmpty()) {
                    missing(name, "`" + component.name() + "`", place);
                } else {
                    value(name, value.get(), secret, place);
                }
            }
        }

        private void value(String name, String value, boolean secret, Place place) {
            if (value.isBlank()) {
                problem(
                        "check/empty-variable",
                        place,
                        "`" + name + "` is empty in environment `" + view.environment() + "`",
                        where());
            } else if (secret && PLACEHOLDER.matcher(value.strip()).matches()) {
                problem(
                        "check/placeholder-secret",
                        place,
                        "the secret `" + name + "` looks like a placeholder",
                        where());
            } else if (isAddress(name) && new Template(value).names().isEmpty() && !isUrl(value)) {
                problem(
                        "check/malformed-url",
                        place,
                        "the value of `" + name + "` is not a URL",
                        "a scheme, `://` and a host are wanted, such as `https://example.org`");
            }
        }

        void address(String url, Place place) {
            boolean all = true;
            for (String name : new Template(url).names()) {
                if (find(name).isEmpty()) {
                    missing(name, "this address", place);
                    all = false;
                }
            }
            if (all && !isUrl(new Template(url).fill(this::find))) {
                problem(
                        "check/malformed-url",
                        place,
                        "this address is not a URL once its variables are filled in",
                        "a scheme, `://` and a host are wanted");
            }
        }

        private Optional<String> find(String name) {
            return values.find(view.environment(), name).map(secret -> secret.use(text -> text));
        }

        private void missing(String name, String by, Place place) {
            problem(
                    "check/missing-variable",
                    place,
                    "`%s` is wanted by %s and has no value in environment `%s`"
                            .formatted(name, by, view.environment()),
                    where());
        }

        private String where() {
            return view.environmentFiles().isEmpty()
                    ? "set it in the environment that Belay runs in"
                    : "set it in `" + view.environmentFiles().getLast() + "`";
        }

        private void problem(String code, Place place, String message, String hint) {
            problems.add(new Problem(code, place, message, hint));
        }
    }

    private static boolean isAddress(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.endsWith("_URL") || upper.endsWith("_URI") || upper.equals("URL");
    }

    private static boolean isUrl(String value) {
        try {
            URI uri = new URI(value.strip());
            // Several hosts, as PostgreSQL and NATS take them, are an authority without a host.
            return uri.getScheme() != null && uri.getRawAuthority() != null;
        } catch (URISyntaxException _) {
            return false;
        }
    }
}
