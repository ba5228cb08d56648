package dev.belay.server.people;

import dev.belay.journal.AuditLog.Deed;
import dev.belay.journal.PeopleStore.Change;
import dev.belay.release.people.Action;
import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import dev.belay.release.people.Right;
import dev.belay.release.people.Role;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Adds people, gives them roles, and takes them out; each with who did it, and why.
public final class Registrar {
    /// More would be no list of people any more.
    private static final int PEOPLE_MAX = 10_000;

    private static final List<Right> ADMINISTERS =
            List.of(new Right(Action.PEOPLE, Grant.EVERYWHERE));

    /// Whoever writes in the audit log and is no person.
    private static final Set<String> RESERVED = Set.of("belay");

    private final People people;

    public Registrar(People people) {
        this.people = people;
    }

    /// Everybody, the owner first.
    public List<PersonView> list() {
        Directory all = people.directory();
        var views = new ArrayList<PersonView>();
        views.add(
                new PersonView(people.owner().person(), "owner", List.of(Grant.ALL.toString()), 0));
        all.people().values().forEach(person -> views.add(view(all, person)));
        return List.copyOf(views);
    }

    private PersonView view(Directory all, Person person) {
        long now = people.now();
        long tokens =
                all.tokensOf(person.name()).stream().filter(token -> token.lives(now)).count();
        return PersonView.of(person, (int) tokens);
    }

    /// One of them.
    public PersonView show(String name) {
        Directory all = people.directory();
        return view(all, known(all, name));
    }

    /// Adds somebody.
    public PersonView add(Visitor by, String name, Collection<Grant> roles, String reason) {
        if (!Person.canBeCalled(name)) {
            throw new Denied(
                    No.problem(
                            "people/name",
                            "user `" + name + "`",
                            "a name is 1 to 63 small letters, digits, dots, hyphens or underscores,"
                                    + " a letter first",
                            ""));
        }
        people.change(
                by,
                ADMINISTERS,
                all -> {
                    requireFree(all, name);
                    var person = new Person(name, Person.State.ACTIVE, new TreeSet<>(roles));
                    return only(person, deed(by, "user-added", name, roles, reason));
                });
        return show(name);
    }

    private void requireFree(Directory all, String name) {
        if (Role.of(name).isPresent()) {
            throw new Denied(
                    No.problem(
                            "people/name-taken",
                            "user `" + name + "`",
                            "a role is called so, and approvals name people and roles alike",
                            "choose another name"));
        }
        boolean taken = all.person(name).isPresent() || name.equals(people.owner().person());
        if (taken || RESERVED.contains(name)) {
            throw new Denied(
                    No.problem(
                            "people/name-taken",
                            "user `" + name + "`",
                            "somebody is, or was, called so",
                            "choose another name: what was done in this one stays with it"));
        }
        if (all.people().size() >= PEOPLE_MAX) {
            throw Denied.refusal("there are " + PEOPLE_MAX + " names already", "");
        }
    }

    /// Gives him roles that he does not have yet.
    public PersonView grant(Visitor by, String name, Collection<Grant> roles, String reason) {
        return change(by, name, person -> person.with(roles), "user-granted", roles, reason);
    }

    /// Takes roles from him.
    public PersonView revoke(Visitor by, String name, Collection<Grant> roles, String reason) {
        requireAll(known(people.directory(), name), roles);
        return change(by, name, person -> person.without(roles), "user-revoked", roles, reason);
    }

    /// Who takes away what is not there means something else, and would think it were gone.
    private static void requireAll(Person person, Collection<Grant> roles) {
        for (Grant role : roles) {
            if (!person.grants().contains(role)) {
                String has =
                        person.grants().stream()
                                .map(Grant::toString)
                                .collect(Collectors.joining(", "));
                throw new Denied(
                        No.problem(
                                "people/role-not-held",
                                "user `" + person.name() + "`",
                                "there is no role `" + role + "` to take away",
                                has.isEmpty() ? "there is none at all" : "there is: " + has));
            }
        }
    }

    /// Refuses him from now on, and ends his tokens.
    public PersonView disable(Visitor by, String name, String reason) {
        return end(by, name, Person.State.DISABLED, "user-disabled", reason);
    }

    /// Lets him be again, with his roles; he needs new tokens.
    public PersonView enable(Visitor by, String name, String reason) {
        return change(
                by,
                name,
                person -> person.in(Person.State.ACTIVE),
                "user-enabled",
                List.of(),
                reason);
    }

    /// Takes him out for good, with his tokens. The name stays taken.
    public PersonView remove(Visitor by, String name, String reason) {
        return end(by, name, Person.State.REMOVED, "user-removed", reason);
    }

    private PersonView end(
            Visitor by, String name, Person.State state, String what, String reason) {
        people.change(
                by,
                ADMINISTERS,
                all -> {
                    Person person = there(all, name);
                    long now = people.now();
                    List<ApiToken> ended =
                            all.tokensOf(name).stream()
                                    .filter(token -> token.revokedAt() == 0)
                                    .map(token -> token.revoked(now))
                                    .toList();
                    return new Change(
                            List.of(person.in(state)),
                            List.of(),
                            ended,
                            deed(by, what, name, List.of(), reason));
                });
        return show(name);
    }

    private PersonView change(
            Visitor by,
            String name,
            UnaryOperator<Person> to,
            String what,
            Collection<Grant> roles,
            String reason) {
        people.change(
                by,
                ADMINISTERS,
                all -> only(to.apply(there(all, name)), deed(by, what, name, roles, reason)));
        return show(name);
    }

    private static Change only(Person person, Deed deed) {
        return new Change(List.of(person), List.of(), List.of(), deed);
    }

    private static Deed deed(
            Visitor by, String what, String name, Collection<Grant> roles, String reason) {
        var of = new TreeMap<>(Map.of("user", name));
        if (!roles.isEmpty()) {
            of.put(
                    "roles",
                    roles.stream().sorted().map(Grant::toString).collect(Collectors.joining(" ")));
        }
        if (!reason.isBlank()) {
            of.put("reason", reason);
        }
        return new Deed(by.actor().subject(), what, of);
    }

    private Person known(Directory all, String name) {
        if (name.equals(people.owner().person())) {
            throw Denied.refusal(
                    "`" + name + "` owns the state folder, and may do everything by its file",
                    "whoever shall not, must not be able to read that folder");
        }
        return all.person(name)
                .orElseThrow(() ->
                        Denied.unknown(
                                "people/unknown-user",
                                "user",
                                name,
                                "there is nobody of that name",
                                "`belay user list` names everybody"));
    }

    private Person there(Directory all, String name) {
        Person person = known(all, name);
        if (person.state() == Person.State.REMOVED) {
            throw Denied.refusal(
                    "`" + name + "` was removed, for good", "add somebody by another name");
        }
        return person;
    }
}
