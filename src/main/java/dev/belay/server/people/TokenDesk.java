package dev.belay.server.people;

import dev.belay.journal.AuditLog.Deed;
import dev.belay.journal.PeopleStore.Change;
import dev.belay.release.people.Action;
import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import dev.belay.release.people.Powers;
import dev.belay.release.people.Right;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Gives tokens out and takes them away. Everybody does so for himself; for others, who may
/// administer people. A token that somebody makes with a token can do no more than that one, does
/// not outlive it, and ends with it.
public final class TokenDesk {
    public static final Duration LIFE = Duration.ofDays(90);
    public static final Duration LIFE_MAX = Duration.ofDays(366);

    /// Of one person at the same time.
    private static final int OF_ONE_MAX = 200;

    private static final List<Right> ADMINISTERS =
            List.of(new Right(Action.PEOPLE, Grant.EVERYWHERE));

    private final People people;

    public TokenDesk(People people) {
        this.people = people;
    }

    /// What is wanted.
    ///
    /// @param owner whose it shall be, or `""` for whoever asks
    /// @param scopes what it is narrowed to; empty is no narrower than what makes it
    public record Wish(String owner, String name, SortedSet<Grant> scopes, Duration life) {}

    /// A token that was made, with its text: nobody sees it again.
    public record Made(String secret, TokenView token) {}

    /// Who asks.
    public SelfView self(Visitor visitor) {
        Directory all = people.directory();
        if (visitor.owner()) {
            List<String> everything = List.of(Grant.ALL.toString());
            return new SelfView(visitor.person(), "", everything, List.of(), 0);
        }
        ApiToken token = all.token(visitor.token()).orElseThrow(() -> new NotKnown(visitor));
        TokenView shown = TokenView.of(token, people.now());
        List<String> roles =
                all.person(token.owner()).stream()
                        .flatMap(person -> person.grants().stream())
                        .map(Grant::toString)
                        .toList();
        return new SelfView(
                visitor.person(), token.name(), roles, shown.scopes(), token.expiresAt());
    }

    /// His own; of everybody for who administers people. The newest first.
    public List<TokenView> list(Visitor visitor) {
        boolean all = people.allows(visitor, ADMINISTERS);
        long now = people.now();
        return people.directory().tokens().values().stream()
                .filter(token -> all || token.owner().equals(visitor.person()))
                .sorted(Comparator.comparingLong(ApiToken::madeAt).reversed())
                .map(token -> TokenView.of(token, now))
                .toList();
    }

    /// Makes one.
    public Made make(Visitor by, Wish wish, String reason) {
        String owner = wish.owner().isEmpty() ? by.person() : wish.owner();
        boolean own = owner.equals(by.person()) && !by.owner();
        requireForm(wish, owner);
        Secret secret = Secret.random();
        people.change(
                by,
                own ? List.of() : ADMINISTERS,
                all -> {
                    requireOwner(all, owner);
                    requireNew(all, owner, wish.name());
                    Optional<ApiToken> parent = own ? all.token(by.token()) : Optional.empty();
                    ApiToken token = token(secret, owner, wish, parent, by, people.now());
                    requireNoWider(all, token, parent);
                    return new Change(
                            List.of(),
                            List.of(token),
                            List.of(),
                            deed(by, "token-created", token, reason));
                });
        ApiToken made = people.directory().token(secret.id()).orElseThrow();
        return new Made(secret.text(), TokenView.of(made, people.now()));
    }

    private static ApiToken token(
            Secret secret,
            String owner,
            Wish wish,
            Optional<ApiToken> parent,
            Visitor by,
            long now) {
        long wanted = now + wish.life().toMillis();
        return new ApiToken(
                secret.id(),
                owner,
                wish.name(),
                secret.hash(),
                secret.readerHash(),
                // Whoever says nothing wants what he has, not more.
                wish.scopes().isEmpty()
                        ? parent.map(ApiToken::scopes).orElseGet(TreeSet::new)
                        : wish.scopes(),
                parent.map(ApiToken::id).orElse(""),
                by.actor().subject(),
                now,
                parent.map(one -> Math.min(one.expiresAt(), wanted)).orElse(wanted),
                0);
    }

