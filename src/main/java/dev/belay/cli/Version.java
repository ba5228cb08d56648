package dev.belay.cli;

import java.util.Objects;

/// What this is: read from the archive's own manifest.
public final class Version {
    /// `0.1.0`, or `development` outside of an archive.
    public static final String TEXT =
            Objects.requireNonNullElse(
                    Version.class.getPackage().getImplementationVersion(), "development");

    private Version() {}
}
