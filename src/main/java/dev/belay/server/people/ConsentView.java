package dev.belay.server.people;

import java.util.List;

/// What a release asks people, and what they said.
///
/// @param plan digest of its plan, which an approval has to name
/// @param submitter who may not consent
/// @param approvals who is asked to consent, or empty
/// @param checklist its points, in the order of their numbers
/// @param given what was said and counts
/// @param lacking what is still to be said
/// @param objected by whom and why, or empty
public record ConsentView(
        String release,
        String title,
        String plan,
        String submitter,
        String approvals,
        List<String> checklist,
        List<String> given,
        List<String> lacking,
        String objected) {
    public ConsentView {
        checklist = List.copyOf(checklist);
        given = List.copyOf(given);
        lacking = List.copyOf(lacking);
    }
}
