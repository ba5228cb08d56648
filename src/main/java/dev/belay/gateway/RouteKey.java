package dev.belay.gateway;

import java.util.regex.Pattern;

/// Which line of the routing table: one component in one environment.
public record RouteKey(String environment, String component) implements Comparable<RouteKey> {
    /// What fits into a URL segment and a metric label without escaping.
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    @Override
    public int compareTo(RouteKey other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return environment + "/" + component;
    }
}
