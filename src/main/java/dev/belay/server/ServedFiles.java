package dev.belay.server;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.gateway.Route;
import dev.belay.gateway.SiteText;
import dev.belay.release.Revision;
import dev.belay.server.operations.PublicText;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the gateway serves of a frontend's revision: the files of its artifact, and the public
/// values that it was planned with. An older revision has the values of its own time.
final class ServedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ServedFiles.class);

    private final ArtifactStore artifacts;
    private final ConfigurationStore configurations;

    ServedFiles(ArtifactStore artifacts, ConfigurationStore configurations) {
        this.artifacts = artifacts;
        this.configurations = configurations;
    }

    /// Empty when nobody can say what its values were: without them it would be another revision.
    Optional<Route.Files> of(Revision revision) {
        try {
            var texts = new TreeMap<String, SiteText>();
            PublicText.in(configurations.load(revision.configuration()))
                    .forEach((path, text) -> texts.put(path, new SiteText(text)));
            return Optional.of(new Route.Files(artifacts.unpacked(revision.artifact()), texts));
        } catch (IOException e) {
            LOG.warn("{}: {}", revision.id(), e.getMessage());
            return Optional.empty();
        }
    }
}
