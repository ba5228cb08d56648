package dev.belay.driver.configuration;

import java.util.Optional;

/// The password within an address. Nobody declares `DATABASE_URL` secret, and all of them hold one.
final class UrlSecret {
    private static final int CHOSEN = 8;

    private UrlSecret() {}

    /// What of an address is to be masked; empty where it is none, or holds no password. An
    /// ordinary word is masked only where it stands in an address: elsewhere it is a word.
    static Optional<Secret> of(String address) {
        int scheme = address.indexOf("://");
        int sign = scheme < 0 ? -1 : address.indexOf('@', scheme);
        int colon = sign < 0 ? -1 : address.indexOf(':', scheme + 3);
        int slash = sign < 0 ? -1 : address.indexOf('/', scheme + 3);
        boolean given = colon >= 0 && colon + 1 < sign && (slash < 0 || slash > sign);
        if (!given) {
            return Optional.empty();
        }
        String password = address.substring(colon + 1, sign);
        boolean word = password.chars().allMatch(c -> c >= 'a' && c <= 'z');
        return Optional.of(
                new Secret(
                        word || password.length() < CHOSEN
                                ? address.substring(colon, sign + 1)
                                : password));
    }
}
