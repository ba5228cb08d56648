package dev.belay.driver.check;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.Template;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.probe.DependencyAnswer;
import dev.belay.driver.probe.DependencyProbe;
import dev.belay.release.Dependency;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;

/// Whether what a component needs answers, by its own protocol.
public final class Dependencies {
    private static final Duration AGAIN = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ValueProvider provider;
    private final DependencyProbe probe = new DependencyProbe();

    public Dependencies(ValueProvider provider) {
        this.provider = provider;
    }

    Look look(Work.Reachable work, Order order) {
        Dependency dependency = work.dependency();
        return switch (ask(dependency, order.scope().environment())) {
            case DependencyAnswer.Reached(Duration took, String version) ->
                    new Look.Done(
                            "`"
                                    + dependency.name()
                                    + "` answered in "
                                    + took.toMillis()
                                    + " ms"
                                    + (version.isEmpty() ? "" : ", " + version));
            case DependencyAnswer.NotReached(String phase, String reason, String hint) -> {
                String what = "`" + dependency.name() + "` (" + phase + "): " + reason;
                if (dependency.optional()) {
                    yield new Look.Done(what + "; it is optional");
                }
                yield new Look.Waiting(AGAIN, hint.isEmpty() ? what : what + "; " + hint);
            }
        };
    }

    /// Asks once; names that have no value count as not reached.
    public DependencyAnswer ask(Dependency dependency, String environment) {
        try {
            return asked(dependency, environment);
        } catch (SecretFailure e) {
            return new DependencyAnswer.NotReached("address", e.reason(), e.hint());
        }
    }

    private DependencyAnswer asked(Dependency dependency, String environment) {
        var missing = new TreeSet<String>();
        String url =
                new Template(dependency.url())
                        .fill(name -> {
                            Optional<Secret> value = provider.find(environment, name);
                            if (value.isEmpty()) {
                                missing.add(name);
                            }
                            return value.map(secret -> secret.use(text -> text));
                        });
        if (!missing.isEmpty()) {
            return new DependencyAnswer.NotReached(
                    "address",
                    "`" + String.join("`, `", missing) + "` has no value",
                    "set it in the environment file");
        }
        return probe.ask(dependency.engine(), url, TIMEOUT);
    }
}
