package dev.belay.server.people;

import dev.belay.journal.SqliteJournal;
import dev.belay.release.Actor;
import dev.belay.release.people.Grant;
import dev.belay.server.Token;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// People in a real journal, with a clock that a test moves.
public final class Staff implements AutoCloseable {
    private final Path database;
    private volatile Instant time = Instant.parse("2026-03-01T00:00:00Z");
    private final Token file = Token.random();
    private SqliteJournal journal;
    private People people;
    private int made;

    public Staff(Path folder) {
        database = folder.resolve("journal.db");
        journal = open();
        people = new People(journal, journal, file, new Actor("root", "token-file"));
    }

    private SqliteJournal open() {
        InstantSource clock = () -> time;
        return SqliteJournal.open(database, new SqliteJournal.Settings(clock, 1 << 16, 1 << 16));
    }

    /// As after a crash: everything is read again.
    void restart() {
        journal.close();
        journal = open();
        people = new People(journal, journal, file, new Actor("root", "token-file"));
    }

    void move(Duration by) {
        time = time.plus(by);
    }

    public People people() {
        return people;
    }

    SqliteJournal journal() {
        return journal;
    }

    Registrar registrar() {
        return new Registrar(people);
    }

    TokenDesk desk() {
        return new TokenDesk(people);
    }

    /// What opens everything.
    public Token file() {
        return file;
    }

    Visitor owner() {
        return visitor(file.secret());
    }

    /// Whoever shows this.
    Visitor visitor(String shown) {
        return people.recognise(shown) instanceof Recognition.Known(Visitor visitor)
                ? visitor
                : failed(shown);
    }

    private static Visitor failed(String shown) {
        throw new AssertionError("not recognised: " + shown);
    }

    public void add(String name, String... roles) {
        registrar().add(owner(), name, grants(roles), "");
    }

    public void disable(String name) {
        registrar().disable(owner(), name, "they left");
    }

    public void revoke(String name, String... roles) {
        registrar().revoke(owner(), name, grants(roles), "not theirs any more");
    }

    /// A token for somebody, made by the owner.
    public String token(String name, String... scopes) {
        return token(name, Duration.ofDays(1), scopes);
    }

    String token(String name, Duration life, String... scopes) {
        made++;
        return desk().make(owner(), new TokenDesk.Wish(name, "t" + made, grants(scopes), life), "")
                .secret();
    }

    static SortedSet<Grant> grants(String... texts) {
        return Arrays.stream(texts)
                .map(text -> Grant.parse(text).orElseThrow())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        journal.close();
    }
}
