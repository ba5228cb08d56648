package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.LintRule;
import dev.belay.manifest.MigrationTool;
import dev.belay.release.Dependency;
import dev.belay.release.Launch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What works only when something else stands already: an address of another component without
/// `after`, a dependency that is reached for and not named under `uses`, and a command that waits a
/// while and hopes.
final class OrderRule {
    private static final String WAITERS =
            "wait-for-it(?:\\.sh)?|wait-for(?:\\.sh)?|wait-on|wait-port|dockerize";
    private static final Pattern WAITS =
            Pattern.compile(
                    "(?:^|[;&|(\\n]|\\bdo\\b|\\bthen\\b|\\bnpx\\b|\\bexec\\b)[ \\t]*(?:\\./|[\\w./-]{0,200}/)?("
                            + WAITERS
                            + ")(?=[ \\t])");
    private static final Pattern SLEEPS =
            Pattern.compile(
                    "(?:^|[;&|(\\n]|\\bthen\\b)[ \\t]*(sleep[ \\t]+[0-9.]{1,10}[smh]?)[ \\t]*(?=&&|;|\\n)");
    private static final Pattern UNTIL =
            Pattern.compile("(?:^|[;&|(\\n])[ \\t]*(until)[ \\t][^;\\n]{1,500}[;\\n][ \\t]*do\\b");
    private static final Pattern ENDLESS =
            Pattern.compile("\\b(?:while|for)\\b[^;\\n]{0,200}[;\\n][ \\t]*do\\b");

    private final Known known;
    private final Parts parts;

    OrderRule(Known known, Parts parts) {
        this.known = known;
        this.parts = parts;
    }

    List<Finding> look(Surroundings here) {
        var findings = new ArrayList<Finding>();
        for (Part part : parts.all()) {
            Component component = here.view().components().get(part.name());
            if (component != null) {
                addresses(component, here, findings);
                dependencies(component, here, findings);
                commands(component, findings);
            }
        }
        return findings;
    }

    /// One address may stand in several variables, and is told once.
    private void addresses(Component component, Surroundings here, List<Finding> findings) {
        EnvironmentView view = here.view();
        var services = new Services(here);
        Map<String, String> told = new LinkedHashMap<>();
        here.variables(component)
                .forEach((variable, value) ->
                        services.at(value).ifPresent(name -> told.putIfAbsent(name, variable)));
        told.forEach((other, variable) -> {
            boolean known =
                    other.equals(component.name())
                            || component.kind() instanceof Component.Frontend
                            || isAfter(view, component.name(), other)
                            || isAfter(view, other, component.name());
            if (!known) {
                findings.add(
                        new Finding(
                                LintRule.ORDER_ASSUMPTION,
                                Databases.at(component, variable),
                                component.name(),
                                Set.of(component.name(), other),
                                "`%s` is told where `%s` is (`%s`), and nobody says which stands first"
                                        .formatted(component.name(), other, variable),
                                "where it cannot start without, say `after: [%s]`; where it can, "
                                                .formatted(other)
                                        + Finding.allowing(
                                                LintRule.ORDER_ASSUMPTION,
                                                List.of(component.name(), other))));
            }
        });
    }

