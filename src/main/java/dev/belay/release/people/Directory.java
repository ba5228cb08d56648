package dev.belay.release.people;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Everybody and every token at one moment.
public record Directory(Map<String, Person> people, Map<String, ApiToken> tokens) {
    public static final Directory EMPTY = new Directory(Map.of(), Map.of());

    public Directory {
        people = Collections.unmodifiableSortedMap(new TreeMap<>(people));
        tokens = Collections.unmodifiableSortedMap(new TreeMap<>(tokens));
    }

    public Optional<Person> person(String name) {
        return Optional.ofNullable(people.get(name));
    }

    public Optional<ApiToken> token(String id) {
        return Optional.ofNullable(tokens.get(id));
    }

    public Directory with(Person person) {
        var all = new TreeMap<>(people);
        all.put(person.name(), person);
        return new Directory(all, tokens);
    }

    public Directory with(ApiToken token) {
        var all = new TreeMap<>(tokens);
        all.put(token.id(), token);
        return new Directory(people, all);
    }

    /// What whoever shows this token may do now: nothing when it has expired or was revoked, or its
    /// owner is not active.
    public Powers powers(ApiToken token, long now) {
        if (!token.lives(now)) {
            return Powers.NONE;
        }
        Powers owners = person(token.owner()).map(Person::powers).orElse(Powers.NONE);
        return token.scopes().isEmpty() ? owners : owners.narrowed(token.scopes());
    }

    /// All of a person's tokens, the oldest first.
    public List<ApiToken> tokensOf(String owner) {
        return tokens.values().stream()
                .filter(token -> token.owner().equals(owner))
                .sorted(java.util.Comparator.comparingLong(ApiToken::madeAt))
                .toList();
    }

    /// The token, those that were made with it, those that were made with these, and so on.
    public List<ApiToken> family(ApiToken first) {
        var family = new java.util.ArrayList<ApiToken>();
        family.add(first);
        for (int i = 0; i < family.size(); i++) {
            String parent = family.get(i).id();
            tokens.values().stream()
                    .filter(token -> token.parent().equals(parent))
                    .forEach(family::add);
        }
        return List.copyOf(family);
    }
}
