package dev.belay.server.operations;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.release.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Gives out the archive of an artifact, so that somebody can sign it: the very bytes whose SHA-256
/// is the digest that everything else goes by.
public final class ArtifactDesk {
    private static final int NAMED_MAX = 1_000;

    private final EvidenceRegistry registry;
    private final ArtifactStore artifacts;

    /// What was named in an environment and so may be fetched there, the oldest forgotten first.
    private final Map<String, Digest> named =
            Collections.synchronizedMap(
                    new LinkedHashMap<>() {
                        @Override
                        protected boolean removeEldestEntry(Map.Entry<String, Digest> eldest) {
                            return size() > NAMED_MAX;
                        }
                    });

    public ArtifactDesk(EvidenceRegistry registry, ArtifactStore artifacts) {
        this.registry = registry;
        this.artifacts = artifacts;
    }

    /// What there is to fetch.
    ///
    /// @param bytes of the archive
    public record Given(String artifact, String component, long bytes) {}

    /// Finds an artifact, or builds it.
    ///
    /// @param subject `COMPONENT@ENV`, `COMPONENT`, or a digest of what ran there
    public Given name(String subject, String environment, Consumer<String> progress) {
        EvidenceRegistry.Subject found = registry.subject(subject, environment, progress);
        boolean byDigest = found.environment().isEmpty() && !found.component().equals(subject);
        if (byDigest) {
            registry.requireRan(found, environment);
        }
        Digest digest = found.artifact();
        Path archive = sound(digest);
        named.put(key(environment, digest), digest);
        try {
            return new Given(digest.text(), found.component(), Files.size(archive));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// The archive of what was named there lately.
    public Path archive(String environment, String digest) {
        Digest known = named.get(environment + " " + digest);
        if (known == null) {
            throw Denied.unknown(
                    "request/unknown-artifact",
                    "artifact",
                    digest,
                    "nobody asked for such an artifact in `%s` lately".formatted(environment),
                    "name it to `artifacts` of the environment first");
        }
        return artifacts.archive(known);
    }

    private Path sound(Digest digest) {
        try {
            artifacts.touch(digest);
            return switch (artifacts.verify(digest)) {
                case ArtifactStore.Soundness.Sound() -> artifacts.archive(digest);
                case ArtifactStore.Soundness.Missing() -> throw gone(digest);
                case ArtifactStore.Soundness.Damaged(String why) -> throw Denied.failure(why, "");
            };
        } catch (java.nio.file.NoSuchFileException _) {
            throw gone(digest);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Denied gone(Digest digest) {
        return Denied.failure(
                "%s is no longer in the store".formatted(digest.brief()), "build it again");
    }

    private static Denied unreadable(IOException e) {
        return Denied.failure(
                "the artifact cannot be read: " + e.getMessage(),
                "see to the disk that `.belay` is on");
    }

    private static String key(String environment, Digest digest) {
        return environment + " " + digest.hex();
    }
}
