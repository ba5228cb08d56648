package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares two OpenAPI documents by what a client sees: which operations there are, what each
/// takes and what it answers.
final class OpenApiComparison {
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace", "query");

    private final Contract.OpenApi was;
    private final Contract.OpenApi now;
    private final SchemaComparison schemas;
    private final Findings found;

    OpenApiComparison(Contract.OpenApi was, Contract.OpenApi now, Findings found) {
        this.was = was;
        this.now = now;
        this.found = found;
        this.schemas = new SchemaComparison(was.documents(), now.documents());
    }

    /// An operation, where its path is declared.
    ///
    /// @param path as it is written
    private record Operation(
            String method, String path, Node.Mapping node, Mark mark, List<Node> shared) {
        String at() {
            return method.toUpperCase(Locale.ROOT) + " " + path;
        }
    }

    void compare() {
        servers();
        operations(map(was.root(), "paths"), map(now.root(), "paths"), false);
        operations(map(was.root(), "webhooks"), map(now.root(), "webhooks"), true);
    }

    /// Addresses are an environment's own; the path below them is what clients have built in.
    private void servers() {
        Map<String, Mark> older = basePaths(was.root());
        Map<String, Mark> newer = basePaths(now.root());
        older.forEach((path, mark) -> {
            if (!newer.containsKey(path)) {
                found.was(
                        Weight.DOUBTFUL,
                        Rule.SERVER_REMOVED,
                        "servers",
                        "the base path `" + path + "` is not among the servers any more",
                        mark);
            }
        });
    }

