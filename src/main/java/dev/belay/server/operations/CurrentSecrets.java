package dev.belay.server.operations;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.SecretStates;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.ValueOrigin;
import dev.belay.gate.SecretsGate;
import dev.belay.gate.SecretsGate.State;
import dev.belay.gate.SecretsGate.Variable;
import dev.belay.gate.SecretsGate.Verdict;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.VariableCheck;
import dev.belay.plan.Phase;
import dev.belay.plan.Selection;
import dev.belay.release.SecretsRule;
import dev.belay.release.Work;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Whether the values of an environment's variables are there, its own, and young enough. Values
/// are compared by a hash with a key that is made for the comparison and forgotten; what comes of
/// it names variables and environments.
public final class CurrentSecrets implements SecretStates {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final Set<String> FILES = Set.of("env-file", "dotenv");

    private static final String MEND =
            "`belay config template %s --missing` writes down what has no value; secrets of several"
                    + " environments are named under `gates: {secrets: {shared: […]}}`";

    private final Platform platform;
    private final Values values;
    private final LongSupplier clock;

    /// One that asks where the values are.
    ///
    /// @param clock milliseconds since the epoch
    public CurrentSecrets(Platform platform, Values values, LongSupplier clock) {
        this.platform = platform;
        this.values = values;
        this.clock = clock;
    }

    /// Demands it before anything is built.
    ///
    /// @throws Denied with everything that is not so
    void require(EnvironmentView view, Selection.Chosen chosen) {
        SecretsRule rule = view.gates().secrets();
        if (!rule.asks() || chosen.without().contains(Phase.SECRETS)) {
            return;
        }
        var required = new TreeSet<String>();
        var secrets = new TreeSet<String>();
        for (String name : chosen.components()) {
            Component component = view.components().get(name);
            if (component != null) {
                required.addAll(component.variables().required());
                secrets.addAll(component.variables().secrets());
            }
        }
        Verdict verdict = judge(view.environment(), required, secrets, rule);
        if (!verdict.faults().isEmpty()) {
            throw Denied.refusal(
                    "`%s` asks for current secrets: %s"
                            .formatted(view.environment(), String.join("; ", verdict.faults())),
                    MEND.formatted(view.environment())
                            + "; `--skip secrets --reason …` releases it all the same, and is"
                            + " recorded with your name");
        }
    }

    @Override
    public Look current(Work.SecretsCurrent work, Order order) {
        String environment = order.scope().environment();
        var rule = new SecretsRule(true, work.youngerThan(), work.shared(), false);
        Verdict verdict = judge(environment, work.required(), work.secrets(), rule);
        if (!verdict.faults().isEmpty()) {
            return new Look.Failed(
                    String.join("; ", verdict.faults()), MEND.formatted(environment), "");
        }
        String all = work.required().size() + " variables are current";
        return new Look.Done(
                verdict.unknown().isEmpty()
                        ? all
                        : all + "; " + String.join("; ", verdict.unknown()));
    }

    private Verdict judge(
            String environment,
            SortedSet<String> required,
            SortedSet<String> secrets,
            SecretsRule rule) {
        Others others = others(environment, secrets);
        List<Variable> all =
                required.stream()
                        .map(name -> variable(environment, name, secrets.contains(name), others))
                        .toList();
        Verdict verdict = SecretsGate.judge(rule, all, Instant.ofEpochMilli(clock.getAsLong()));
        var unknown = new ArrayList<>(verdict.unknown());
        unknown.addAll(others.unknown);
        return new Verdict(verdict.faults(), unknown);
    }

    private Variable variable(String environment, String name, boolean secret, Others others) {
        try {
            Optional<Secret> value = values.find(environment, name);
            Optional<ValueOrigin> origin = values.origin(environment, name);
            State state =
                    value.map(one -> one.use(text -> state(name, text, secret)))
                            .orElse(State.MISSING);
            return new Variable(
                    name,
                    secret,
                    state,
                    origin.map(ValueOrigin::said).orElse("nobody"),
                    origin.map(CurrentSecrets::changed).orElse(null),
                    origin.map(one -> FILES.contains(one.kind())).orElse(false),
                    secret && value.isPresent() ? others.same(name, value.get()) : List.of());
        } catch (UncheckedIOException e) {
            return new Variable(
                    name,
                    secret,
                    State.UNKNOWN,
                    String.valueOf(e.getMessage()),
                    null,
                    false,
                    List.of());
        }
    }

    private static @Nullable Instant changed(ValueOrigin origin) {
        return origin.changed();
    }

    private static State state(String name, String text, boolean secret) {
        if (text.isBlank()) {
            return State.EMPTY;
        }
        return VariableCheck.isFiller(name, text, secret) ? State.FILLER : State.GIVEN;
    }

    // --- the other environments ---------------------------------------------------------------

    private Others others(String environment, Set<String> secrets) {
        var others = new Others();
        for (String other : platform.environmentsLately()) {
            if (other.equals(environment)) {
                continue;
            }
            var there = new TreeSet<String>();
            platform.lately(other).view().components().values().stream()
                    .map(Component::variables)
                    .forEach(variables -> there.addAll(variables.secrets()));
            there.retainAll(secrets);
            for (String name : there) {
                try {
                    values.find(other, name).ifPresent(value -> others.add(other, name, value));
                } catch (UncheckedIOException e) {
                    others.unknown.add(
                            "`%s` was not compared with `%s`: %s"
                                    .formatted(name, other, e.getMessage()));
                }
            }
        }
        return others;
    }

    /// The hashes of the values of other environments.
    private static final class Others {
        private final byte[] key = new byte[KEY_BYTES];
        private final List<Known> known = new ArrayList<>();
        private final List<String> unknown = new ArrayList<>();

        private record Known(String environment, String name, List<Byte> hash) {}

        Others() {
            new SecureRandom().nextBytes(key);
        }

        void add(String environment, String name, Secret value) {
            known.add(new Known(environment, name, hash(value)));
        }

        List<String> same(String name, Secret value) {
            List<Byte> hash = hash(value);
            return known.stream()
                    .filter(one -> one.name().equals(name) && one.hash().equals(hash))
                    .map(Known::environment)
                    .toList();
        }

        private List<Byte> hash(Secret value) {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(new SecretKeySpec(key, ALGORITHM));
                byte[] bytes =
                        value.use(text -> mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
                var hash = new ArrayList<Byte>();
                for (byte one : bytes) {
                    hash.add(one);
                }
                return hash;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has " + ALGORITHM, e);
            }
        }
    }
}
