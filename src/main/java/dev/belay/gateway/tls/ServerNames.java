package dev.belay.gateway.tls;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which certificate a client is shown, by the name that it asks for (SNI). Immutable.
public final class ServerNames {
    private static final String DEFAULT = "default";

    private final List<Certificate> all;
    private final Map<String, Certificate> byName = new HashMap<>();
    private final @Nullable Certificate preferred;

    /// @param certificates in the order of their files' names
    ServerNames(Collection<Certificate> certificates, Instant now) {
        this.all = List.copyOf(certificates);
        for (Certificate one : all) {
            one.names().forEach(name -> byName.merge(name, one, (a, b) -> better(a, b, now)));
        }
        this.preferred =
                all.stream()
                        .filter(one -> one.file().equals(DEFAULT))
                        .findFirst()
                        .orElse(all.isEmpty() ? null : all.getFirst());
    }

    /// Of two for one name: what is valid already, and of those what is so for longer.
    private static Certificate better(Certificate a, Certificate b, Instant now) {
        boolean early = b.from().isAfter(now);
        if (a.from().isAfter(now) != early) {
            return early ? a : b;
        }
        return b.until().isAfter(a.until()) ? b : a;
    }

    /// The one for exactly this name, else the one for its last label's siblings (`*.example.org`),
    /// else the default: the pair called `default`, or the first by name. Null when there is none
    /// at all.
    public @Nullable Certificate find(String name) {
        Certificate exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        Certificate wild = dot > 0 ? byName.get("*" + name.substring(dot)) : null;
        return wild != null ? wild : preferred;
    }

    public List<Certificate> all() {
        return all;
    }
}
