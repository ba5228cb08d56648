package dev.belay.server.api;

import dev.belay.server.access.Visit;
import dev.belay.server.people.People;
import dev.belay.server.people.Recognition;
import dev.belay.server.people.Visitor;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/// Stands before every route, and before paths that are no route: whoever has no token learns
/// nothing but that the server lives. What somebody known may do is [GuardedRoutes]' matter.
///
/// - The host must be this one by number or `localhost`: a name that an attacker points here (DNS
///   rebinding) is refused.
/// - A browser's page of another origin is refused, whatever it shows.
/// - Changing anything takes a token in `Authorization`, which no form and no link can send, and
///   JSON. The status page's cookie only opens what can be read.
/// - A path with anything in it that could be read in two ways leads nowhere.
final class Guard implements Handler {
    private static final Pattern PLAIN_PATH = Pattern.compile("/|(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");
    private static final Set<String> NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final String BEARER = "Bearer ";
    private static final long PAUSE_SECONDS = 60;

    private final People people;
    private final IntSupplier port;

    Guard(People people, IntSupplier port) {
        this.people = people;
        this.port = port;
    }

    @Override
    public void handle(Context ctx) {
        requireOwnHost(ctx);
        requireOwnOrigin(ctx);
        String method = ctx.req().getMethod();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        String path = ctx.req().getRequestURI();
        if (reads && path.equals("/healthz")) {
            return;
        }
        if (reads && path.equals("/") && ctx.queryParam("token") != null) {
            signIn(ctx);
            return;
        }
        new Visit(people, known(ctx, shown(ctx, reads))).enter(ctx);
        if (!PLAIN_PATH.matcher(path).matches()) {
            throw new Rejected(HttpStatus.NOT_FOUND, "there is nothing at this address", "");
        }
        if (!reads) {
            requireJson(ctx);
        }
    }

    private void requireOwnHost(Context ctx) {
        String host = ctx.header("Host");
        if (host == null || !isOwn(host)) {
            throw new Rejected(
                    HttpStatus.FORBIDDEN,
                    "the request is for another host",
                    "ask for `127.0.0.1`, not for a name");
        }
    }

    private void requireOwnOrigin(Context ctx) {
        String origin = ctx.header("Origin");
        boolean foreign =
                origin != null
                        && !(origin.startsWith("http://")
                                && isOwn(origin.substring("http://".length())));
        String site = ctx.header("Sec-Fetch-Site");
        boolean brought = site != null && !site.equals("same-origin") && !site.equals("none");
        // A link to the page itself may be followed from anywhere: it shows nothing to its sender.
        boolean link = "navigate".equals(ctx.header("Sec-Fetch-Mode")) && origin == null;
        if (foreign || (brought && !link)) {
            throw new Rejected(
                    HttpStatus.FORBIDDEN, "the request comes from a page of another origin", "");
        }
    }

    private boolean isOwn(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return colon > 0
                && hostAndPort.substring(colon + 1).equals(Integer.toString(port.getAsInt()))
                && NAMES.contains(hostAndPort.substring(0, colon));
    }

    /// What the request shows to be let in. A header that is there counts, and no cookie beside it.
    private Recognition shown(Context ctx, boolean reads) {
        String header = ctx.header("Authorization");
        if (header != null) {
            return header.startsWith(BEARER)
                    ? people.recognise(header.substring(BEARER.length()))
                    : new Recognition.Unknown();
        }
        String cookie = ctx.cookie(cookieName());
        return reads && cookie != null ? people.recogniseReader(cookie) : new Recognition.Unknown();
    }

    private static Visitor known(Context ctx, Recognition recognition) {
        return switch (recognition) {
            case Recognition.Known(Visitor visitor) -> visitor;
            case Recognition.Unknown _ ->
                    throw unauthorized(
                            ctx,
                            "the request carries no valid token",
                            "send `Authorization: Bearer` with the content of `.belay/token`, or"
                                    + " with a token of `belay token create`");
            case Recognition.Expired(String name) ->
                    throw unauthorized(
                            ctx,
                            "the token `" + name + "` has expired",
                            "make another with `belay token create`, or ask who administers people");
            case Recognition.TooMany _ -> {
                ctx.header("Retry-After", Long.toString(PAUSE_SECONDS));
                throw new Rejected(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "too many wrong tokens came",
                        "wait for a minute");
            }
        };
    }

    private static Rejected unauthorized(Context ctx, String reason, String wayOut) {
        ctx.header("WWW-Authenticate", "Bearer realm=\"belay\"");
        return new Rejected(HttpStatus.UNAUTHORIZED, reason, wayOut);
    }

    /// Turns the token of the first link into a cookie, and leaves the address without it.
    private void signIn(Context ctx) {
        String shown = ctx.queryParam("token");
        if (shown == null || !(people.recognise(shown) instanceof Recognition.Known)) {
            throw new Rejected(
                    HttpStatus.UNAUTHORIZED,
                    "the link carries no valid token",
                    "ask for a new one");
        }
        var cookie = new Cookie(cookieName(), people.cookie(shown));
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        cookie.setSameSite(SameSite.STRICT);
        ctx.cookie(cookie);
        ctx.redirect("/", HttpStatus.SEE_OTHER);
        ctx.skipRemainingHandlers();
    }

    /// Cookies are shared by all ports of a host; the name keeps two control planes apart.
    private String cookieName() {
        return "belay-" + port.getAsInt();
    }

    private static void requireJson(Context ctx) {
        String type = ctx.contentType();
        String plain = type == null ? "" : type.split(";", 2)[0].strip();
        if (!plain.equalsIgnoreCase("application/json")) {
            throw new Rejected(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "the request's body is not JSON",
                    "send `Content-Type: application/json`");
        }
    }
}
