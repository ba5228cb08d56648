package dev.belay.gateway;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The folders that the table's lines serve, present and former, each with its index as far as
/// there is room for it. The rest is looked up on the disk.
final class Sites {
    /// Files in all indexes: some ten megabytes.
    private static final int FILES_MAX = 50_000;

    private volatile Map<Path, SiteIndex> indexes = Map.of();

    /// Reads the folders of a table that is about to be used, and forgets all others. Called by one
    /// thread at a time, never by an event loop.
    void prepare(Table table) {
        Map<Path, SiteIndex> before = indexes;
        Map<Path, SiteIndex> after = new HashMap<>();
        int room = FILES_MAX;
        for (Path root : roots(table)) {
            SiteIndex known = before.get(root);
            SiteIndex index = known != null ? known : SiteIndex.of(root, room).orElse(null);
            if (index != null && index.size() <= room) {
                room -= index.size();
                after.put(root, index);
            }
        }
        indexes = Map.copyOf(after);
    }

    /// Present ones first.
    private static Set<Path> roots(Table table) {
        Set<Path> roots = new LinkedHashSet<>();
        for (Table.Entry entry : table.all()) {
            for (Table.LiveShare share : entry.shares()) {
                Path root = share.root();
                if (root != null) {
                    roots.add(root);
                }
            }
        }
        table.all().forEach(entry -> entry.former().forEach(files -> roots.add(files.root())));
        return roots;
    }

    SiteFiles.Found find(Path root, List<String> segments) {
        SiteIndex index = indexes.get(root);
        return index == null ? SiteFiles.find(root, segments) : index.find(segments);
    }

    /// The same file, compressed beforehand, if it lies beside it.
    Optional<SiteFiles.File> beside(SiteFiles.File file, String suffix) {
        SiteIndex index = indexes.get(file.root());
        return index == null ? SiteFiles.beside(file, suffix) : index.beside(file, suffix);
    }

    /// Whether no disk is asked about this folder.
    boolean indexed(Path root) {
        return indexes.containsKey(root);
    }
}
