package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Somebody who is to stay with a revision. A cookie holds a number that was drawn, and says
/// nothing else; which revision that is follows from the number and the weights, so that nothing
/// has to be remembered: not across tables, restarts or gateways.
///
/// Each revision has a lot for each visitor, and the highest, by weight, wins (weighted rendezvous
/// hashing): each gets its share, and a weight that is raised moves only visitors who come to it.
///
/// @param number what the cookie says
/// @param cookie for a visitor who has none yet; else `""`
record Visit(long number, String cookie) {
    static final String NAME = "belay-visitor";

    private static final int BYTES = 16;
    private static final String PREFIX = NAME + "=";
    private static final Pattern VALUE = Pattern.compile("([A-Za-z0-9_-]{22})[ \\t]*");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final double STEP = 0x1.0p-53;

    /// Who sent the request: by its cookie, or somebody new.
    static Visit of(HttpRequest request) {
        for (String cookies : request.headers().getAll(HttpHeaderNames.COOKIE)) {
            String value = value(cookies);
            if (value != null) {
                return new Visit(hash(value), "");
            }
        }
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        String value = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new Visit(hash(value), value);
    }

    /// The first value that can be one of ours: what else has that name is somebody else's, or was
    /// cut, and is no visitor. Looks at the text where it is, as all cookies of a site may be long.
    private static @Nullable String value(String cookies) {
        int at = 0;
        while (at < cookies.length()) {
            int end = cookies.indexOf(';', at);
            end = end < 0 ? cookies.length() : end;
            while (at < end && (cookies.charAt(at) == ' ' || cookies.charAt(at) == '\t')) {
                at++;
            }
            if (cookies.startsWith(PREFIX, at)) {
                Matcher value = VALUE.matcher(cookies).region(at + PREFIX.length(), end);
                if (value.matches()) {
                    return value.group(1);
                }
            }
            at = end + 1;
        }
        return null;
    }

    /// Gives a new visitor the cookie, unless the answer is for everybody: a cache between would
    /// make one visitor of all.
    ///
    /// @param secure whether the request came through TLS: then the cookie goes no other way
    void tell(HttpResponse response, boolean secure) {
        if (cookie.isEmpty() || shared(response)) {
            return;
        }
        String way = secure ? "; Secure" : "";
        String attributes = "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax" + way;
        response.headers().add(HttpHeaderNames.SET_COOKIE, PREFIX + cookie + attributes);
    }

    private static boolean shared(HttpResponse response) {
        for (String caching : response.headers().getAll(HttpHeaderNames.CACHE_CONTROL)) {
            String words = caching.toLowerCase(Locale.ROOT);
            if (words.contains("public") || words.contains("s-maxage")) {
                return true;
            }
        }
        return false;
    }

    /// The lot of a revision with that hash: the highest wins.
    double lot(long revision, int weight) {
        return -weight / Math.log(drawn(revision));
    }

    /// From 0 to 1, always the same for the same hash, and of no kin to the lot.
    double luck(long hash) {
        return drawn(~hash);
    }

    private double drawn(long hash) {
        return ((mixed(number ^ hash) >>> 11) + 0.5) * STEP;
    }

    /// FNV-1a, well mixed.
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
        }
        return mixed(hash);
    }

    /// Stafford's thirteenth: every bit of the input decides about every bit of the output.
    private static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
