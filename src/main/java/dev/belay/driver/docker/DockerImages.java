package dev.belay.driver.docker;

import dev.belay.driver.Images;
import dev.belay.driver.image.ArtifactImages;
import dev.belay.driver.image.ImageFailure;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import dev.belay.release.Launch;
import java.io.IOException;
import java.util.List;

/// What containers of a Docker Engine are made of, said while a release is planned. An engine that
/// does not see this host's files gets the artifact as an image of its own.
public final class DockerImages implements Images {
    private final DockerHost host;
    private final EngineImages images;
    private final ArtifactImages artifacts;

    public DockerImages(DockerHost host, EngineImages images, ArtifactImages artifacts) {
        this.host = host;
        this.images = images;
        this.artifacts = artifacts;
    }

    @Override
    public Finding find(Wish wish) {
        try {
            if (wish.image().equals(Launch.Container.ARTIFACT)) {
                return own(wish);
            }
            Digest digest =
                    wish.known().isEmpty()
                            ? images.resolve(wish.environment(), wish.image())
                            : new Digest(wish.known());
            return host.isHere()
                    ? new Found(new Launch.Image(digest.text()), List.of())
                    : wrapped(wish, digest);
        } catch (EngineFailure e) {
            return new Missing(String.valueOf(e.getMessage()), e.hint());
        } catch (ImageFailure e) {
            return new Missing(e.reason(), e.hint());
        } catch (IOException e) {
            return new Missing(
                    "no image can be made of it: " + e.getMessage(),
                    "see to the disk that `.belay` is on");
        }
    }

    /// The artifact is the image.
    private Finding own(Wish wish) throws IOException {
        if (isOutOfReach(wish)) {
            return outOfReach();
        }
        ArtifactImages.Named named =
                artifacts.name(
                        new ArtifactImages.Own(
                                wish.environment(), wish.component(), wish.artifact()),
                        Engines.of(host).platform());
        return new Found(
                new Launch.Image(named.image().text(), named.name().toString()),
                ArtifactImages.isLoaded(named.name())
                        ? List.of()
                        : List.of(
                                "`%s`: its image is `%s`"
                                        .formatted(wish.component(), named.name())));
    }

    private boolean isOutOfReach(Wish wish) {
        return wish.listens() && !host.isNear();
    }

    private Missing outOfReach() {
        return new Missing(
                "it listens at a port of another machine, `%s`, and this version's gateway"
                                .formatted(host.written())
                        + " reaches instances only on its own",
                "run Belay there, or use an engine of this machine; workers and jobs can run there");
    }

    private Finding wrapped(Wish wish, Digest base) throws IOException {
        if (isOutOfReach(wish)) {
            return outOfReach();
        }
        ImageName name = EngineImages.name(wish.image()).at(base);
        ImageName wrapped =
                artifacts.push(
                        new ArtifactImages.Wish(
                                wish.environment(),
                                wish.component(),
                                wish.artifact(),
                                name,
                                Engines.of(host).platform()));
        return new Found(
                new Launch.Image(base.text(), wrapped.toString()),
                List.of(
                        ("`%s`: the engine at `%s` does not see the files of this machine, so that"
                                        + " the artifact lies in the image `%s`")
                                .formatted(wish.component(), host.written(), wrapped)));
    }
}
