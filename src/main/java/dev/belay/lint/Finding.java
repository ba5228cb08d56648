package dev.belay.lint;

import dev.belay.manifest.LintRule;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;
import java.util.Set;

/// Something that a rule found.
///
/// @param component whose it is
/// @param about the components and datastores that it is about, its own included
public record Finding(
        LintRule rule,
        Place place,
        String component,
        Set<String> about,
        String message,
        String hint) {
    public Finding {
        about = Set.copyOf(about);
    }

    /// The file that it is in; empty when it is in none.
    public String path() {
        return place instanceof Place.Line(var span, _) ? span.file() : "";
    }

    /// The line in that file, or 0.
    public int line() {
        return place instanceof Place.Line(var span, _) ? span.line() : 0;
    }

    /// The column in that line, or 0.
    public int column() {
        return place instanceof Place.Line(var span, _) ? span.column() : 0;
    }

    /// For people.
    public Problem problem() {
        return new Problem("lint/" + rule.word(), place, message, hint);
    }

    /// What one line of an allowance would say.
    static String allowing(LintRule rule, List<String> of) {
        return "allow it under `lint`: `{rule: %s, of: [%s], reason: …}`"
                .formatted(rule.word(), String.join(", ", of));
    }
}
