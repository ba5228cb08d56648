package dev.belay.server.api;

import dev.belay.problem.Nearest;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Role;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.Platform;
import dev.belay.server.people.People;
import dev.belay.server.people.PersonView;
import dev.belay.server.people.Registrar;
import dev.belay.server.people.SelfView;
import dev.belay.server.people.TokenDesk;
import dev.belay.server.people.TokenView;
import dev.belay.server.people.Visitor;
import dev.belay.server.text.PeopleText;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/// People, their roles, and their tokens.
final class PeopleRoutes {
    private final People people;
    private final Registrar registrar;
    private final TokenDesk desk;
    private final Platform platform;

    PeopleRoutes(People people, Platform platform) {
        this.people = people;
        this.registrar = new Registrar(people);
        this.desk = new TokenDesk(people);
        this.platform = platform;
    }

    void register(Routes routes) {
        routes.get("/api/v1/whoami", this::self);
        routes.get("/api/v1/users", this::list);
        routes.post("/api/v1/users", this::add);
        routes.post(
                "/api/v1/users/{name}/grants", ctx -> roles(ctx, this::grants, registrar::grant));
        routes.post(
                "/api/v1/users/{name}/revocations",
                ctx -> roles(ctx, PeopleRoutes::named, registrar::revoke));
        routes.post("/api/v1/users/{name}/disable", ctx -> state(ctx, registrar::disable));
        routes.post("/api/v1/users/{name}/enable", ctx -> state(ctx, registrar::enable));
        routes.post("/api/v1/users/{name}/remove", ctx -> state(ctx, registrar::remove));
        routes.get("/api/v1/tokens", this::tokens);
        routes.post("/api/v1/tokens", this::make);
        routes.post("/api/v1/tokens/{token}/revoke", this::revoke);
    }

    private void self(Context ctx) {
        SelfView self = desk.self(visitor(ctx));
        if (Query.wantsText(ctx)) {
            text(ctx, PeopleText.self(self, people.now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, self);
        }
    }

    private void list(Context ctx) {
        List<PersonView> all = registrar.list();
        if (Query.wantsText(ctx)) {
            text(ctx, PeopleText.people(all, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("users", all));
        }
    }

    private record NewPerson(String name, SortedSet<Grant> roles, String reason) {}

    private void add(Context ctx) {
        NewPerson body =
                Wire.read(
                        ctx,
                        fields ->
                                new NewPerson(
                                        fields.required("name"),
                                        grants(fields, "roles"),
                                        fields.text("reason")));
        ctx.status(HttpStatus.CREATED);
        answer(ctx, registrar.add(visitor(ctx), body.name(), body.roles(), body.reason()));
    }

    private interface RoleChange {
        PersonView make(Visitor by, String name, Collection<Grant> roles, String reason);
    }

    private record Roles(SortedSet<Grant> roles, String reason) {}

    private interface RoleReader {
        SortedSet<Grant> read(Fields fields, String field);
    }

    private void roles(Context ctx, RoleReader reader, RoleChange change) {
        Roles body =
                Wire.read(
                        ctx,
                        fields -> {
                            SortedSet<Grant> roles = reader.read(fields, "roles");
                            if (roles.isEmpty()) {
                                fields.wrong(
                                        "request/missing-field",
                                        "roles",
                                        "no role is named",
                                        "say it with `--role`");
                            }
                            return new Roles(roles, fields.required("reason"));
                        });
        answer(ctx, change.make(visitor(ctx), name(ctx), body.roles(), body.reason()));
    }

    private interface StateChange {
        PersonView make(Visitor by, String name, String reason);
    }

    private void state(Context ctx, StateChange change) {
        String reason = Wire.read(ctx, fields -> fields.required("reason"));
        answer(ctx, change.make(visitor(ctx), name(ctx), reason));
    }

    private void tokens(Context ctx) {
        answer(ctx, desk.list(visitor(ctx)));
    }

    private record NewToken(TokenDesk.Wish wish, String reason) {}

    private void make(Context ctx) {
        NewToken body = Wire.read(ctx, this::newToken);
        TokenDesk.Made made = desk.make(visitor(ctx), body.wish(), body.reason());
        ctx.status(HttpStatus.CREATED);
        if (Query.wantsText(ctx)) {
            text(ctx, PeopleText.made(made, people.now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, made);
        }
    }

    private NewToken newToken(Fields fields) {
        int most = (int) TokenDesk.LIFE_MAX.toSeconds();
        int usual = (int) TokenDesk.LIFE.toSeconds();
        return new NewToken(
                new TokenDesk.Wish(
                        fields.text("user"),
                        fields.required("name"),
                        grants(fields, "scopes"),
                        Duration.ofSeconds(fields.number("expiresSeconds", usual, 1, most))),
                fields.text("reason"));
    }

    private void revoke(Context ctx) {
        String reason = Wire.read(ctx, fields -> fields.required("reason"));
        String token = Objects.requireNonNull(ctx.pathParam("token"));
        answer(ctx, desk.revoke(visitor(ctx), token, reason));
    }

    /// Roles as they are written. Nothing is asked of the manifest: a role in an environment that
    /// is gone can be taken away, also while the manifest is broken.
    private static SortedSet<Grant> named(Fields fields, String field) {
        var grants = new TreeSet<Grant>();
        for (String text : fields.texts(field)) {
            Grant.parse(text)
                    .ifPresentOrElse(
                            grants::add,
                            () ->
                                    fields.wrong(
                                            "people/unknown-role",
                                            field,
                                            "`" + text + "` is no role",
                                            hint(text)));
        }
        return grants;
    }

    /// Roles, each everywhere or in one environment that there is: a role in a mistyped one would
    /// look as if it allowed something.
    private SortedSet<Grant> grants(Fields fields, String field) {
        SortedSet<Grant> grants = named(fields, field);
        for (Grant grant : grants) {
            String where = grant.environment();
            if (!where.equals(Grant.EVERYWHERE)) {
                List<String> known = platform.manifest().environments();
                if (!known.contains(where)) {
                    fields.wrong(
                            "people/unknown-environment",
                            field,
                            "there is no environment `" + where + "`",
                            Nearest.hint(where, known));
                }
            }
        }
        return grants;
    }

    private static String hint(String text) {
        String near = Nearest.hint(text.split("@", 2)[0], Role.words());
        return "write a role, or `ROLE@ENV`; " + near;
    }

    private static Visitor visitor(Context ctx) {
        return Visit.of(ctx).visitor();
    }

    private static String name(Context ctx) {
        return ctx.pathParam("name");
    }

    private static void answer(Context ctx, PersonView person) {
        if (Query.wantsText(ctx)) {
            text(ctx, PeopleText.people(List.of(person), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, person);
        }
    }

    private void answer(Context ctx, List<TokenView> tokens) {
        if (Query.wantsText(ctx)) {
            text(ctx, PeopleText.tokens(tokens, people.now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("tokens", tokens));
        }
    }

    private static void text(Context ctx, String text) {
        ctx.contentType("text/plain; charset=utf-8").result(text);
    }
}
