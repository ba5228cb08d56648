package dev.belay.driver.vault;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.PrivateFile;
import dev.belay.driver.secrets.StoreTalk;
import dev.belay.release.Credential;
import dev.belay.release.SecretStore;
import dev.belay.release.SecretStore.Vault.Login;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A token and how it is come by, kept and given back.
///
/// ```
/// none ── login, or the given one ──► valid ── two thirds of its time ──► renewed
///   ▲                                   │                                   │
///   └──────────── over, or 403 ◄────────┴───────── cannot be renewed ◄──────┘
/// ```
final class VaultSession {
    private static final Logger LOG = LoggerFactory.getLogger(VaultSession.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final SecretStore.Vault store;
    private final StoreTalk talk;
    private final Keys keys;
    private final InstantSource clock;
    private @Nullable Token token;

    VaultSession(SecretStore.Vault store, StoreTalk talk, Keys keys, InstantSource clock) {
        this.store = store;
        this.talk = talk;
        this.keys = keys;
        this.clock = clock;
    }

    /// @param lease how long it is good for from `since`; zero is for ever
    private record Token(
            Secret secret, Duration lease, Instant since, boolean renewable, boolean ours) {
        boolean isOver(Instant now) {
            return !lease.isZero() && !now.isBefore(since.plus(lease));
        }

        /// Late enough not to be asked for all the time, and early enough to be tried again.
        boolean isDue(Instant now) {
            return !lease.isZero() && !now.isBefore(since.plus(lease.multipliedBy(2).dividedBy(3)));
        }
    }

    /// Asks with a token that is valid. One that Vault took back meanwhile is replaced, once.
    StoreTalk.Answer get(String path) {
        Token now = valid();
        StoreTalk.Answer answer = talk.send(as(now, path).GET().build());
        if (answer.status() == 403 && now.ours() && !isKnown(now)) {
            token = null;
            answer = talk.send(as(valid(), path).GET().build());
        }
        return answer;
    }

    /// Whether it is the policy that says no, and not the end of the token.
    private boolean isKnown(Token one) {
        return talk.send(as(one, "/v1/auth/token/lookup-self").GET().build()).status() == 200;
    }

    /// Renews what is due; what cannot be renewed is replaced when it is needed.
    void tend() {
        Token now = token;
        Instant instant = clock.instant();
        if (now != null && now.isOver(instant)) {
            token = null;
        } else if (now != null && now.renewable() && now.isDue(instant)) {
            token = renewed(now);
        }
    }

    private Token valid() {
        Token now = token;
        Instant instant = clock.instant();
        if (now != null && now.isDue(instant) && now.renewable() && !now.isOver(instant)) {
            now = renewed(now);
        }
        if (now == null || now.isOver(instant)) {
            now = opened();
        }
        token = now;
        return now;
    }

    /// The same for longer, or as it was: Vault may be away until its end.
    private @Nullable Token renewed(Token now) {
        Instant asked = clock.instant();
        try {
            StoreTalk.Answer answer =
                    talk.send(as(now, "/v1/auth/token/renew-self").POST(json(Map.of())).build());
            JsonNode auth = answer.body().path("auth");
            if (answer.status() == 200 && auth.has("lease_duration")) {
                var lease = Duration.ofSeconds(auth.path("lease_duration").asLong());
                boolean more = auth.path("renewable").asBoolean(false);
                // At its longest life every renewal gives less: another login gives more.
                boolean worn = now.ours() && lease.compareTo(now.lease().dividedBy(2)) < 0;
                return worn ? null : new Token(now.secret(), lease, asked, more, now.ours());
            }
            return answer.status() == 403 || answer.status() == 400 ? null : now;
        } catch (SecretFailure away) {
            return now;
        }
    }

    private Token opened() {
        return switch (store.login()) {
            case Login.Token(Credential given) -> given(keys.of(given));
            case Login.AppRole role -> {
                var body = new LinkedHashMap<String, String>();
                body.put("role_id", role.roleId());
                if (role.secretId() != null) {
                    keys.of(role.secretId()).use(id -> body.put("secret_id", id));
                }
                yield login(role.mount(), body, "the AppRole's `role-id` or `secret-id`");
            }
            case Login.Kubernetes account -> {
                var body = new LinkedHashMap<String, String>();
                body.put("role", account.role());
                jwt(account.jwt()).use(jwt -> body.put("jwt", jwt));
                yield login(
                        account.mount(),
                        body,
                        "the role `%s`, or its account".formatted(account.role()));
            }
        };
    }

    /// Mounted by Kubernetes, which sees to its mode.
    private Secret jwt(Credential where) {
        if (!(where instanceof Credential.File(String path))) {
            return keys.of(where);
        }
        var jwt = new Secret(PrivateFile.readShared(Path.of(path)).text().strip());
        keys.learnt().accept(jwt);
        return jwt;
    }

    /// How long a token that somebody made is good for, Vault itself knows.
    private Token given(Secret secret) {
        Instant asked = clock.instant();
        var unknown = new Token(secret, Duration.ZERO, asked, false, false);
        StoreTalk.Answer answer =
                talk.send(as(unknown, "/v1/auth/token/lookup-self").GET().build());
        if (answer.status() == 403) {
            throw SecretFailure.refused(
                    "Vault does not know the token, or it has ended",
                    "make another: `vault token create`, and put it where `auth` says");
        }
        if (answer.status() != 200) {
            throw VaultFailures.of(answer);
        }
        JsonNode data = answer.body().path("data");
        return new Token(
                secret,
                Duration.ofSeconds(data.path("ttl").asLong(0)),
                asked,
                data.path("renewable").asBoolean(false),
                false);
    }

    private Token login(String mount, Map<String, String> body, String what) {
        Instant asked = clock.instant();
        StoreTalk.Answer answer =
                talk.send(
                        plain("/v1/auth/" + VaultReader.escaped(mount) + "/login")
                                .POST(json(body))
                                .build());
        if (answer.status() == 404 || VaultFailures.says(answer, "no handler for route")) {
            throw SecretFailure.refused(
                    "Vault has no way to log in at `auth/" + mount + "`",
                    "mend `mount` of `auth`; `vault auth list` shows what there is");
        }
        if (answer.status() == 400 || answer.status() == 403) {
            throw SecretFailure.refused(
                    "Vault does not log Belay in: it does not accept " + what,
                    "make another, or mend the role in Vault");
        }
        JsonNode auth = answer.body().path("auth");
        String client = auth.path("client_token").asString("");
        if (answer.status() != 200 || client.isEmpty()) {
            throw VaultFailures.of(answer);
        }
        var secret = new Secret(client);
        keys.learnt().accept(secret);
        return new Token(
                secret,
                Duration.ofSeconds(auth.path("lease_duration").asLong(0)),
                asked,
                auth.path("renewable").asBoolean(false),
                true);
    }

    /// A token that we made ends with us; one that was given is somebody's.
    void close() {
        Token last = token;
        token = null;
        try {
            if (last != null && last.ours() && !last.isOver(clock.instant())) {
                talk.send(as(last, "/v1/auth/token/revoke-self").POST(json(Map.of())).build());
            }
        } catch (SecretFailure away) {
            LOG.info("a token was not given back to Vault, and ends by itself");
        } finally {
            talk.close();
        }
    }

    private HttpRequest.Builder as(Token one, String path) {
        try {
            return one.secret().use(text -> plain(path).header("X-Vault-Token", text));
        } catch (IllegalArgumentException e) {
            // Its words would repeat the token.
            throw SecretFailure.refused(
                    "the token holds characters that no token has",
                    "put the token alone where `auth` says, in one line");
        }
    }

    private HttpRequest.Builder plain(String path) {
        HttpRequest.Builder request = talk.request(path).header("X-Vault-Request", "true");
        return store.namespace().isEmpty()
                ? request
                : request.header("X-Vault-Namespace", store.namespace());
    }

    private static HttpRequest.BodyPublisher json(Map<String, String> body) {
        return HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    }
}
