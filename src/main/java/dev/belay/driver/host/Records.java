package dev.belay.driver.host;

import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is on disk about everything that runs on this host, below `STATE/instances/`.
record Records(Path state, Runners runners) {
    private Path instances() {
        return state.resolve("instances");
    }

    ScopeFolder of(Scope scope) {
        return ScopeFolder.of(instances(), scope, runners);
    }

    /// Where something else is kept about a scope.
    Path folder(Scope scope) {
        return ScopeFolder.of(instances(), scope, runners).root();
    }

    /// The components that have a folder.
    List<ScopeFolder> components() throws IOException {
        List<ScopeFolder> found = new ArrayList<>();
        for (Path environment : ScopeFolder.children(instances())) {
            for (Path component : ScopeFolder.children(environment)) {
                String name = component.getFileName().toString();
                if (ScopeFolder.isName(name)) {
                    found.add(of(Scope.component(environment.getFileName().toString(), name)));
                }
            }
        }
        return found;
    }
}
