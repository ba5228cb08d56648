package dev.belay.server.operations;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Strategy;
import dev.belay.release.Scope;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What is shipped as canaries.
public final class Canaries {
    private Canaries() {}

    /// In every environment that can be read.
    public static Set<Scope> of(Platform platform) {
        var all = new TreeSet<Scope>();
        for (String environment : platform.environmentsLately()) {
            platform.ifKnownLately(environment)
                    .ifPresent(view ->
                            of(view).forEach(one -> all.add(Scope.component(environment, one))));
        }
        return all;
    }

    /// Names of components, in the order they are written.
    public static List<String> of(EnvironmentView view) {
        return view.components().values().stream()
                .filter(Canaries::isCanary)
                .map(Component::name)
                .toList();
    }

    private static boolean isCanary(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.strategy() == Strategy.CANARY;
            case Component.Frontend frontend -> frontend.strategy() == Strategy.CANARY;
            case Component.Worker _, Component.Job _, Component.Contract _ -> false;
        };
    }
}
