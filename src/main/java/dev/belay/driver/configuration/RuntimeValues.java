package dev.belay.driver.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Puts together what one instance gets at its start: its plain values at their version, its
/// secrets as they are now, and its command with `${NAME}` replaced.
///
/// A name gets its value from, first to last: Belay itself (`PORT`, `BELAY_…`); the provider, when
/// it is declared secret; the plain values; the provider, when it is declared required. A name that
/// nobody declared is never asked of the provider: a manifest cannot reach for the control plane's
/// own variables.
public final class RuntimeValues {
    private final ConfigurationStore store;
    private final ValueProvider provider;
    private final Redactor redactor;

    public RuntimeValues(ConfigurationStore store, ValueProvider provider, Redactor redactor) {
        this.store = store;
        this.provider = provider;
        this.redactor = redactor;
    }

    /// What somebody needs to start.
    ///
    /// @param configuration version of the plain values
    /// @param given set by Belay, over everything else
    public record Needs(
            String environment,
            String configuration,
            List<String> command,
            Set<String> required,
            Set<String> secrets,
            Map<String, String> given) {
        public Needs {
            command = List.copyOf(command);
            required = Set.copyOf(required);
            secrets = Set.copyOf(secrets);
            given = Map.copyOf(given);
        }
    }

    /// Whether there is all that was needed.
    public sealed interface Resolution {}

    /// Everything. Holds secrets in the clear: for starting a process, never for showing.
    public record Resolved(List<String> command, Map<String, String> environment)
            implements Resolution {
        public Resolved {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }

        @Override
        public String toString() {
            return "Resolved[" + environment.keySet() + "]";
        }
    }

    /// Something is missing; said for all names together.
    public record Unresolved(String reason, String hint) implements Resolution {}

    /// Masks every secret that was ever resolved here.
    public Redactor redactor() {
        return redactor;
    }

    /// Masks from now on the secrets of what runs already.
    ///
    /// @return whether all of them were asked for; those whose store is away are to be asked again
    public boolean learn(String environment, Set<String> secrets) {
        boolean all = true;
        for (String name : secrets) {
            try {
                provider.find(environment, name).ifPresent(redactor::register);
            } catch (SecretFailure e) {
                all &= !e.isAway();
            } catch (UncheckedIOException unreadable) {
                all = false;
            }
        }
        return all;
    }

    public Resolution resolve(Needs needs) {
        try {
            return new Round(needs, store.load(needs.configuration())).resolve();
        } catch (IOException e) {
            return new Unresolved(
                    String.valueOf(e.getMessage()),
                    "deploy again: a new release keeps its configuration anew");
        } catch (SecretFailure e) {
            return new Unresolved(e.reason(), e.hint());
        } catch (UncheckedIOException e) {
            return new Unresolved(
                    String.valueOf(e.getMessage()), "make the file readable for Belay");
        }
    }

    /// One resolution, collecting what goes wrong.
    private final class Round {
        private final Needs needs;
        private final Map<String, String> plain;
        private final Map<String, Optional<String>> asked = new HashMap<>();
        private final Set<String> missing = new TreeSet<>();
        private final Set<String> empty = new TreeSet<>();
        private final Set<String> nested = new TreeSet<>();

        Round(Needs needs, Map<String, String> plain) {
            this.needs = needs;
            this.plain = plain;
        }

        Resolution resolve() {
            Map<String, String> environment = new HashMap<>();
            plain.forEach((name, value) -> environment.put(name, fillPlain(name, value)));
            for (String name : needs.required()) {
                value(name).ifPresentOrElse(v -> putRequired(environment, name, v), missed(name));
            }
            for (String name : needs.secrets()) {
                value(name).ifPresentOrElse(v -> putRequired(environment, name, v), missed(name));
            }
            environment.putAll(needs.given());
            List<String> command = new ArrayList<>();
            for (String word : needs.command()) {
                command.add(fill(word, name -> Optional.ofNullable(environment.get(name))));
            }
            Unresolved problem = problem();
            return problem == null ? new Resolved(command, environment) : problem;
        }

        private Runnable missed(String name) {
            return () -> missing.add(name);
        }

        private void putRequired(Map<String, String> environment, String name, String value) {
            if (value.isEmpty()) {
                empty.add(name);
            }
            // A plain value is already there, filled.
            if (needs.secrets().contains(name) || !plain.containsKey(name)) {
                environment.put(name, value);
            }
        }

        /// A plain value may name others, but not one that names others itself: then somebody would
        /// have to follow the chain in their head, and it could be a circle.
        private String fillPlain(String name, String text) {
            return fill(
                    text,
                    other -> {
                        Optional<String> value = value(other);
                        String own = needs.secrets().contains(other) ? null : plain.get(other);
                        if (own != null && !new Template(own).names().isEmpty()) {
                            nested.add("`" + name + "` names `" + other + "`");
                        }
                        return value;
                    });
        }

        private String fill(String text, Function<String, Optional<String>> values) {
            return new Template(text)
                    .fill(name -> {
                        Optional<String> value = values.apply(name).or(() -> value(name));
                        if (value.isEmpty()) {
                            missing.add(name);
                        }
                        return value;
                    });
        }

        private Optional<String> value(String name) {
            @Nullable String given = needs.given().get(name);
            if (given != null) {
                return Optional.of(given);
            }
            if (!needs.secrets().contains(name) && plain.containsKey(name)) {
                return Optional.of(plain.get(name));
            }
            boolean declared = needs.secrets().contains(name) || needs.required().contains(name);
            return declared ? asked.computeIfAbsent(name, this::ask) : Optional.empty();
        }

        private Optional<String> ask(String name) {
            Optional<Secret> secret = provider.find(needs.environment(), name);
            if (needs.secrets().contains(name)) {
                secret.ifPresent(redactor::register);
            } else {
                secret.map(value -> value.use(UrlSecret::of)).ifPresent(redactor::register);
            }
            return secret.map(found -> found.use(text -> text));
        }

        private @Nullable Unresolved problem() {
            if (!missing.isEmpty()) {
                return new Unresolved(
                        list(missing) + " " + isOrAre(missing) + " not set",
                        "set it in the file of environment `"
                                + needs.environment()
                                + "`, and name it under `env` of the component");
            }
            if (!empty.isEmpty()) {
                return new Unresolved(
                        list(empty) + " " + isOrAre(empty) + " empty",
                        "give it a value in the file of environment `" + needs.environment() + "`");
            }
            if (!nested.isEmpty()) {
                return new Unresolved(
                        String.join(", ", nested) + ", which names others itself",
                        "write the value out: values are put in once, not again and again");
            }
            return null;
        }

        private static String list(Set<String> names) {
            return "`" + String.join("`, `", names) + "`";
        }

        private static String isOrAre(Set<String> names) {
            return names.size() == 1 ? "is" : "are";
        }
    }
}
