package dev.belay.gateway.trace;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What vendors add to a trace, as `tracestate` says it. The gateway adds nothing of its own.
final class TraceState {
    private static final int MEMBERS_MAX = 32;
    private static final String SIMPLE = "[a-z0-9][a-z0-9_*/-]{0,255}";
    private static final String OF_TENANT = "[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}";
    private static final Pattern KEY = Pattern.compile(SIMPLE + "|" + OF_TENANT);

    /// Visible ASCII and inner blanks, without comma and `=`.
    private static final Pattern VALUE = Pattern.compile("[ !-+\\--<>-~]{0,255}[!-+\\--<>-~]");

    private TraceState() {}

    /// Whether all headers together are a list as the recommendation wants it.
    static boolean valid(List<String> headers) {
        Set<String> keys = new HashSet<>();
        for (String header : headers) {
            for (String member : header.split(",", -1)) {
                String trimmed = member.strip();
                // Empty members are allowed, so that lists can be joined without thought.
                if (!trimmed.isEmpty() && !member(trimmed, keys)) {
                    return false;
                }
            }
        }
        return keys.size() <= MEMBERS_MAX;
    }

    private static boolean member(String member, Set<String> keys) {
        int equals = member.indexOf('=');
        return equals > 0
                && KEY.matcher(member.substring(0, equals)).matches()
                && VALUE.matcher(member.substring(equals + 1)).matches()
                && keys.add(member.substring(0, equals));
    }
}
