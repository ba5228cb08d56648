package dev.belay.driver.scan;

/// Addresses with a password: `postgres://user:password@host`. One of this machine, and one that is
/// its user's name, gives nothing away.
final class UrlPasswords implements Detector {
    private static final int USER_MAX = 300;
    private static final int SCHEME_MAX = 24;
    private static final int HOST_MAX = 255;
    private static final String ENDS = "/?#\"'`<>\\|^ \t\r\n,;";

    @Override
    public int[] triggers() {
        return new int[] {Detector.pair(':', '/')};
    }

    @Override
    public boolean looksIntoBinaries() {
        return false;
    }

    @Override
    public void look(Content content, int at, Finds finds) {
        int scheme = at;
        while (at - scheme < SCHEME_MAX && isOfScheme(content.at(scheme - 1))) {
            scheme--;
        }
        if (content.at(at + 2) != '/' || scheme == at) {
            return;
        }
        int from = at + 3;
        int sign = from;
        while (sign - from < USER_MAX && content.at(sign) > 0 && content.at(sign) != '@') {
            if (ENDS.indexOf(content.at(sign)) >= 0) {
                return;
            }
            sign++;
        }
        if (content.at(sign) != '@') {
            return;
        }
        String both = content.text(from, sign);
        int colon = both.indexOf(':');
        String user = colon < 0 ? both : both.substring(0, colon);
        String password = colon < 0 ? "" : both.substring(colon + 1);
        boolean given =
                !password.isEmpty()
                        && !password.equals(user)
                        && !Letters.isFiller(password)
                        && !password.contains("$")
                        && !password.contains("{")
                        && !password.startsWith("%");
        if (given && !isNobodys(host(content, sign + 1))) {
            String kind = content.text(scheme, at);
            finds.found(at + 3, "url-password", Leak.Kind.FORMAT, "of a `" + kind + "://` address");
        }
    }

    private static boolean isOfScheme(int c) {
        return Letters.isAlphanumeric(c) || c == '+' || c == '.' || c == '-';
    }

    private static String host(Content content, int from) {
        int to = from;
        while (to - from < HOST_MAX
                && (Letters.isWord(content.at(to))
                        || content.at(to) == '.'
                        || content.at(to) == '-')) {
            to++;
        }
        return content.text(from, to);
    }

    /// The names that are kept for examples (RFC 2606), and this machine.
    private static boolean isNobodys(String host) {
        return host.isEmpty()
                || host.equals("localhost")
                || host.startsWith("127.")
                || host.equals("host")
                || host.matches("(.*\\.)?example(\\.(com|org|net))?")
                || host.endsWith(".test")
                || host.endsWith(".invalid")
                || host.endsWith(".localhost");
    }
}
