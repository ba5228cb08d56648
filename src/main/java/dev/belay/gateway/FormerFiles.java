package dev.belay.gateway;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a frontend served before: a page that was loaded a moment ago still asks for its own
/// scripts.
final class FormerFiles {
    private static final int MOST = 5;

    private FormerFiles() {}

    /// What a new route no longer has, the latest first. Of one folder only what was served with it
    /// last: releases that change nothing but texts push no scripts out.
    static List<Route.Files> of(Route route, Table.@Nullable Entry before) {
        if (before == null) {
            return List.of();
        }
        Set<Path> roots = new HashSet<>();
        Set<String> texts = new HashSet<>();
        for (Route.Files files : all(route)) {
            roots.add(files.root());
            texts.addAll(files.texts().keySet());
        }
        Map<Path, Route.Files> former = new LinkedHashMap<>();
        Stream.concat(all(before.route()).stream(), before.former().stream())
                .forEach(files -> former.putIfAbsent(files.root(), files));
        return former.values().stream()
                .filter(files ->
                        !roots.contains(files.root()) || !texts.containsAll(files.texts().keySet()))
                .limit(MOST)
                .toList();
    }

    /// The folders and texts that a route serves.
    static List<Route.Files> all(Route route) {
        var all = new ArrayList<Route.Files>();
        for (Route.Share share : route.shares()) {
            if (share.backend() instanceof Route.Files files) {
                all.add(files);
            }
        }
        return all;
    }
}
