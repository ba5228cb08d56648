package dev.belay.server.operations;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a restore could not do where an environment's datastores are, with the rights that their
/// addresses give: whoever approves a release has to know it before he needs it.
public final class RestoreLimits {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreLimits.class);

    private final DatastoreBackups backups;

    public RestoreLimits(DatastoreBackups backups) {
        this.backups = backups;
    }

    /// Datastore to sentences, of those that the environment's gate wants backed up.
    Map<String, List<String>> of(EnvironmentView view) {
        var limits = new TreeMap<String, List<String>>();
        if (!view.gates().backup()) {
            return limits;
        }
        for (Datastore datastore : view.datastores().values()) {
            if (datastore.isKept() && backups.knows(datastore.dependency().engine())) {
                try {
                    List<String> of = backups.limits(view.environment(), datastore.dependency());
                    if (!of.isEmpty()) {
                        limits.put(datastore.name(), of);
                    }
                } catch (DataFailure away) {
                    LOG.info(
                            "what can be restored of {} is not known: {}",
                            datastore.name(),
                            away.reason());
                }
            }
        }
        return limits;
    }
}
