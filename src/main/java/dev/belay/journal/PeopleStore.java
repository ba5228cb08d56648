package dev.belay.journal;

import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Person;
import java.util.List;

/// Where people and their tokens are kept.
public interface PeopleStore {
    /// Everybody, as of now.
    Directory people();

    /// Writes down what changed and, in the same transaction, in the audit log who did it. When
    /// this returns, it is on the disk.
    void write(Change change);

    /// The clock that tokens expire by: milliseconds since the epoch, never going back.
    long now();

    /// What is written together.
    ///
    /// @param people as they are from now on, new or known
    /// @param given tokens that are new
    /// @param revoked tokens that were given out before, as they are from now on
    record Change(
            List<Person> people, List<ApiToken> given, List<ApiToken> revoked, AuditLog.Deed deed) {
        public Change {
            people = List.copyOf(people);
            given = List.copyOf(given);
            revoked = List.copyOf(revoked);
        }

        /// What everybody is when it has been made to that.
        public Directory appliedTo(Directory before) {
            Directory after = before;
            for (Person person : people) {
                after = after.with(person);
            }
            for (ApiToken token : given) {
                after = after.with(token);
            }
            for (ApiToken token : revoked) {
                after = after.with(token);
            }
            return after;
        }
    }
}
