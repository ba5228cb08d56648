package dev.belay.gateway;

import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Set;

/// Names of headers that become another header where `_` and `-` are one: CGI, WSGI and Rack make
/// `HTTP_X_FORWARDED_FOR` of `X-Forwarded-For` and of `X_Forwarded_For`. A client could thereby say
/// beside us what only we may say.
final class LookalikeNames {
    /// What decides where a message ends, who sent it, and what stays between two neighbours.
    private static final Set<String> OURS =
            Set.of(
                    "content-length",
                    "transfer-encoding",
                    "proxy-authorization",
                    "proxy-connection",
                    "keep-alive",
                    "x-forwarded-for",
                    "x-forwarded-proto",
                    "x-forwarded-host");

    private LookalikeNames() {}

    static boolean has(AsciiString name) {
        return name.indexOf('_', 0) >= 0
                && OURS.contains(name.toString().replace('_', '-').toLowerCase(Locale.ROOT));
    }
}
