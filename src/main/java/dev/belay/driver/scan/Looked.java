package dev.belay.driver.scan;

import java.util.ArrayList;
import java.util.List;

/// What a look at many files came to.
///
/// @param notLookedAt files that were too large or could not be read: of those nothing is known
public record Looked(List<Leak> leaks, long files, long bytes, List<String> notLookedAt) {
    public static final Looked NOTHING = new Looked(List.of(), 0, 0, List.of());

    public Looked {
        leaks = List.copyOf(leaks);
        notLookedAt = List.copyOf(notLookedAt);
    }

    /// Both together.
    public Looked and(Looked other) {
        var all = new ArrayList<>(leaks);
        all.addAll(other.leaks);
        var missed = new ArrayList<>(notLookedAt);
        missed.addAll(other.notLookedAt);
        return new Looked(all, files + other.files, bytes + other.bytes, missed);
    }

    /// The same with these leaks alone.
    public Looked with(List<Leak> kept) {
        return new Looked(kept, files, bytes, notLookedAt);
    }
}
