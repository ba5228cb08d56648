package dev.belay.cli.command;

import java.util.regex.Pattern;

/// The ids of releases: environment, hyphen, number.
final class ReleaseId {
    private static final Pattern SHAPE = Pattern.compile(".+-[0-9]+");

    private ReleaseId() {}

    /// Whether this can be one; an environment may be called so too.
    static boolean matches(String text) {
        return SHAPE.matcher(text).matches();
    }

    static String path(String id) {
        return "/api/v1/releases/" + EnvironmentName.encoded(id);
    }
}
