package dev.belay.server.api;

import dev.belay.release.people.Action;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Right;
import dev.belay.server.access.Access;
import dev.belay.server.access.Need;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Puts before every handler what its endpoint needs: the one place where it is asked for.
final class GuardedRoutes implements Routes {
    private final RoutesConfig routes;
    private final Access access;

    GuardedRoutes(RoutesConfig routes, Access access) {
        this.routes = routes;
        this.access = access;
    }

    @Override
    public void add(String method, String path, Handler handler) {
        Need need = access.of(method + " " + path);
        Handler guarded =
                ctx -> {
                    demand(ctx, need);
                    handler.handle(ctx);
                };
        switch (method) {
            case "GET" -> routes.get(path, guarded);
            case "POST" -> routes.post(path, guarded);
            case "PUT" -> routes.put(path, guarded);
            default -> throw new IllegalStateException(method + " is served nowhere else");
        }
    }

    private static void demand(Context ctx, Need need) {
        switch (need.where()) {
            case PUBLIC -> {}
            case SELF -> Visit.of(ctx).demand(List.of());
            case EVERYWHERE -> demand(ctx, need, Grant.EVERYWHERE);
            case SOMEWHERE -> Visit.of(ctx).demandSomewhere(need.action());
            case PATH -> demand(ctx, need, ctx.pathParam("env"));
            case PAIR -> {
                demand(ctx, need, ctx.pathParam("env"));
                String other = Query.text(ctx, "with");
                if (!other.isEmpty()) {
                    demand(ctx, need, other);
                }
            }
            case RELEASE -> demand(ctx, need, environmentOf(ctx.pathParam("id")));
            case BODY -> demand(ctx, need, named(Wire.json(ctx)));
            case QUERY -> {
                String environment = Query.text(ctx, "environment");
                if (environment.isEmpty()) {
                    Visit.of(ctx).demandSomewhere(need.action());
                } else {
                    demand(ctx, need, environment);
                }
            }
        }
    }

    private static void demand(Context ctx, Need need, String where) {
        var rights = new ArrayList<Right>();
        rights.add(new Right(need.action(), where));
        for (Need.Also also : need.also()) {
            if (says(Wire.json(ctx), also)) {
                rights.add(new Right(also.action(), where));
            }
        }
        Visit.of(ctx).demand(rights);
    }

    /// What is no release's id is in no environment: whoever may look everywhere learns that there
    /// is none, and nobody else does.
    static String environmentOf(String release) {
        int dash = release.lastIndexOf('-');
        return dash < 0 ? Grant.EVERYWHERE : release.substring(0, dash);
    }

    /// What names none may mean all of them.
    private static String named(JsonNode body) {
        JsonNode environment = body.path("environment");
        return environment.isString() && !environment.stringValue().isBlank()
                ? environment.stringValue()
                : Grant.EVERYWHERE;
    }

    /// In doubt it does: whoever sends something strange needs the right to it, too.
    private static boolean says(JsonNode body, Need.Also also) {
        JsonNode node = body.path(also.field());
        if (node.isMissingNode() || node.isNull()) {
            return false;
        }
        return switch (also.value()) {
            case "" -> !(node.isArray() && node.isEmpty());
            case "true" -> !(node.isBoolean() && !node.booleanValue());
            default ->
                    node.isArray()
                            ? node.valueStream().anyMatch(one -> is(one, also.value()))
                            : is(node, also.value());
        };
    }

    /// A word counts as its plural, as it does where phases are named; one that ends with a colon
    /// is for whatever begins with it.
    private static boolean is(JsonNode node, String value) {
        if (!node.isString()) {
            return true;
        }
        String word = node.stringValue().strip();
        return word.equalsIgnoreCase(value)
                || (word + "s").equalsIgnoreCase(value)
                || (value.endsWith(":") && word.regionMatches(true, 0, value, 0, value.length()));
    }

    /// What somebody may do about it who may not.
    static String wayOut(String person, List<Right> needed) {
        var actions = new ArrayList<Action>();
        needed.forEach(right -> actions.add(right.action()));
        String where = needed.getFirst().where();
        String role = dev.belay.release.people.Role.sufficing(actions);
        String least = role.split(",", 2)[0];
        String grant = where.equals(Grant.EVERYWHERE) ? least : least + "@" + where;
        return "enough is one of: "
                + role
                + "; who administers people gives it with `belay user grant "
                + person
                + " --role "
                + grant
                + "`, unless the token is narrowed (`belay whoami`)";
    }
}
