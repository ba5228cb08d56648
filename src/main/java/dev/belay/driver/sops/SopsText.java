package dev.belay.driver.sops;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.sops.SopsTree.Branch;
import dev.belay.driver.sops.SopsTree.Entry;
import dev.belay.driver.sops.SopsTree.Items;
import dev.belay.driver.sops.SopsTree.Kind;
import dev.belay.driver.sops.SopsTree.Leaf;
import dev.belay.release.SecretStore.Sops.Format;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a file's text into its tree, `sops` with its metadata included. Comments are no part of
/// the MAC and are not read.
final class SopsText {
    private static final int DEPTH_MAX = 64;
    private static final String METADATA = "sops";
    private static final String FLAT = METADATA + "_";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /// `age__list_0__map_enc`, of the metadata in a dotenv file.
    private static final Pattern RECIPIENT =
            Pattern.compile("age__list_([0-9]{1,3})__map_(recipient|enc)");

    private final String file;

    private SopsText(String file) {
        this.file = file;
    }

    static Branch read(String file, Format format, String text) {
        var reader = new SopsText(file);
        return switch (format) {
            case YAML -> reader.yaml(text);
            case JSON -> reader.json(text);
            case DOTENV -> reader.dotenv(text);
        };
    }

    private SecretFailure broken(String what, String hint) {
        return SecretFailure.refused("`%s` %s".formatted(file, what), hint);
    }

    // --- YAML --------------------------------------------------------------------------------

    private Branch yaml(String text) {
        var settings = LoadSettings.builder().setLabel(file).setCodePointLimit(1 << 22).build();
        try {
            Iterator<Event> events = new Parse(settings).parseString(text).iterator();
            Branch root = null;
            while (events.hasNext()) {
                Event event = events.next();
                switch (event.getEventId()) {
                    case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
                    default -> {
                        if (root != null || !(node(event, events, 1) instanceof Branch branch)) {
                            throw broken(
                                    "holds more than one document of keys and values",
                                    "keep one document in a file");
                        }
                        root = branch;
                    }
                }
            }
            return root == null ? new Branch(List.of()) : root;
        } catch (YamlEngineException e) {
            // The parser's words quote the text around the fault.
            throw broken("is not YAML", "name its `format`, or take it from the repository again");
        }
    }

    private SopsTree node(Event event, Iterator<Event> events, int depth) {
        if (depth > DEPTH_MAX) {
            throw broken(
                    "is nested more than " + DEPTH_MAX + " deep", "keep secrets in fewer levels");
        }
        return switch (event) {
            case ScalarEvent scalar ->
                    new Leaf(
                            scalar.isPlain() ? Kind.of(scalar.getValue()) : Kind.TEXT,
                            scalar.getValue());
            case SequenceStartEvent _ -> {
                var items = new ArrayList<SopsTree>();
                for (Event next = events.next();
                        next.getEventId() != Event.ID.SequenceEnd;
                        next = events.next()) {
                    items.add(node(next, events, depth + 1));
                }
                yield new Items(items);
            }
            case MappingStartEvent _ -> {
                var entries = new ArrayList<Entry>();
                for (Event next = events.next();
                        next.getEventId() != Event.ID.MappingEnd;
                        next = events.next()) {
                    if (!(next instanceof ScalarEvent key)) {
                        throw broken("has a key that is no text", "SOPS knows keys of text");
                    }
                    entries.add(new Entry(key.getValue(), node(events.next(), events, depth + 1)));
                }
                yield branch(entries);
            }
            default ->
                    throw broken("has an alias", "SOPS writes none: encrypt it again with `sops`");
        };
    }

    private Branch branch(List<Entry> entries) {
        Set<String> keys = new HashSet<>();
        for (Entry entry : entries) {
            if (!keys.add(entry.key())) {
                throw broken("has the key `%s` twice".formatted(entry.key()), "keep one of them");
            }
        }
        return new Branch(entries);
    }

    // --- JSON --------------------------------------------------------------------------------

    private Branch json(String text) {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JacksonException e) {
            throw broken(
                    "is not JSON, or has a key twice",
                    "name its `format`, or take it from the repository again");
        }
        if (!(tree(root, 1) instanceof Branch branch)) {
            throw broken("holds no object", "SOPS encrypts objects");
        }
        return branch;
    }

    private SopsTree tree(JsonNode node, int depth) {
        if (depth > DEPTH_MAX) {
            throw broken(
                    "is nested more than " + DEPTH_MAX + " deep", "keep secrets in fewer levels");
        }
        if (node.isObject()) {
            var entries = new ArrayList<Entry>();
            node.properties()
                    .forEach(one ->
                            entries.add(new Entry(one.getKey(), tree(one.getValue(), depth + 1))));
            return new Branch(entries);
        }
        if (node.isArray()) {
            var items = new ArrayList<SopsTree>();
            node.forEach(one -> items.add(tree(one, depth + 1)));
            return new Items(items);
        }
        if (node.isString()) {
            return new Leaf(Kind.TEXT, node.asString());
        }
        return node.isNull()
                ? Leaf.NOTHING
                : new Leaf(
                        node.isBoolean()
                                ? Kind.TRUTH
                                : node.isIntegralNumber() ? Kind.INTEGER : Kind.DECIMAL,
                        node.toString());
    }

    // --- dotenv ------------------------------------------------------------------------------

    /// Metadata stand beside the values, each with its whole path in its name.
    private Branch dotenv(String text) {
        var values = new ArrayList<Entry>();
        var metadata = new ArrayList<Entry>();
        var recipients = new TreeMap<Integer, List<Entry>>();
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw broken("has a line that is not `NAME=value`", "encrypt it again with `sops`");
            }
            String key = line.substring(0, equals);
            var leaf = new Leaf(Kind.TEXT, line.substring(equals + 1).replace("\\n", "\n"));
            if (!key.startsWith(FLAT)) {
                values.add(new Entry(key, leaf));
                continue;
            }
            String name = key.substring(FLAT.length());
            Matcher recipient = RECIPIENT.matcher(name);
            if (recipient.matches()) {
                recipients
                        .computeIfAbsent(
                                Integer.parseInt(recipient.group(1)), _ -> new ArrayList<>())
                        .add(new Entry(recipient.group(2), leaf));
            } else {
                metadata.add(new Entry(name, leaf));
            }
        }
        if (!metadata.isEmpty()) {
            metadata.add(
                    new Entry(
                            "age",
                            new Items(
                                    recipients.values().stream()
                                            .<SopsTree>map(this::branch)
                                            .toList())));
            values.add(new Entry(METADATA, branch(metadata)));
        }
        return branch(values);
    }
}
