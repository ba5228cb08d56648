package dev.belay.policy;

import dev.belay.problem.Place;
import java.util.List;

/// What one rule said.
///
/// @param hash of all that the rule says
public record Ruling(String name, String hash, Outcome outcome, List<Breach> breaches) {
    public Ruling {
        breaches = List.copyOf(breaches);
    }

    /// What follows.
    public enum Outcome {
        HOLDS,
        BROKEN,
        /// Broken, and no reason to refuse.
        WARNS,
        /// Broken, and somebody goes past it by name.
        EXCEPTED,
        /// Only a planned release can be asked.
        LATER
    }

    /// One thing that breaks a rule.
    ///
    /// @param subject its name; empty for the release as a whole
    /// @param place in the manifest, of what is concerned
    public record Breach(String subject, Place place, String message) {
        /// ``` `api`: it has one instance ```.
        public String sentence() {
            return subject.isEmpty() ? message : "`" + subject + "`: " + message;
        }
    }

    public boolean refuses() {
        return outcome == Outcome.BROKEN;
    }
}