    /// By `after` of its own and of those that it is after, or by the environment's `order`.
    private static boolean isAfter(EnvironmentView view, String later, String earlier) {
        int laterAt = place(view, later);
        int earlierAt = place(view, earlier);
        if (!view.order().isEmpty() && laterAt != earlierAt) {
            return laterAt > earlierAt;
        }
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(later));
        while (!open.isEmpty()) {
            Component component = view.components().get(open.pop());
            if (component != null && seen.add(component.name())) {
                if (component.after().contains(earlier)) {
                    return true;
                }
                open.addAll(component.after());
            }
        }
        return false;
    }

    private static int place(EnvironmentView view, String component) {
        List<List<String>> order = view.order();
        for (int i = 0; i < order.size(); i++) {
            if (order.get(i).contains(component)) {
                return i;
            }
        }
        return order.size();
    }

    private static void dependencies(
            Component component, Surroundings here, List<Finding> findings) {
        EnvironmentView view = here.view();
        Stream.concat(
                        view.datastores().values().stream().map(one -> one.dependency()),
                        view.externals().values().stream().map(one -> one.dependency()))
                .filter(dependency -> !component.uses().contains(dependency.name()))
                .filter(dependency -> !isReachedOtherwise(component, dependency, here))
                .forEach(dependency ->
                        variable(component, dependency, here)
                                .ifPresent(variable ->
                                        findings.add(
                                                new Finding(
                                                        LintRule.ORDER_ASSUMPTION,
                                                        Databases.at(component, variable),
                                                        component.name(),
                                                        Set.of(component.name(), dependency.name()),
                                                        "`%s` is told where `%s` is (`%s`), and does not say that it uses it"
                                                                .formatted(
                                                                        component.name(),
                                                                        dependency.name(),
                                                                        variable),
                                                        "name it under `uses`: then it is asked whether it answers before `%s` starts"
                                                                .formatted(component.name())))));
    }

    /// By another name for the same place.
    private static boolean isReachedOtherwise(
            Component component, Dependency dependency, Surroundings here) {
        String place = place(dependency, here);
        EnvironmentView view = here.view();
        return Stream.concat(
                        view.datastores().values().stream().map(one -> one.dependency()),
                        view.externals().values().stream().map(one -> one.dependency()))
                .filter(other -> component.uses().contains(other.name()))
                .anyMatch(other -> place(other, here).equals(place));
    }

    private static String place(Dependency dependency, Surroundings here) {
        String url = here.resolved(dependency.url());
        return Address.of(dependency.engine(), url).map(Address::toString).orElse(url);
    }

    private static Optional<String> variable(
            Component component, Dependency dependency, Surroundings here) {
        String place = place(dependency, here);
        return here.variables(component).entrySet().stream()
                .filter(one -> {
                    String value = one.getValue();
                    return value.equals(place)
                            || Address.of(dependency.engine(), value)
                                    .map(Address::toString)
                                    .filter(place::equals)
                                    .isPresent();
                })
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void commands(Component component, List<Finding> findings) {
        Launch launch =
                switch (component.kind()) {
                    case Component.Service service -> service.launch();
                    case Component.Worker worker -> worker.launch();
                    case Component.Job job -> job.launch();
                    case Component.Frontend _, Component.Contract _ -> null;
                };
        if (launch != null) {
            command(component, launch.command(), new String[] {"run"}, findings);
        }
        if (component.migrations() instanceof MigrationTool tool) {
            command(component, tool.commands().up(), new String[] {"migrations", "up"}, findings);
        }
    }

    private void command(
            Component component, List<String> words, String[] key, List<Finding> findings) {
        boolean shell =
                words.size() > 2
                        && words.getFirst().matches("(.*/)?(ba|da|z|k)?sh")
                        && words.get(1).endsWith("c");
        String text = shell ? words.get(2) : String.join(" ", words);
        waits(text)
                .map(found -> waiting(component, found.group(1)))
                .ifPresent(message ->
                        findings.add(finding(component, component.source().at(key), message)));
        for (String word : words) {
            if (word.endsWith(".sh")) {
                Stream.of(component.build().dir(), component.build().output())
                        .distinct()
                        .flatMap(dir -> FilePath.resolve(dir, word).stream())
                        .flatMap(path -> known.source(path).stream())
                        .limit(1)
                        .forEach(script -> script(component, script, findings));
            }
        }
    }

    private static void script(Component component, SourceText script, List<Finding> findings) {
        String code =
                Pattern.compile("(?m)^[ \\t]*#.*$")
                        .matcher(script.text())
                        .replaceAll(comment -> " ".repeat(comment.group().length()));
        waits(code)
                .ifPresent(found ->
                        findings.add(
                                finding(
                                        component,
                                        script.at(found.start(1), found.end(1)),
                                        waiting(component, found.group(1)))));
    }

    /// What works again and again waits in between, and for nobody.
    private static Optional<Matcher> waits(String text) {
        for (Pattern pattern : List.of(WAITS, UNTIL, SLEEPS)) {
            Matcher found = pattern.matcher(text);
            if (found.find() && (pattern != SLEEPS || !ENDLESS.matcher(text).find())) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private static String waiting(Component component, String what) {
        return "`%s` waits by `%s` before it works".formatted(component.name(), what);
    }

    private static Finding finding(
            Component component, dev.belay.problem.Place place, String message) {
        return new Finding(
                LintRule.ORDER_ASSUMPTION,
                place,
                component.name(),
                Set.of(component.name()),
                message,
                "name what it waits for under `uses` or `after`: a release asks whether that answers; where it is meant, "
                        + Finding.allowing(LintRule.ORDER_ASSUMPTION, List.of(component.name())));
    }
}
