package dev.belay.gateway;

import java.io.IOException;
import java.util.Locale;

/// What can be fed with bytes at random.
enum FuzzTarget {
    REQUESTS(ParserOracle::request),
    ANSWERS(ParserOracle::answer),
    FIELDS(ParserOracle::fields);

    private interface Check {
        void accept(byte[] data) throws IOException;
    }

    private final Check check;

    FuzzTarget(Check check) {
        this.check = check;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Throws when a property does not hold.
    void check(byte[] data) throws IOException {
        check.accept(data);
    }
}