    private static void requireForm(Wish wish, String owner) {
        if (!Person.canBeCalled(wish.name())) {
            throw new Denied(
                    No.problem(
                            "people/name",
                            "token `" + wish.name() + "` of `" + owner + "`",
                            "a name is 1 to 63 small letters, digits, dots, hyphens or underscores,"
                                    + " a letter first",
                            ""));
        }
        if (wish.life().compareTo(LIFE_MAX) > 0 || wish.life().toSeconds() < 1) {
            throw new Denied(
                    No.problem(
                            "people/lifetime",
                            "token `" + wish.name() + "` of `" + owner + "`",
                            "a token lives for 1 second to " + LIFE_MAX.toDays() + " days",
                            "make another before it expires"));
        }
    }

    private void requireOwner(Directory all, String owner) {
        if (owner.equals(people.owner().person())) {
            throw Denied.refusal(
                    "`" + owner + "` owns the state folder, and has its file",
                    "for a machine add a user, and make a token with `--for`");
        }
        Person person =
                all.person(owner)
                        .orElseThrow(() ->
                                Denied.unknown(
                                        "people/unknown-user",
                                        "user",
                                        owner,
                                        "there is nobody of that name",
                                        "`belay user list` names everybody"));
        if (person.state() != Person.State.ACTIVE) {
            throw Denied.refusal(
                    "`" + owner + "` may do nothing at present",
                    "`belay user enable " + owner + "` lets him be again");
        }
    }

    private void requireNew(Directory all, String owner, String name) {
        List<ApiToken> his = all.tokensOf(owner);
        if (his.stream().anyMatch(token -> token.name().equals(name))) {
            throw new Denied(
                    No.problem(
                            "people/name-taken",
                            "token `" + name + "` of `" + owner + "`",
                            "there is, or was, one called so",
                            "choose another name: what was done with it stays with it"));
        }
        long living = his.stream().filter(token -> token.lives(people.now())).count();
        if (living >= OF_ONE_MAX) {
            throw Denied.refusal(
                    "`" + owner + "` has " + living + " tokens already",
                    "`belay token revoke` ends one; those that expired do not count");
        }
    }

    private static void requireNoWider(Directory all, ApiToken token, Optional<ApiToken> parent) {
        if (parent.isEmpty()) {
            return;
        }
        Powers has = all.powers(parent.get(), token.madeAt());
        for (Grant scope : token.scopes()) {
            if (!has.covers(scope)) {
                throw new Denied(
                        No.problem(
                                "people/wider-scope",
                                "scope `" + scope + "`",
                                "it allows more than the token that is used",
                                "ask for less, or use a token that may"));
            }
        }
    }

    /// Takes one away, and all that were made with it.
    ///
    /// @param named its id, or its owner's name for it
    /// @return what was taken away
    public List<TokenView> revoke(Visitor by, String named, String reason) {
        ApiToken token = find(by, named);
        boolean own = token.owner().equals(by.person());
        people.change(
                by,
                own ? List.of() : ADMINISTERS,
                all -> {
                    long now = people.now();
                    List<ApiToken> ended =
                            all.family(all.token(token.id()).orElseThrow()).stream()
                                    .filter(one -> one.revokedAt() == 0)
                                    .map(one -> one.revoked(now))
                                    .toList();
                    return new Change(
                            List.of(), List.of(), ended, deed(by, "token-revoked", token, reason));
                });
        Directory all = people.directory();
        long now = people.now();
        return all.family(token).stream()
                .map(one -> TokenView.of(all.token(one.id()).orElse(one), now))
                .toList();
    }

    /// Among those that he may see; others are as if there were none.
    private ApiToken find(Visitor by, String named) {
        boolean all = people.allows(by, ADMINISTERS);
        List<ApiToken> fitting =
                people.directory().tokens().values().stream()
                        .filter(token -> all || token.owner().equals(by.person()))
                        .filter(token ->
                                token.id().equals(named)
                                        || (token.owner().equals(by.person())
                                                && token.name().equals(named)))
                        .toList();
        if (fitting.size() != 1) {
            throw Denied.unknown(
                    "people/unknown-token",
                    "token",
                    named,
                    "there is no such token",
                    "`belay token list` shows their ids");
        }
        return fitting.getFirst();
    }

    private static Deed deed(Visitor by, String what, ApiToken token, String reason) {
        var of = new TreeMap<String, String>();
        of.put("token", token.id());
        of.put("name", token.name());
        of.put("user", token.owner());
        of.put("expires", Instant.ofEpochMilli(token.expiresAt()).toString());
        if (!token.scopes().isEmpty()) {
            of.put(
                    "scopes",
                    token.scopes().stream().map(Grant::toString).collect(Collectors.joining(" ")));
        }
        if (!reason.isBlank()) {
            of.put("reason", reason);
        }
        return new Deed(by.actor().subject(), what, Map.copyOf(of));
    }
}
