package dev.belay.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A variable that an environment needs a value of, or has one of in the manifest.
///
/// @param users components, datastores and externals that ask for it
/// @param meaning what it is for; empty where the manifest does not say it
/// @param fallback the plain value that the manifest has, as it is written; empty for none
/// @param store of secrets that it comes from; empty for none
public record VariableNeed(
        String name,
        boolean secret,
        List<String> users,
        String meaning,
        String fallback,
        String store) {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Set<String> OURS = Set.of("PORT", "SOCKET");

    public VariableNeed {
        users = List.copyOf(users);
    }

    /// All of an environment, by name.
    public static List<VariableNeed> of(EnvironmentView view) {
        var gathered = new Gathered();
        view.components().values().forEach(gathered::component);
        view.datastores()
                .values()
                .forEach(one -> {
                    gathered.references(one.dependency().url(), one.name());
                    gathered.references(one.backup().policy().scratch(), one.name());
                });
        view.externals()
                .values()
                .forEach(one -> gathered.references(one.dependency().url(), one.name()));
        var needs = new ArrayList<VariableNeed>();
        gathered.users.forEach((name, users) ->
                needs.add(
                        new VariableNeed(
                                name,
                                gathered.secrets.contains(name),
                                List.copyOf(users),
                                gathered.meanings.getOrDefault(name, ""),
                                gathered.fallbacks.getOrDefault(name, ""),
                                view.secretsOf(name).map(SecretSource::name).orElse(""))));
        return needs;
    }

    /// What several ask for is one variable.
    private static final class Gathered {
        private final Map<String, Set<String>> users = new TreeMap<>();
        private final Set<String> secrets = new TreeSet<>();
        private final Map<String, String> meanings = new TreeMap<>();
        private final Map<String, String> fallbacks = new TreeMap<>();

        void component(Component component) {
            Variables variables = component.variables();
            variables.meanings().forEach(meanings::putIfAbsent);
            variables.required().forEach(name -> use(name, component.name()));
            secrets.addAll(variables.secrets());
            variables
                    .values()
                    .forEach((name, value) -> {
                        use(name, component.name());
                        fallbacks.putIfAbsent(name, value);
                        references(value, component.name());
                    });
            Consumer<String> word = text -> references(text, component.name());
            Commands.of(component).forEach(word);
            Commands.deploying(component).values().forEach(command -> command.forEach(word));
            if (component.migrations() instanceof MigrationTool tool) {
                tool.byKey().values().forEach(command -> command.forEach(word));
            }
        }

        void references(String text, String user) {
            Matcher reference = REFERENCE.matcher(text);
            while (reference.find()) {
                use(reference.group(1), user);
            }
        }

        private void use(String name, String user) {
            if (!OURS.contains(name) && !name.startsWith("BELAY_")) {
                users.computeIfAbsent(name, _ -> new TreeSet<>()).add(user);
            }
        }
    }
}
