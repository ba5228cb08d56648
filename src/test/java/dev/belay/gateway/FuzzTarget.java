package dev.belay.gateway;

import java.io.IOException;
import java.util.Locale;

/// What can be fed with bytes at random.
enum FuzzTarget {
    REQUESTS,
    ANSWERS,
    FIELDS,
    HELLO,
    PATHS,
    PROXY,
    TABLE,
    ROUTES,
    H2;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Throws when a property does not hold.
    void check(byte[] data) throws IOException {
        switch (this) {
            case REQUESTS -> ParserOracle.request(data);
            case ANSWERS -> ParserOracle.answer(data);
            case FIELDS -> ParserOracle.fields(data);
            case HELLO -> HelloOracle.check(data);
            case PATHS -> PathOracle.check(data);
            case PROXY -> ProxyHeaderOracle.check(data);
            case TABLE -> TableOracle.check(data);
            case ROUTES -> RouteOracle.check(data);
            case H2 -> SessionOracle.check(data);
        }
    }
}
