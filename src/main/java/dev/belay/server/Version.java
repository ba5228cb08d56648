package dev.belay.server;

import java.util.Optional;

/// Which Belay this is.
public final class Version {
    public static final String TEXT =
            Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                    .orElse("development");

    private Version() {}
}
