package dev.belay.cluster;

import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// A revision of a component where it is to run: what every object of it is made of.
///
/// @param scope of the component
/// @param plain values of its variables that anybody may know, `${NAME}` in them standing for
///   another variable
public record Workload(Scope scope, Revision revision, SortedMap<String, String> plain) {
    /// @throws IllegalArgumentException when the revision does not say where in a cluster it runs,
    ///   or a secret is among the plain values
    public Workload {
        plain = Collections.unmodifiableSortedMap(new TreeMap<>(plain));
        Launch.Container container = revision.launch().container();
        if (container == null || container.pod() == null) {
            throw new IllegalArgumentException(revision.id() + " is not for a cluster");
        }
        for (String secret : revision.launch().secrets()) {
            if (plain.containsKey(secret)) {
                throw new IllegalArgumentException("`" + secret + "` is a secret");
            }
        }
    }

    public Launch launch() {
        return revision.launch();
    }

    public Launch.Container container() {
        return Objects.requireNonNull(launch().container());
    }

    public Pod pod() {
        return Objects.requireNonNull(container().pod());
    }

    public Placement placement() {
        return pod().placement();
    }

    /// Names of the variables that the revision's secret holds: those that are secret, and those
    /// that must have a value which nobody gave as a plain one.
    public SortedSet<String> secretVariables() {
        var names = new TreeSet<String>(launch().secrets());
        names.addAll(launch().required());
        names.removeAll(plain.keySet());
        return names;
    }

    /// What its objects are called.
    String name() {
        return ObjectName.revision(revision.id());
    }

    SortedMap<String, String> selector() {
        return Labels.ofRevision(placement(), scope, revision.id());
    }

    ClusterObject.Metadata metadata() {
        return metadata(name());
    }

    ClusterObject.Metadata metadata(String name) {
        return new ClusterObject.Metadata(
                placement().namespace(), name, Labels.all(placement(), selector()));
    }
}
