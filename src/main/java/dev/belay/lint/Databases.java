package dev.belay.lint;

import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.problem.Place;
import dev.belay.release.Dependency.Engine;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Which databases there are in an environment, and which components reach for which. One that
/// several names lead to is one.
final class Databases {
    private final Surroundings here;
    private final SequencedMap<String, Set<String>> names = new LinkedHashMap<>();
    private final Set<String> common = new LinkedHashSet<>();
    private final Map<String, String> keys = new LinkedHashMap<>();

    Databases(Surroundings here) {
        this.here = here;
        for (Datastore datastore : here.view().datastores().values()) {
            if (isKept(datastore)) {
                String key = key(datastore);
                keys.put(datastore.name(), key);
                names.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(datastore.name());
                if (datastore.migrations() != null) {
                    common.add(key);
                }
            }
        }
    }

    /// Brokers keep nothing that is anybody's own, and a cache neither.
    private static boolean isKept(Datastore datastore) {
        return switch (datastore.dependency().engine()) {
            case POSTGRES, MYSQL, SQLITE, CLICKHOUSE -> true;
            case REDIS -> datastore.backup().written();
            case NATS, RABBITMQ, KAFKA, HTTP -> false;
        };
    }

    private String key(Datastore datastore) {
        Engine engine = datastore.dependency().engine();
        String url = here.resolved(datastore.dependency().url());
        return Address.of(engine, url).map(Address::toString).orElse(url);
    }

    /// How a component gets to a database.
    ///
    /// @param migrates whether it changes the schema
    record Way(boolean migrates, Place place) {}

    /// The databases of a component.
    SequencedMap<String, Way> of(Component component) {
        var ways = new LinkedHashMap<String, Way>();
        if (component.migrations() != null) {
            String key = keys.get(component.migrations().datastore());
            if (key != null) {
                ways.put(key, new Way(true, component.source().at("migrations")));
            }
        }
        for (String name : component.uses()) {
            String key = keys.get(name);
            if (key != null) {
                ways.putIfAbsent(key, new Way(false, component.source().at("uses")));
            }
        }
        here.variables(component)
                .forEach((name, value) ->
                        database(value)
                                .ifPresent(key ->
                                        ways.putIfAbsent(
                                                key, new Way(false, at(component, name)))));
        return ways;
    }

    static Place at(Component component, String variable) {
        boolean plain = component.variables().values().containsKey(variable);
        if (plain) {
            return component.source().at("env", "values", variable);
        }
        return component.variables().secrets().contains(variable)
                ? component.source().at("env", "secret")
                : component.source().at("env", "required");
    }

    private Optional<String> database(String value) {
        if (names.containsKey(value)) {
            return Optional.of(value);
        }
        return Address.of(value)
                .filter(address -> address.isDatabase() || names.containsKey(address.toString()))
                .map(Address::toString);
    }

    /// Whether it was said that all who use it have it together.
    boolean isCommon(String key) {
        return common.contains(key);
    }

    /// What it is called in the manifest; nothing when only variables lead to it.
    List<String> names(String key) {
        return List.copyOf(names.getOrDefault(key, Set.of()));
    }
}
