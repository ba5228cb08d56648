package dev.belay.release;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a container of a Kubernetes cluster has besides what every container has. Part of a
/// revision, so that an older one still says where it ran, and as what.
///
/// @param calls what it asks
/// @param scaling how many there are; absent where the number is fixed
/// @param schedule when it runs; absent for what does not run by the clock
public record Pod(
        Placement placement,
        Calls calls,
        @Nullable Scaling scaling,
        @Nullable CronSchedule schedule) {
    /// One of a fixed number, that may ask anybody.
    public Pod(Placement placement) {
        this(placement, Calls.ANYBODY, null, null);
    }

    /// Which components of its environment a component sends requests to. Others do not hear them.
    ///
    /// @param anybody nobody said: all of them
    /// @param components names; empty where `anybody`
    public record Calls(boolean anybody, SortedSet<String> components) {
        /// Nobody said which.
        public static final Calls ANYBODY = new Calls(true, new TreeSet<>());

        public Calls {
            components = Collections.unmodifiableSortedSet(new TreeSet<>(components));
        }

        /// These alone.
        public static Calls only(Iterable<String> components) {
            var names = new TreeSet<String>();
            components.forEach(names::add);
            return new Calls(false, names);
        }
    }
}
