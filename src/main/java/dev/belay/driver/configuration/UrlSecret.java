package dev.belay.driver.configuration;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is secret within an address: its password, a user's name that is a token, and what its
/// query signs or opens with. Nobody declares `DATABASE_URL` secret, and all of them hold one.
final class UrlSecret {
    private static final int CHOSEN = 8;

    /// A name alone that is as long as this is a token.
    private static final int TOKEN = 20;

    /// As signed addresses of Azure, AWS and Google, and drivers of databases, call it.
    private static final Pattern PARAMETER =
            Pattern.compile(
                    "(?i)[?&;](?:[a-z0-9_.-]*(?:token|secret|password|passwd|signature|credential)"
                            + "|sig|pwd|pass|key|api[_-]?key|access[_-]?key|code)=([^&;#\\s]{4,})");

    private UrlSecret() {}

    /// What of an address is to be masked; empty where it is none, or holds nothing secret. An
    /// ordinary word is masked only where it stands in an address: elsewhere it is a word.
    static List<Secret> of(String address) {
        var found = new ArrayList<Secret>();
        int scheme = address.indexOf("://");
        if (scheme < 0) {
            return found;
        }
        int begin = scheme + 3;
        int sign = address.indexOf('@', begin);
        int slash = address.indexOf('/', begin);
        if (sign >= 0 && (slash < 0 || slash > sign)) {
            ofUser(address, begin, sign, found);
        }
        Matcher parameters = PARAMETER.matcher(address);
        while (parameters.find()) {
            String value = parameters.group(1);
            boolean chosen = value.length() >= CHOSEN && !isWord(value);
            add(chosen ? value : parameters.group().substring(1), found);
        }
        return found;
    }

    private static void ofUser(String address, int begin, int sign, List<Secret> found) {
        int colon = address.indexOf(':', begin);
        if (colon < 0 || colon > sign) {
            if (sign - begin >= TOKEN) {
                add(address.substring(begin, sign), found);
            }
            return;
        }
        if (colon + 1 < sign) {
            String password = address.substring(colon + 1, sign);
            boolean weak = isWord(password) || password.length() < CHOSEN;
            add(weak ? address.substring(colon, sign + 1) : password, found);
        }
    }

    /// As it stands there, and as programs have it when they have read it.
    private static void add(String written, List<Secret> found) {
        found.add(new Secret(written));
        try {
            String read = URLDecoder.decode(written.replace("+", "%2B"), StandardCharsets.UTF_8);
            if (!read.equals(written)) {
                found.add(new Secret(read));
            }
        } catch (IllegalArgumentException _) {
            // Nothing is encoded in it.
        }
    }

    private static boolean isWord(String text) {
        return text.chars().allMatch(c -> c >= 'a' && c <= 'z');
    }
}
