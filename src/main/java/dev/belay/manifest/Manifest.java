package dev.belay.manifest;

import dev.belay.release.Digest;
import java.nio.file.Path;
import java.util.List;

/// One platform as its author wrote it, over one or several files, and found to be in order: every
/// environment of it resolves. Made by [ManifestReader] alone.
public interface Manifest {
    String platform();

    /// Where `belay.yaml` lies.
    Path folder();

    /// The files it was read from, `belay.yaml` first, relative to [#folder].
    List<String> files();

    /// Over the bytes of all files.
    Digest digest();

    /// Names, in the order they are written.
    List<String> environments();

    /// Places where what looks like a secret is let be.
    List<AllowedSecret> allowedSecrets();

    /// How strict `belay lint` is about it.
    LintRules lint();

    /// The platform as one environment has it. Refused when there is no such environment, or when
    /// the overrides make something wrong.
    Reading<EnvironmentView> in(String environment, Overrides overrides);

    default Reading<EnvironmentView> in(String environment) {
        return in(environment, Overrides.NONE);
    }
}
