package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.artifact.ArtifactException;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Digest;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Lays a frontend's files out, read-only and compared with their digest, and writes down that they
/// are.
final class Publishing {
    private final ArtifactStore artifacts;

    Publishing(ArtifactStore artifacts) {
        this.artifacts = artifacts;
    }

    Answer publish(ScopeFolder scope, Work.Publish work, Order order, Deadline deadline)
            throws IOException {
        Optional<PathLock> lock = scope.lock(deadline.left());
        if (lock.isEmpty()) {
            return new Answer.NotYet("another operation works on `" + scope.scope() + "`");
        }
        try (PathLock _ = lock.get()) {
            Fence fence = scope.fence();
            if (fence.refuses(order.token())) {
                return new Answer.Stale(fence.last());
            }
            scope.write(fence.accept(order.token()));
            Digest digest = work.revision().artifact();
            Path folder = artifacts.unpack(digest);
            DurableFile.folder(scope.published());
            DurableFile.write(note(scope, work), digest.text() + "\n");
            return new Answer.Done("the files lie in `" + folder + "`");
        } catch (ArtifactException e) {
            return new Answer.Failed(
                    String.valueOf(e.getMessage()),
                    "build the artifact again: `belay deploy`",
                    false);
        }
    }

    /// The scope was sealed and its lock is held.
    Finding look(ScopeFolder scope, Work.Publish work) throws IOException {
        Optional<String> note = DurableFile.read(note(scope, work));
        Digest digest = work.revision().artifact();
        if (!note.equals(Optional.of(digest.text() + "\n"))) {
            return new Finding.NotDone();
        }
        try {
            return new Finding.Done("the files lie in `" + artifacts.unpack(digest) + "`");
        } catch (ArtifactException _) {
            return new Finding.NotDone();
        }
    }

    /// The artifacts that are published in the scope as one of these revisions.
    static Set<Digest> published(ScopeFolder scope, Predicate<String> revisions)
            throws IOException {
        Set<Digest> digests = new HashSet<>();
        if (Files.isDirectory(scope.published())) {
            try (Stream<Path> notes = Files.list(scope.published())) {
                for (Path note : notes.toList()) {
                    if (!revisions.test(String.valueOf(note.getFileName()))) {
                        continue;
                    }
                    String text = DurableFile.read(note).orElse("").strip();
                    if (text.startsWith("sha256:")) {
                        digests.add(new Digest(text));
                    }
                }
            }
        }
        return digests;
    }

    private static Path note(ScopeFolder scope, Work.Publish work) {
        return scope.published().resolve(ScopeFolder.check(work.revision().id()));
    }
}