    private static Map<String, Mark> basePaths(Node.Mapping root) {
        var paths = new TreeMap<String, Mark>();
        for (Node server : Shapes.items(root.get("servers"))) {
            if (server instanceof Node.Mapping map
                    && map.get("url") instanceof Node.Scalar(Mark mark, _, String url)) {
                String path = url.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/]*", "");
                paths.putIfAbsent(path.isEmpty() ? "/" : path, mark);
            }
        }
        if (paths.isEmpty()) {
            paths.put("/", root.mark());
        }
        return paths;
    }

    /// @param turned whether it is the component that asks, and the client that answers
    private void operations(
            Node.@Nullable Mapping before, Node.@Nullable Mapping after, boolean turned) {
        SequencedMap<String, Operation> older = operations(before, was.documents());
        SequencedMap<String, Operation> newer = operations(after, now.documents());
        older.forEach((key, one) -> {
            Operation other = newer.get(key);
            if (other == null) {
                found.was(
                        Weight.BREAKING,
                        Rule.OPERATION_REMOVED,
                        one.at(),
                        turned ? "it is not sent any more" : "it is gone",
                        one.mark());
            } else {
                new OperationComparison(one, other, turned).compare();
            }
        });
        newer.forEach((key, one) -> {
            if (!older.containsKey(key)) {
                found.now(Weight.HARMLESS, Rule.OPERATION_ADDED, one.at(), "it is new", one.mark());
            }
        });
    }

    /// By method and path, whatever the parameters in the path are called.
    private static SequencedMap<String, Operation> operations(
            Node.@Nullable Mapping paths, Documents documents) {
        var all = new LinkedHashMap<String, Operation>();
        if (paths == null) {
            return all;
        }
        paths.entries()
                .forEach((path, entry) -> {
                    if (documents.resolved(entry.value()) instanceof Node.Mapping item) {
                        item.entries()
                                .forEach((method, one) -> {
                                    if (METHODS.contains(method)
                                            && one.value() instanceof Node.Mapping node) {
                                        all.put(
                                                method + " " + unnamed(path),
                                                new Operation(
                                                        method,
                                                        path,
                                                        node,
                                                        one.key(),
                                                        Shapes.items(item.get("parameters"))));
                                    }
                                });
                    }
                });
        return all;
    }

    /// `/orders/{id}` and `/orders/{order}` are the same place.
    private static String unnamed(String path) {
        return path.replaceAll("\\{[^}/]*}", "{}");
    }

    /// One operation as it was and as it is.
    private final class OperationComparison {
        private final Operation older;
        private final Operation newer;
        private final Flow asked;

        OperationComparison(Operation older, Operation newer, boolean turned) {
            this.older = older;
            this.newer = newer;
            this.asked = turned ? Flow.SENT : Flow.RECEIVED;
        }

        void compare() {
            parameters();
            body();
            responses();
            new SecurityComparison(was.root(), now.root(), newer.at(), found)
                    .compare(older.node(), newer.node(), newer.mark());
            callbacks();
        }

        private void callbacks() {
            Node.Mapping before = map(older.node(), "callbacks");
            Node.Mapping after = map(newer.node(), "callbacks");
            if (before == null) {
                return;
            }
            before.entries()
                    .forEach((name, entry) -> {
                        Node.Mapping one = resolved(entry.value(), was.documents());
                        Node.Mapping other =
                                after == null ? null : resolved(after.get(name), now.documents());
                        operations(one, other, true);
                    });
        }

        // --- parameters ---------------------------------------------------------------------

        private void parameters() {
            Map<String, Node.Mapping> before = parameters(older, was.documents());
            Map<String, Node.Mapping> after = parameters(newer, now.documents());
            before.forEach((key, one) -> {
                Node.Mapping other = after.get(key);
                if (other == null) {
                    found.was(
                            Weight.DOUBTFUL,
                            Rule.PARAMETER_REMOVED,
                            newer.at(),
                            spoken(one) + " is not known any more",
                            one.mark());
                } else {
                    parameter(one, other);
                }
            });
            after.forEach((key, one) -> {
                if (before.containsKey(key)) {
                    return;
                }
                if (isRequired(one)) {
                    found.now(
                            asked.narrowed(),
                            Rule.PARAMETER_REQUIRED,
                            newer.at(),
                            spoken(one) + " is new and must be there",
                            one.mark());
                } else {
                    found.now(
                            Weight.HARMLESS,
                            Rule.PARAMETER_ADDED,
                            newer.at(),
                            spoken(one) + " is new",
                            one.mark());
                }
            });
        }

        private void parameter(Node.Mapping one, Node.Mapping other) {
            if (!isRequired(one) && isRequired(other)) {
                found.now(
                        asked.narrowed(),
                        Rule.PARAMETER_REQUIRED,
                        newer.at(),
                        spoken(other) + " must be there now",
                        other.mark());
            } else if (isRequired(one) && !isRequired(other)) {
                found.now(
                        asked.widened(),
                        Rule.PARAMETER_OPTIONAL,
                        newer.at(),
                        spoken(other) + " need not be there any more",
                        other.mark());
            }
            if (!style(one).equals(style(other))) {
                found.now(
                        Weight.BREAKING,
                        Rule.PARAMETER_CHANGED,
                        newer.at(),
                        "%s is written as %s now, and was as %s"
                                .formatted(spoken(other), style(other), style(one)),
                        other.mark());
            }
            if (map(one, "content") != null || map(other, "content") != null) {
                media(
                        map(one, "content"),
                        map(other, "content"),
                        other.mark(),
                        spoken(other),
                        asked);
                return;
            }
            schemas.compare(
                    one.get("schema"),
                    other.get("schema"),
                    other.mark(),
                    new SchemaComparison.Where(newer.at(), spoken(other), asked, false),
                    found);
        }

        /// How values become text: by default by the place that they are in.
        private static String style(Node.Mapping parameter) {
            String in = text(parameter, "in");
            String style = text(parameter, "style");
            String usual = in.equals("query") || in.equals("cookie") ? "form" : "simple";
            String known = style.isEmpty() ? usual : style;
            String explode = text(parameter, "explode");
            boolean exploded = explode.isEmpty() ? known.equals("form") : explode.equals("true");
            return "`" + known + (exploded ? "`, each value by itself" : "`");
        }

        /// The operation's own, and those of its path that it does not replace.
        private static Map<String, Node.Mapping> parameters(
                Operation operation, Documents documents) {
            var all = new LinkedHashMap<String, Node.Mapping>();
            List<Node> written = new ArrayList<>(operation.shared());
            written.addAll(Shapes.items(operation.node().get("parameters")));
            for (Node node : written) {
                Node.Mapping one = resolved(node, documents);
                if (one != null) {
                    all.put(key(one, operation.path()), one);
                }
            }
            return all;
        }

        private static String key(Node.Mapping parameter, String path) {
            String in = text(parameter, "in");
            String name = text(parameter, "name");
            return switch (in) {
                // What a parameter of the path is called is no matter: its place is.
                case "path" ->
                        "path "
                                + path.substring(0, index(path, name))
                                        .chars()
                                        .filter(c -> c == '{')
                                        .count();
                case "header" -> "header " + name.toLowerCase(Locale.ROOT);
                default -> in + " " + name;
            };
        }

        private static int index(String path, String name) {
            int at = path.indexOf("{" + name + "}");
            return at < 0 ? path.length() : at;
        }

        private static boolean isRequired(Node.Mapping parameter) {
            return Shapes.isTrue(parameter.get("required")) || text(parameter, "in").equals("path");
        }

        private static String spoken(Node.Mapping parameter) {
            String in = text(parameter, "in");
            return in.isEmpty() || !parameter.entries().containsKey("name")
                    ? "the parameter"
                    : "`%s` of the %s".formatted(text(parameter, "name"), in);
        }

        // --- bodies -------------------------------------------------------------------------

        private void body() {
            Node.Mapping before = resolved(older.node().get("requestBody"), was.documents());
            Node.Mapping after = resolved(newer.node().get("requestBody"), now.documents());
            if (before == null && after == null) {
                return;
            }
            if (before == null || after == null) {
                Node.Mapping there = before == null ? after : before;
                if (there == null) {
                    return;
                }
                if (after == null) {
                    found.was(
                            asked == Flow.RECEIVED ? Weight.BREAKING : Weight.DOUBTFUL,
                            Rule.BODY_REMOVED,
                            newer.at(),
                            "the request has no body any more",
                            there.mark());
                } else {
                    boolean must = Shapes.isTrue(there.get("required"));
                    found.now(
                            must ? asked.narrowed() : Weight.HARMLESS,
                            must ? Rule.BODY_REQUIRED : Rule.BODY_ADDED,
                            newer.at(),
                            must
                                    ? "the request must have a body now"
                                    : "the request may have a body",
                            there.mark());
                }
                return;
            }
            boolean must = Shapes.isTrue(after.get("required"));
            if (must != Shapes.isTrue(before.get("required"))) {
                found.now(
                        must ? asked.narrowed() : asked.widened(),
                        must ? Rule.BODY_REQUIRED : Rule.BODY_OPTIONAL,
                        newer.at(),
                        must
                                ? "the request must have a body now"
                                : "the request need not have a body any more",
                        after.mark());
            }
            media(
                    map(before, "content"),
                    map(after, "content"),
                    after.mark(),
                    "the request",
                    asked);
        }

        private void media(
                Node.@Nullable Mapping before,
                Node.@Nullable Mapping after,
                Mark mark,
                String of,
                Flow flow) {
            Map<String, Node.Entry> older = types(before);
            Map<String, Node.Entry> later = types(after);
            older.forEach((type, entry) -> {
                Node.Entry other = covering(type, later);
                if (other == null) {
                    found.was(
                            Weight.BREAKING,
                            Rule.MEDIA_TYPE_REMOVED,
                            newer.at(),
                            "%s is not %s `%s` any more"
                                    .formatted(
                                            of,
                                            flow == Flow.RECEIVED ? "taken as" : "sent as",
                                            type),
                            entry.key());
                    return;
                }
                schemas(entry.value(), other, type, of, flow);
            });
            later.forEach((type, entry) -> {
                if (covering(type, older) == null) {
                    found.now(
                            older.isEmpty() && flow == Flow.SENT
                                    ? Weight.DOUBTFUL
                                    : Weight.HARMLESS,
                            Rule.MEDIA_TYPE_ADDED,
                            newer.at(),
                            "%s may be `%s`, too".formatted(of, type),
                            entry.key());
                }
            });
            if (later.isEmpty() && before != null && after == null && older.isEmpty()) {
                found.now(
                        Weight.HARMLESS, Rule.BODY_REMOVED, newer.at(), of + " has no body", mark);
            }
        }

        /// A stream's events are each of one schema; who reads them passes over those that are new.
        private void schemas(Node before, Node.Entry after, String type, String of, Flow flow) {
            if (!(before instanceof Node.Mapping one)
                    || !(after.value() instanceof Node.Mapping other)) {
                return;
            }
            boolean events = type.equals("text/event-stream");
            for (String keyword : List.of("schema", "itemSchema")) {
                Node was = one.get(keyword);
                Node now = other.get(keyword);
                if (was != null || now != null) {
                    String item = keyword.equals("itemSchema") || events ? "an event of " : "";
                    schemas.compare(
                            was,
                            now,
                            after.key(),
                            new SchemaComparison.Where(newer.at(), item + of, flow, events),
                            found);
                }
            }
        }

        /// What parameters a media type has is no matter here.
        private static Map<String, Node.Entry> types(Node.@Nullable Mapping content) {
            var types = new TreeMap<String, Node.Entry>();
            if (content != null) {
                content.entries()
                        .forEach((type, entry) ->
                                types.put(
                                        type.replaceFirst(";.*", "")
                                                .strip()
                                                .toLowerCase(Locale.ROOT),
                                        entry));
            }
            return types;
        }

        private static Node.@Nullable Entry covering(String type, Map<String, Node.Entry> types) {
            Node.Entry exact = types.get(type);
            if (exact != null) {
                return exact;
            }
            Node.Entry family = types.get(type.replaceFirst("/.*", "/*"));
            return family != null ? family : types.get("*/*");
        }

        // --- answers ------------------------------------------------------------------------

        private void responses() {
            Map<String, Node.Entry> before = entries(map(older.node(), "responses"));
            Map<String, Node.Entry> after = entries(map(newer.node(), "responses"));
            before.forEach((status, entry) -> {
                Node.Entry other = answering(status, after);
                if (other == null) {
                    boolean good = status.startsWith("2") || status.startsWith("3");
                    found.was(
                            good ? Weight.BREAKING : Weight.HARMLESS,
                            Rule.STATUS_REMOVED,
                            newer.at(),
                            "it does not answer with " + status + " any more",
                            entry.key());
                    return;
                }
                response(status, entry, other);
            });
            after.forEach((status, entry) -> {
                boolean covers =
                        before.keySet().stream()
                                .map(one -> answering(one, after))
                                .filter(java.util.Objects::nonNull)
                                .anyMatch(one -> one.key().equals(entry.key()));
                if (!covers && answering(status, before) == null) {
                    boolean good = status.startsWith("2") || status.startsWith("3");
                    found.now(
                            good ? Weight.DOUBTFUL : Weight.HARMLESS,
                            Rule.STATUS_ADDED,
                            newer.at(),
                            "it may answer with " + status + " now",
                            entry.key());
                }
            });
        }

        private void response(String status, Node.Entry entry, Node.Entry other) {
            Node.Mapping one = resolved(entry.value(), was.documents());
            Node.Mapping two = resolved(other.value(), now.documents());
            if (one == null || two == null) {
                return;
            }
            String of = status.equals("default") ? "any other response" : "response " + status;
            media(map(one, "content"), map(two, "content"), other.key(), of, asked.back());
            headers(map(one, "headers"), map(two, "headers"), of);
        }

        private void headers(
                Node.@Nullable Mapping before, Node.@Nullable Mapping after, String of) {
            var later = new TreeMap<String, Node.Entry>(String.CASE_INSENSITIVE_ORDER);
            if (after != null) {
                later.putAll(after.entries());
            }
            var earlier = new TreeMap<String, Node.Entry>(String.CASE_INSENSITIVE_ORDER);
            if (before != null) {
                earlier.putAll(before.entries());
            }
            earlier.forEach((name, entry) -> {
                Node.Mapping one = resolved(entry.value(), was.documents());
                Node.Entry there = later.get(name);
                Node.Mapping other =
                        there == null ? null : resolved(there.value(), now.documents());
                boolean promised = one != null && Shapes.isTrue(one.get("required"));
                String header = "the header `%s` of %s".formatted(name, of);
                if (there == null || other == null) {
                    found.was(
                            promised ? Weight.BREAKING : Weight.DOUBTFUL,
                            Rule.HEADER_REMOVED,
                            newer.at(),
                            header + " is gone",
                            entry.key());
                    return;
                }
                if (promised && !Shapes.isTrue(other.get("required"))) {
                    found.now(
                            Weight.BREAKING,
                            Rule.HEADER_OPTIONAL,
                            newer.at(),
                            header + " is not always there any more",
                            there.key());
                }
                schemas.compare(
                        one == null ? null : one.get("schema"),
                        other.get("schema"),
                        there.key(),
                        new SchemaComparison.Where(newer.at(), header, asked.back(), false),
                        found);
            });
            later.forEach((name, entry) -> {
                if (!earlier.containsKey(name)) {
                    found.now(
                            Weight.HARMLESS,
                            Rule.HEADER_ADDED,
                            newer.at(),
                            "the header `%s` of %s is new".formatted(name, of),
                            entry.key());
                }
            });
        }

        /// `2XX` and `default` answer for what is not named.
        private static Node.@Nullable Entry answering(
                String status, Map<String, Node.Entry> answers) {
            Node.Entry exact = answers.get(status.toUpperCase(Locale.ROOT));
            if (exact != null || status.equals("DEFAULT")) {
                return exact;
            }
            Node.Entry family = answers.get(status.charAt(0) + "XX");
            return family != null ? family : answers.get("DEFAULT");
        }

        private static Map<String, Node.Entry> entries(Node.@Nullable Mapping map) {
            var entries = new TreeMap<String, Node.Entry>();
            if (map != null) {
                map.entries()
                        .forEach((key, entry) -> {
                            if (!key.isEmpty() && !key.startsWith("x-")) {
                                entries.put(key.toUpperCase(Locale.ROOT), entry);
                            }
                        });
            }
            return entries;
        }
    }

    private static Node.@Nullable Mapping resolved(@Nullable Node node, Documents documents) {
        return node != null && documents.resolved(node) instanceof Node.Mapping map ? map : null;
    }

    static Node.@Nullable Mapping map(Node.Mapping map, String key) {
        return map.get(key) instanceof Node.Mapping found ? found : null;
    }

    static String text(Node.Mapping map, String key) {
        return map.get(key) instanceof Node.Scalar scalar ? scalar.text() : "";
    }
}
