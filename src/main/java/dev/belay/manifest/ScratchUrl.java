package dev.belay.manifest;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The address of a scratch server, so far as it can be read: some of it may be variables.
///
/// @param text as it is written, or with its values
record ScratchUrl(String text) {
    private static final Pattern AUTHORITY = Pattern.compile("^[a-z]+://([^/?#]*)");
    private static final Pattern SSLMODE = Pattern.compile("[?&]sslmode=([^&#]*)");
    private static final String VARIABLE = "${";

    /// Those that are known.
    List<String> hosts() {
        Matcher found = AUTHORITY.matcher(text);
        if (!found.find()) {
            return List.of();
        }
        String authority = found.group(1);
        return Arrays.stream(authority.substring(authority.lastIndexOf('@') + 1).split(",", -1))
                .map(ScratchUrl::withoutPort)
                .filter(host -> !host.isEmpty() && !host.contains(VARIABLE))
                .toList();
    }

    private static String withoutPort(String host) {
        return host.startsWith("[")
                ? host.substring(1).replaceFirst("].*", "")
                : host.replaceFirst(":[^:}]*$", "");
    }

    /// Empty for none; what would do where only a variable knows it.
    String sslmode() {
        int query = text.indexOf('?');
        Matcher found = SSLMODE.matcher(text);
        if (found.find()) {
            return found.group(1).contains(VARIABLE) ? "verify-full" : found.group(1);
        }
        return text.substring(Math.max(query, 0)).contains(VARIABLE) ? "verify-full" : "";
    }
}
