package dev.belay.release;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The schema changes that a deployment comes with: all of them, those of earlier releases
/// included.
///
/// @param set whose they are: `platform/component`, or `platform/datastores/datastore` where all
///   that use it share them
/// @param datastore where they are applied
/// @param files the digest of the archive that holds them
/// @param all in their order
public record Migrations(String set, Dependency datastore, Digest files, List<One> all) {
    public Migrations {
        all = List.copyOf(all);
    }

    /// One of them, as far as a plan must know it.
    ///
    /// @param oneWay why there is no way back; empty when there is one
    /// @param contract whether it takes away what the release before may still use
    public record One(String version, String name, String oneWay, boolean contract) {
        /// One that takes nothing away.
        public One(String version, String name, String oneWay) {
            this(version, name, oneWay, false);
        }

        @Override
        public String toString() {
            return version + " " + name;
        }
    }

    /// Those that another deployment did not come with, in their order.
    ///
    /// @param before what it came with; null for nothing
    public List<One> beyond(@Nullable Migrations before) {
        Set<String> there =
                before != null && before.datastore().equals(datastore)
                        ? before.versions()
                        : Set.of();
        return all.stream().filter(one -> !there.contains(one.version())).toList();
    }

    public Set<String> versions() {
        var versions = new LinkedHashSet<String>();
        all.forEach(one -> versions.add(one.version()));
        return versions;
    }
}
