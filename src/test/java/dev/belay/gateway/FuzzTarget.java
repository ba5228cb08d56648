package dev.belay.gateway;

import java.io.IOException;
import java.util.Locale;

/// What can be fed with bytes at random.
enum FuzzTarget {
    REQUESTS,
    ANSWERS,
    FIELDS;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Throws when a property does not hold.
    void check(byte[] data) throws IOException {
        switch (this) {
            case REQUESTS -> ParserOracle.request(data);
            case ANSWERS -> ParserOracle.answer(data);
            case FIELDS -> ParserOracle.fields(data);
        }
    }
}
