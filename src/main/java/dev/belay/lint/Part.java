package dev.belay.lint;

import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.MigrationFolder;
import dev.belay.release.PathPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A component, and which files are its own.
///
/// @param service what it is shipped with: components of one folder are one service
/// @param folders that are its own; empty when its folder is the whole platform, which says nothing
/// @param inputs patterns of its own files where it has no folder
/// @param promises files that others are meant to have
record Part(
        Component component,
        String service,
        List<String> folders,
        List<Claim> inputs,
        Set<String> promises) {
    /// A pattern, and the letters that whatever goes with it begins with.
    record Claim(String begin, PathPattern pattern) {
        static Claim of(String written) {
            int at = 0;
            while (at < written.length() && "*?".indexOf(written.charAt(at)) < 0) {
                at++;
            }
            return new Claim(written.substring(0, at), new PathPattern(written));
        }

        boolean has(String path) {
            return path.startsWith(begin) && pattern.matches(path);
        }
    }

    static Part of(Component component) {
        Build build = component.build();
        var folders = new ArrayList<String>();
        boolean whole = isWhole(build.dir());
        if (!whole) {
            folders.add(build.dir());
        } else if (build.run().isEmpty() && !isWhole(build.output())) {
            folders.add(build.output());
        }
        String home = folders.isEmpty() ? "" : folders.getFirst();
        boolean listed = home.isEmpty() && !build.workspace() && !build.inputs().isEmpty();
        if (component.migrations() instanceof MigrationFolder(_, String dir)
                && !isWhole(dir)
                && (home.isEmpty() || !FilePath.isWithin(dir, home))) {
            folders.add(dir);
        }
        return new Part(
                component,
                listed ? "component " + component.name() : home,
                folders,
                listed ? build.inputs().stream().map(Claim::of).toList() : List.of(),
                build.contracts().stream()
                        .map(file -> FilePath.in(build.dir(), file))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    String name() {
        return component.name();
    }

    /// Where its own package is; empty when its folder is the whole platform.
    String home() {
        return folders.isEmpty() ? "" : folders.getFirst();
    }

    /// Paths that its build names, and what comes of it: `dotnet publish Orders.Api`, `gradle
    /// :app:installDist`.
    List<String> products() {
        Build build = component.build();
        return Stream.concat(
                        Stream.of(build.output()),
                        build.run().stream()
                                .map(word -> word.replaceFirst("^:", "").replace(':', '/'))
                                .flatMap(word -> FilePath.resolve(build.dir(), word).stream()))
                .filter(path -> !path.isEmpty())
                .toList();
    }

    /// Whether two are shipped apart: neither lies in the other's folder.
    boolean isApartFrom(Part other) {
        boolean nested =
                folders.stream()
                        .anyMatch(mine ->
                                other.folders.stream()
                                        .anyMatch(theirs ->
                                                FilePath.isWithin(mine, theirs)
                                                        || FilePath.isWithin(theirs, mine)));
        return !service.equals(other.service) && !nested;
    }

    private static boolean isWhole(String dir) {
        return dir.isEmpty() || dir.equals(".");
    }
}
