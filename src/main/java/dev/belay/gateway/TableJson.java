package dev.belay.gateway;

import dev.belay.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The table as JSON, as it lies on disk and goes to a successor: a version, and for each component
/// that ever had a line its last token, its line and its door, as far as it has them.
final class TableJson {
    private TableJson() {}

    static ObjectNode write(Table table, Map<RouteKey, Long> tokens) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        json.put("version", table.version());
        var routes = json.putArray("routes");
        new TreeMap<>(tokens).forEach((key, token) -> write(routes.addObject(), table, key, token));
        return json;
    }

    /// Adds one component to the line.
    static ObjectNode write(ObjectNode line, Table table, RouteKey key, long token) {
        line.put("environment", key.environment());
        line.put("component", key.component());
        line.put("last", token);
        Table.Entry entry = table.entries().get(key);
        if (entry != null) {
            line.set("route", RouteJson.write(entry.route()));
            line.put("since", entry.since());
            if (!entry.route().rules().at().isEmpty()) {
                line.put("published", entry.published());
            }
            var former = line.putArray("formerRoots");
            entry.former().forEach(files -> former.add(files.root().toString()));
            if (entry.former().stream().anyMatch(files -> !files.texts().isEmpty())) {
                // Beside the folders: who knows no texts reads those as before.
                var texts = line.putArray("formerTexts");
                entry.former().forEach(files -> RouteJson.write(texts.addObject(), files.texts()));
            }
            if (entry.door() != null) {
                line.set("door", DoorJson.write(entry.door()));
            }
        }
        return line;
    }

    /// The same text as that of [#write(Table, Map)], line by line: as a whole it would be more
    /// garbage than the requests of a second make.
    static Iterator<String> parts(Table table, SortedMap<RouteKey, Long> tokens) {
        String head = "{\"version\":" + table.version() + ",\"routes\":[";
        Stream<String> lines =
                tokens.entrySet().stream()
                        .map(one -> {
                            ObjectNode line = RouteJson.MAPPER.createObjectNode();
                            write(line, table, one.getKey(), one.getValue());
                            boolean last = one.getKey().equals(tokens.lastKey());
                            return line + (last ? "" : ",");
                        });
        return Stream.concat(Stream.of(head), Stream.concat(lines, Stream.of("]}"))).iterator();
    }

    /// Which version of the table a text is or makes.
    ///
    /// @throws IOException when it is anything else: taken for a table without lines, it would turn
    ///   everybody away
    static long version(JsonNode json) throws IOException {
        JsonNode version = json.path("version");
        boolean number = version.isIntegralNumber() && version.canConvertToLong();
        if (!number || version.asLong() < 0) {
            throw new IOException("the routing table has no version");
        }
        return version.asLong();
    }

    /// The lines of a whole table.
    static JsonNode lines(JsonNode json) throws IOException {
        JsonNode routes = json.path("routes");
        if (!routes.isArray()) {
            throw new IOException("the routing table has no list of `routes`");
        }
        return routes;
    }

    static RouteKey key(JsonNode line) {
        return new RouteKey(
                line.path("environment").asString(""), line.path("component").asString(""));
    }

    static Route route(RouteKey key, JsonNode line) throws IOException {
        RouteJson.Reading reading = RouteJson.read(key, line.path("route"));
        Route route = reading.route();
        if (route == null) {
            throw unreadable(key, reading.problems());
        }
        return route;
    }

    /// A line with what is written beside its route.
    static Table.Entry restored(Table.Entry entry, JsonNode line) throws IOException {
        var former = new ArrayList<Route.Files>();
        for (JsonNode root : line.path("formerRoots")) {
            Path path = AbsolutePath.of(root.asString(""));
            if (path == null) {
                RouteKey key = entry.route().key();
                String why = "`formerRoots` names `" + root + "`, which is not an absolute path";
                throw new IOException("line `" + key + "`: " + why);
            }
            former.add(new Route.Files(path, formerTexts(entry, line, former.size())));
        }
        return new Table.Entry(
                entry.route(),
                line.path("published").asLong(0),
                line.path("since").asLong(0),
                entry.shares(),
                former,
                entry.unrouted(),
                door(entry.route().key(), line.path("door")));
    }

    private static SortedMap<String, SiteText> formerTexts(
            Table.Entry entry, JsonNode line, int place) throws IOException {
        var problems = new ArrayList<Problem>();
        JsonNode json = line.path("formerTexts").path(place);
        SortedMap<String, SiteText> texts = RouteJson.texts(json, problems);
        if (!problems.isEmpty()) {
            throw unreadable(entry.route().key(), problems);
        }
        return texts;
    }

    private static @Nullable Door door(RouteKey key, JsonNode json) throws IOException {
        if (json.isMissingNode()) {
            return null;
        }
        var problems = new ArrayList<Problem>();
        Door door = DoorJson.read(json, problems);
        if (door == null) {
            // Open is what somebody did not want it to be.
            throw unreadable(key, problems);
        }
        return door;
    }

    private static IOException unreadable(RouteKey key, List<Problem> problems) {
        List<String> messages = problems.stream().map(Problem::message).toList();
        return new IOException("line `" + key + "`: " + String.join("; ", messages));
    }
}
