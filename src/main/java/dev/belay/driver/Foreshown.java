package dev.belay.driver;

import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.util.List;

/// What a release would change where its environment lives, seen by trying it there in a way that
/// changes nothing. Plans show it beside their steps.
///
/// @param changes a sentence each
/// @param notes what could not be seen, and why
public record Foreshown(List<String> changes, List<String> notes) {
    public Foreshown {
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }

    /// What is to be there of a component once a release has ended.
    ///
    /// @param kept whether no release changes it: whatever is other was changed by somebody else
    public record Goal(
            Scope scope, Revision revision, int instances, List<Traffic> traffic, boolean kept) {
        public Goal {
            traffic = List.copyOf(traffic);
        }
    }
}
