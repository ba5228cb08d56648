package dev.belay.release.people;

/// One action in one environment: what a request needs.
///
/// @param where an environment, or [Grant#EVERYWHERE] for what belongs to none
public record Right(Action action, String where) {
    /// As a sentence goes on: `deploy in `production``.
    public String words() {
        String place = where.equals(Grant.EVERYWHERE) ? "all environments" : "`" + where + "`";
        return "`" + action.word() + "` in " + place;
    }
}
