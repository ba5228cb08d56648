package dev.belay.server.people;

import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import java.util.List;
import java.util.Locale;

/// Somebody, as the API shows him.
///
/// @param state `active`, `disabled`, `removed`, or `owner` for who has the state folder
/// @param roles as `deployer@staging`
/// @param tokens how many of his open something now
public record PersonView(String name, String state, List<String> roles, int tokens) {
    static PersonView of(Person person, int tokens) {
        return new PersonView(
                person.name(),
                person.state().name().toLowerCase(Locale.ROOT),
                person.grants().stream().map(Grant::toString).toList(),
                tokens);
    }
}
