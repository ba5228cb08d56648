package dev.belay.server.operations;

import dev.belay.driver.postgres.PostgresDatabases;
import dev.belay.driver.postgres.PostgresFailure;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Inventory;
import dev.belay.release.Migrations;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.schema.migration.Applied;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether databases have the migrations that the journal says they have. A restore takes
/// them back without any release; what is planned after it has to bring them again, rehearsed and
/// with a way back like new ones.
public final class SchemaDrift {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaDrift.class);
    private static final int RELEASES_MAX = 1_000;

    private final Journal journal;
    private final PostgresDatabases databases;

    public SchemaDrift(Journal journal, PostgresDatabases databases) {
        this.journal = journal;
        this.databases = databases;
    }

    /// The same inventory, in which what a component runs has no migration that its database does
    /// not have. A database that cannot be asked is believed to be as the journal says.
    Inventory corrected(Inventory inventory) {
        Set<Scope> busy =
                journal
                        .list(
                                inventory.environment(),
                                ReleaseState.unended(),
                                Long.MAX_VALUE,
                                RELEASES_MAX)
                        .stream()
                        .map(ReleaseRow::scopes)
                        .flatMap(Set::stream)
                        .collect(Collectors.toSet());
        String environment = inventory.environment();
        return inventory.having(
                corrected(
                        inventory.components(),
                        environment,
                        name -> busy.contains(Scope.component(environment, name))),
                corrected(
                        inventory.datastores(),
                        environment,
                        name -> busy.contains(Scope.datastore(environment, name))));
    }

    /// The same inventory, with what is in databases that these are to be applied to for the first
    /// time: what was adopted there is nothing new.
    ///
    /// @param wanted by component or datastore
    Inventory corrected(Inventory inventory, Map<String, Migrations> wanted) {
        Inventory now = corrected(inventory);
        var brought = new HashMap<String, Set<String>>();
        wanted.forEach((name, to) -> {
            if (isFirst(now.components().get(name)) && isFirst(now.datastores().get(name))) {
                try {
                    brought.put(to.set(), applied(to, now.environment()));
                } catch (PostgresFailure e) {
                    LOG.info("what {} has already cannot be asked: {}", to.set(), e.getMessage());
                }
            }
        });
        return now.knowing(brought);
    }

    private static boolean isFirst(Inventory.@Nullable Component component) {
        return component == null
                || component.history().isEmpty()
                || component.history().getFirst().deployment().migrations() == null;
    }

    private Set<String> applied(Migrations to, String environment) throws PostgresFailure {
        return databases.status(to.set(), to.datastore(), environment).applied().stream()
                .filter(Applied::whole)
                .map(one -> one.version().text())
                .collect(Collectors.toSet());
    }

    private Map<String, Inventory.Component> corrected(
            Map<String, Inventory.Component> all, String environment, Predicate<String> busy) {
        var corrected = new HashMap<String, Inventory.Component>();
        all.forEach((name, one) ->
                corrected.put(
                        name,
                        busy.test(name) || one.history().isEmpty()
                                ? one
                                : corrected(environment, one)));
        return corrected;
    }

    private Inventory.Component corrected(String environment, Inventory.Component component) {
        Inventory.Past latest = component.history().getFirst();
        Migrations said = latest.deployment().migrations();
        if (said == null) {
            return component;
        }
        Set<String> there;
        try {
            there = applied(said, environment);
        } catch (PostgresFailure e) {
            LOG.info("where the schema of {} is cannot be asked: {}", said.set(), e.getMessage());
            return component;
        }
        List<Migrations.One> left =
                said.all().stream().filter(one -> there.contains(one.version())).toList();
        if (left.size() == said.all().size()) {
            return component;
        }
        LOG.warn(
                "the database of {} has {} of the {} migrations that were released",
                said.set(),
                left.size(),
                said.all().size());
        var history = new ArrayList<>(component.history());
        history.set(
                0, latest.having(new Migrations(said.set(), said.datastore(), said.files(), left)));
        return new Inventory.Component(history, component.running());
    }
}
