package dev.belay.journal;

import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// People and tokens as rows.
final class PeopleRows {
    private PeopleRows() {}

    static Directory read(Session session) throws SQLException {
        var people = new TreeMap<String, Person>();
        session.list("SELECT name, state, grants FROM person", PeopleRows::person)
                .forEach(person -> people.put(person.name(), person));
        var tokens = new TreeMap<String, ApiToken>();
        session.list(
                        """
                        SELECT id, owner, name, hash, reader_hash, scopes, parent, made_by, made_at,
                          expires_at, revoked_at FROM api_token\
                        """,
                        PeopleRows::token)
                .forEach(token -> tokens.put(token.id(), token));
        return new Directory(people, tokens);
    }

    static void write(Session session, PeopleStore.Change change) throws SQLException {
        for (Person person : change.people()) {
            write(session, person);
        }
        for (ApiToken token : change.given()) {
            add(session, token);
        }
        for (ApiToken token : change.revoked()) {
            revoke(session, token);
        }
    }

    private static void write(Session session, Person person) throws SQLException {
        session.update(
                """
                INSERT INTO person (name, state, grants) VALUES (?, ?, ?)
                  ON CONFLICT (name) DO UPDATE SET state = excluded.state, grants = excluded.grants\
                """,
                person.name(),
                person.state().name(),
                text(person.grants()));
    }

    private static void add(Session session, ApiToken token) throws SQLException {
        session.update(
                """
                INSERT INTO api_token (id, owner, name, hash, reader_hash, scopes, parent, made_by,
                  made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
                """,
                token.id(),
                token.owner(),
                token.name(),
                token.hash(),
                token.readerHash(),
                text(token.scopes()),
                token.parent(),
                token.madeBy(),
                token.madeAt(),
                token.expiresAt());
    }

    private static void revoke(Session session, ApiToken token) throws SQLException {
        session.update(
                "UPDATE api_token SET revoked_at = ? WHERE id = ?", token.revokedAt(), token.id());
    }

    private static Person person(ResultSet row) throws SQLException {
        return new Person(
                row.getString(1), Person.State.valueOf(row.getString(2)), grants(row.getString(3)));
    }

    private static ApiToken token(ResultSet row) throws SQLException {
        return new ApiToken(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                grants(row.getString(6)),
                row.getString(7),
                row.getString(8),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11));
    }

    /// What cannot be read stops everything: to leave a scope out could make a token mean more.
    private static SortedSet<Grant> grants(String lines) {
        return lines.lines()
                .map(line ->
                        Grant.parse(line)
                                .orElseThrow(() ->
                                        new UnreadableEntry(
                                                "the journal grants `" + line + "`", null)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Collection<Grant> grants) {
        return grants.stream().map(Grant::toString).collect(Collectors.joining("\n"));
    }
}
