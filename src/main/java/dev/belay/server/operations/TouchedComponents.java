package dev.belay.server.operations;

import dev.belay.driver.scan.ChangedFiles;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/// Which components a change touches: what pipelines elsewhere have to try and to build.
public final class TouchedComponents {
    private TouchedComponents() {}

    /// What a component is made of, as patterns below the manifest's folder.
    ///
    /// @throws Denied when that cannot be told
    public static List<String> sources(EnvironmentView view, Component component) {
        return WorkspaceInputs.sources(view, component);
    }

    /// Those of which a file is another one than at a commit.
    ///
    /// @param sources by component
    /// @throws IOException when nobody can tell what changed
    public static Set<String> since(Path folder, String commit, Map<String, List<String>> sources)
            throws IOException {
        Set<String> changed = ChangedFiles.since(folder, commit);
        var touched = new TreeSet<String>();
        sources.forEach((name, patterns) -> {
            List<PathMatcher> matchers = patterns.stream().map(TouchedComponents::matcher).toList();
            boolean any =
                    changed.stream()
                            .map(Path::of)
                            .anyMatch(file -> matchers.stream().anyMatch(one -> one.matches(file)));
            if (any) {
                touched.add(name);
            }
        });
        return touched;
    }

    private static PathMatcher matcher(String pattern) {
        try {
            String glob = pattern.contains("{") ? pattern : pattern.replace("**/", "{**/,}");
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException _) {
            return _ -> false;
        }
    }
}
