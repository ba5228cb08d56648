package dev.belay.manifest;

import dev.belay.problem.Place;
import java.util.List;

/// A rule that releases are held to: an expression in CEL over what Belay knows of a release and of
/// the environment that it is for. What it means is not looked at here.
///
/// @param pack that ships it; empty for one of the manifest's own
/// @param each what it is asked of, one by one, as `component`; empty for the whole
/// @param when where it applies; empty is everywhere
/// @param rule what must be true
/// @param message what is so where it is not
/// @param refuses whether a release is refused, and not merely warned
/// @param only components or groups that it is asked of; empty is all
/// @param at keys of what it is asked of, to point at; empty for those that the rule names
/// @param exceptable whether somebody may go past it by name
/// @param why what it is good for, or empty
/// @param from whose demand it is, or empty
public record PolicyRule(
        String pack,
        String id,
        String each,
        String when,
        String rule,
        String message,
        String hint,
        boolean refuses,
        List<String> only,
        List<String> at,
        boolean exceptable,
        String why,
        String from,
        Source source) {
    public PolicyRule {
        only = List.copyOf(only);
        at = List.copyOf(at);
    }

    /// `production/soak`, or the id alone where it is the manifest's own.
    public String name() {
        return pack.isEmpty() ? id : pack + "/" + id;
    }

    /// Where a part of it is written.
    public Place at(String key) {
        return source.at(key);
    }
}
