package dev.belay.driver.docker;

import dev.belay.driver.artifact.ArtifactException;
import dev.belay.driver.artifact.BuildContext;
import dev.belay.driver.artifact.BuildOrder;
import dev.belay.driver.artifact.ImageBuilds;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.image.ArtifactImages;
import dev.belay.driver.image.ImageFailure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Lets the Docker Engine build images as a Dockerfile says, and takes them from there as
/// artifacts.
public final class DockerBuilds implements ImageBuilds {
    private static final long LONGEST = 16L << 30;
    private static final Pattern STEP = Pattern.compile("Step ([0-9]+)/([0-9]+) : (.*)");

    private final DockerHost host;
    private final EngineImages images;
    private final ArtifactImages artifacts;
    private final Path scratch;

    /// @param scratch a folder for what is made on the way, nobody else's
    public DockerBuilds(
            DockerHost host, EngineImages images, ArtifactImages artifacts, Path scratch) {
        this.host = host;
        this.images = images;
        this.artifacts = artifacts;
        this.scratch = scratch;
    }

    @Override
    public Optional<Failure> build(BuildOrder order, Path log, Path into) throws IOException {
        Path context = Files.createTempFile(DurableFile.folder(scratch), "context", ".tar");
        var course = new Course(log);
        try (course) {
            Engine engine = Engines.of(host);
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(context), 1 << 16)) {
                BuildContext.write(order, out);
            }
            BuildOrder.Image image = Objects.requireNonNull(order.image());
            engine.build(
                    image.dockerfile(),
                    context,
                    images.proofs(image.environment(), order.component()),
                    order.within(),
                    course::told);
            images.built(course.image());
            // It is somewhere else now, and as long again.
            engine.save(course.image(), context, order.within(), LONGEST);
            artifacts.rewrite(context, engine.platform(), into);
            return Optional.empty();
        } catch (EngineFailure e) {
            return Optional.of(new Failure(course.said(e), hint(e)));
        } catch (ImageFailure e) {
            return Optional.of(new Failure(e.reason(), e.hint()));
        } catch (ArtifactException e) {
            return Optional.of(
                    new Failure(
                            String.valueOf(e.getMessage()),
                            "name it in `.dockerignore` if nothing needs it"));
        } finally {
            Files.deleteIfExists(context);
        }
    }

    private static String hint(EngineFailure e) {
        boolean kit = String.valueOf(e.getMessage()).contains("BuildKit");
        return kit
                ? "the engine builds it without BuildKit: leave out what only that knows, or let"
                        + " `run` make an archive, `docker buildx build --output type=oci,dest=out/image.tar"
                        + " .`, and name it by `image`"
                : e.hint().isEmpty()
                        ? "`docker build` in the component's folder shows the same"
                        : e.hint();
    }

    /// What an engine told so far of a build.
    private static final class Course implements AutoCloseable {
        private final Writer log;
        private String step = "";
        private String image = "";

        Course(Path log) throws IOException {
            this.log = Files.newBufferedWriter(log);
        }

        void told(JsonNode said) throws IOException {
            String text = said.path("stream").asString("");
            log.write(text);
            log.flush();
            Matcher begun = STEP.matcher(text.strip());
            if (begun.matches()) {
                step =
                        "step %s of %s, `%s`: "
                                .formatted(begun.group(1), begun.group(2), begun.group(3));
            }
            String id = said.path("aux").path("ID").asString("");
            image = id.isEmpty() ? image : id;
        }

        String image() throws EngineFailure {
            if (!image.startsWith("sha256:")) {
                throw EngineFailure.said(500, "the Docker Engine does not say what it built");
            }
            return image;
        }

        String said(EngineFailure e) {
            return (e.isAnswer() ? step : "") + e.getMessage();
        }

        @Override
        public void close() throws IOException {
            log.close();
        }
    }
}
