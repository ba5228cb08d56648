package dev.belay.server.people;

import dev.belay.journal.AuditLog;
import dev.belay.journal.PeopleStore;
import dev.belay.release.Actor;
import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import dev.belay.release.people.Powers;
import dev.belay.release.people.Right;
import dev.belay.server.Token;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/// Everybody who may come, and what they may do at this moment. One control plane holds the folder,
/// so what is in memory is what is on the disk.
///
/// ```
/// what is shown ──► recognise ──► Visitor ──► powers(visitor), asked anew each time
/// change ──► journal, with its line in the audit log ──► memory
/// ```
///
/// A change waits for what is being [#during done under the old state], and what comes later sees
/// the new one: when `disable` has returned, nothing more is submitted, told to a release or added
/// as evidence in that name. What takes long, as a backup or a restore, is asked about as it begins
/// and goes on.
public final class People {
    private final PeopleStore store;
    private final AuditLog audit;
    private final Token file;
    private final Actor owner;
    private final Guesses guesses = new Guesses();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    private volatile Directory directory;

    /// @param file what opens everything to the owner of the state folder
    public People(PeopleStore store, AuditLog audit, Token file, Actor owner) {
        this.store = store;
        this.audit = audit;
        this.file = file;
        this.owner = owner;
        this.directory = store.people();
    }

    public Actor owner() {
        return owner;
    }

    public Directory directory() {
        return directory;
    }

    /// The clock that tokens expire by.
    public long now() {
        return store.now();
    }

    /// Who shows this as a token.
    public Recognition recognise(String shown) {
        if (!Secret.looksLikeOne(shown)) {
            return file.opens(shown) ? known(owner, "", false) : wrong(Guesses.NOBODY);
        }
        Optional<Secret> secret = Secret.parse(shown);
        Optional<ApiToken> token = secret.flatMap(one -> directory.token(one.id()));
        return secret.isPresent() && token.isPresent()
                ? judged(token.get(), secret.get().fits(token.get().hash()), false)
                : wrong(Guesses.NOBODY);
    }

    /// Whose browser holds this as a cookie.
    public Recognition recogniseReader(String shown) {
        Optional<Secret.Cookie> cookie = Secret.Cookie.parse(shown);
        if (cookie.isEmpty()) {
            return file.reads(shown) ? known(owner, "", true) : wrong(Guesses.NOBODY);
        }
        Optional<ApiToken> token = directory.token(cookie.get().id());
        return token.isPresent()
                ? judged(token.get(), cookie.get().fits(token.get().readerHash()), true)
                : wrong(Guesses.NOBODY);
    }

    /// What a browser gets in place of a token that was recognised.
    public String cookie(String shown) {
        return Secret.parse(shown).map(Secret::cookie).orElseGet(file::readerKey);
    }

    private Recognition judged(ApiToken token, boolean fits, boolean reader) {
        // Whoever knows the right one is no guesser; a secret of 256 bits needs no lock.
        if (!fits) {
            return wrong(token.id());
        }
        if (alive(token)) {
            return known(Actor.withToken(token.owner(), token.name()), token.id(), reader);
        }
        boolean expired = token.revokedAt() == 0 && now() >= token.expiresAt();
        return expired ? new Recognition.Expired(token.name()) : new Recognition.Unknown();
    }

    private static Recognition known(Actor actor, String token, boolean reader) {
        return new Recognition.Known(new Visitor(actor, token, reader));
    }

    private Recognition wrong(String id) {
        boolean before = guesses.tooMany(id, now());
        if (guesses.wrong(id, now())) {
            audit.record(
                    new AuditLog.Deed(
                            Actor.ENGINE.subject(),
                            "token-guessed-at",
                            Map.of("token", id.equals(Guesses.NOBODY) ? "none" : id)));
        }
        return before ? new Recognition.TooMany() : new Recognition.Unknown();
    }

    /// Whether his token still opens anything.
    public boolean knows(Visitor visitor) {
        return visitor.owner() || directory.token(visitor.token()).filter(this::alive).isPresent();
    }

    private boolean alive(ApiToken token) {
        return token.lives(now())
                && directory
                        .person(token.owner())
                        .filter(person -> person.state() == Person.State.ACTIVE)
                        .isPresent();
    }

    /// What he may do now.
    public Powers powers(Visitor visitor) {
        Directory all = directory;
        Powers powers =
                visitor.owner()
                        ? Powers.of(List.of(Grant.ALL))
                        : all.token(visitor.token())
                                .map(token -> all.powers(token, now()))
                                .orElse(Powers.NONE);
        return visitor.reader() ? powers.narrowed(List.of(Grant.LOOKING)) : powers;
    }

    /// Whether he is known and may do all of that.
    public boolean allows(Visitor visitor, List<Right> rights) {
        Powers powers = powers(visitor);
        return knows(visitor) && rights.stream().allMatch(powers::allows);
    }

    /// Does something while nobody can take these rights away.
    ///
    /// @throws NotAllowed when he has not all of them
    /// @throws NotKnown when he is not known any more
    public <T> T during(Visitor visitor, List<Right> rights, Supplier<T> doing) {
        lock.readLock().lock();
        try {
            demand(visitor, rights);
            return doing.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void demand(Visitor visitor, List<Right> rights) {
        if (!knows(visitor)) {
            throw new NotKnown(visitor);
        }
        Powers powers = powers(visitor);
        if (!rights.stream().allMatch(powers::allows)) {
            throw new NotAllowed(visitor, rights);
        }
    }

    /// Whether somebody waits for what is being done to end.
    boolean isWaitedFor() {
        return lock.hasQueuedThreads();
    }

    /// Changes who there is and what they may do; nothing is done in the old state meanwhile.
    void change(Visitor by, List<Right> rights, Function<Directory, PeopleStore.Change> change) {
        lock.writeLock().lock();
        try {
            demand(by, rights);
            PeopleStore.Change made = change.apply(directory);
            store.write(made);
            directory = made.appliedTo(directory);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
