package dev.belay.driver.host;

import dev.belay.release.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The runners of this host, the one for plain processes first.
public record Runners(List<Runner> all) {
    public Runners {
        all = List.copyOf(all);
    }

    /// The one that a record names.
    Runner named(String name) {
        return all.stream()
                .filter(runner -> runner.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("this Belay runs nothing by `" + name + "`"));
    }

    Runner of(Recipe recipe) {
        return named(recipe.runner());
    }

    List<Runner.Found> found(Scope scope) throws IOException {
        var found = new ArrayList<Runner.Found>();
        for (Runner runner : all) {
            found.addAll(runner.found(scope));
        }
        return found;
    }
}
