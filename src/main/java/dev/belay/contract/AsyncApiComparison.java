package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares two AsyncAPI documents, of version 2 or 3, by what is sent and received where. In
/// version 2 `publish` is what others do, and so what the component receives.
final class AsyncApiComparison {
    private final Contract.AsyncApi was;
    private final Contract.AsyncApi now;
    private final SchemaComparison schemas;
    private final Findings found;

    AsyncApiComparison(Contract.AsyncApi was, Contract.AsyncApi now, Findings found) {
        this.was = was;
        this.now = now;
        this.found = found;
        this.schemas = new SchemaComparison(was.documents(), now.documents());
    }

    /// What the component does at one address.
    ///
    /// @param messages by name
    /// @param bindings as canonical text
    private record Exchange(
            Flow flow,
            String address,
            Mark mark,
            SequencedMap<String, Message> messages,
            SequencedMap<String, Message> replies,
            String bindings) {
        String at() {
            return (flow == Flow.SENT ? "send " : "receive ") + address;
        }
    }

    private record Message(Node.Mapping node, Mark mark, String contentType) {}

    void compare() {
        Map<String, Exchange> older = new Reader(was).exchanges();
        Map<String, Exchange> newer = new Reader(now).exchanges();
        older.forEach((key, one) -> {
            Exchange other = newer.get(key);
            if (other == null) {
                boolean sent = one.flow() == Flow.SENT;
                found.was(
                        Weight.BREAKING,
                        sent ? Rule.OPERATION_SENT_REMOVED : Rule.OPERATION_REMOVED,
                        one.at(),
                        sent
                                ? "nothing is sent there any more"
                                : "nothing is received there any more",
                        one.mark());
                return;
            }
            messages(one.messages(), other.messages(), other, one.flow());
            messages(one.replies(), other.replies(), other, one.flow().back());
            if (!one.bindings().equals(other.bindings())) {
                found.now(
                        Weight.DOUBTFUL,
                        Rule.BINDING_CHANGED,
                        other.at(),
                        "its bindings are others",
                        other.mark());
            }
        });
        newer.forEach((key, one) -> {
            if (!older.containsKey(key)) {
                found.now(Weight.HARMLESS, Rule.OPERATION_ADDED, one.at(), "it is new", one.mark());
            }
        });
    }

    private void messages(
            SequencedMap<String, Message> older,
            SequencedMap<String, Message> newer,
            Exchange at,
            Flow flow) {
        var gone = new ArrayList<String>();
        var fresh = new ArrayList<>(newer.keySet());
        for (var one : older.entrySet()) {
            Message other = newer.get(one.getKey());
            if (other == null) {
                gone.add(one.getKey());
            } else {
                fresh.remove(one.getKey());
                message(one.getKey(), one.getValue(), other, at, flow);
            }
        }
        if (gone.size() == 1 && fresh.size() == 1) {
            // What it is called in the file is not on the wire.
            message(
                    fresh.getFirst(),
                    older.get(gone.getFirst()),
                    newer.get(fresh.getFirst()),
                    at,
                    flow);
            return;
        }
        for (String name : gone) {
            Message message = older.get(name);
            if (message != null) {
                found.was(
                        Weight.BREAKING,
                        Rule.MESSAGE_REMOVED,
                        at.at(),
                        "the message `%s` is not %s any more"
                                .formatted(name, flow == Flow.SENT ? "sent" : "taken"),
                        message.mark());
            }
        }
        for (String name : fresh) {
            Message message = newer.get(name);
            if (message != null) {
                found.now(
                        flow == Flow.SENT && !older.isEmpty() ? Weight.DOUBTFUL : Weight.HARMLESS,
                        Rule.MESSAGE_ADDED,
                        at.at(),
                        "the message `%s` is new".formatted(name),
                        message.mark());
            }
        }
    }

    private void message(
            String name, @Nullable Message one, @Nullable Message other, Exchange at, Flow flow) {
        if (one == null || other == null) {
            return;
        }
        if (!one.contentType().equals(other.contentType())) {
            found.now(
                    Weight.BREAKING,
                    Rule.CONTENT_TYPE,
                    at.at(),
                    "the message `%s` is `%s` now, and was `%s`"
                            .formatted(name, other.contentType(), one.contentType()),
                    other.mark());
        }
        for (String part : List.of("payload", "headers")) {
            String of =
                    part.equals("payload")
                            ? "the message `" + name + "`"
                            : "the headers of the message `" + name + "`";
            Payload before = Payload.of(one.node(), part, was.documents());
            Payload after = Payload.of(other.node(), part, now.documents());
            if (before.foreign() || after.foreign()) {
                foreign(before, after, at.at(), of, other.mark());
            } else {
                schemas.compare(
                        before.schema(),
                        after.schema(),
                        other.mark(),
                        new SchemaComparison.Where(at.at(), of, flow, false),
                        found);
            }
        }
    }

    private void foreign(Payload before, Payload after, String at, String of, Mark mark) {
        if (!before.equals(after)) {
            found.now(
                    Weight.DOUBTFUL,
                    Rule.NOT_COMPARABLE,
                    at,
                    "the schema of %s is another one, in `%s`".formatted(of, after.format()),
                    mark);
        }
    }

    /// A schema, and of which kind it is.
    ///
    /// @param text of a kind that is only compared as it is written
    private record Payload(@Nullable Node schema, String format, boolean foreign, String text) {
        static Payload of(Node.Mapping message, String part, Documents documents) {
            Node written = message.get(part);
            Node found = written == null ? null : documents.resolved(written);
            String format =
                    part.equals("payload") ? OpenApiComparison.text(message, "schemaFormat") : "";
            if (found instanceof Node.Mapping map && map.get("schemaFormat") != null) {
                format = OpenApiComparison.text(map, "schemaFormat");
                written = map.get("schema");
            }
            boolean foreign =
                    !format.isEmpty()
                            && !format.contains("aai.asyncapi")
                            && !format.contains("schema+json")
                            && !format.contains("schema+yaml")
                            && !format.contains("vnd.oai.openapi");
            Node resolved = written == null ? null : documents.resolved(written);
            String text = foreign && resolved != null ? Shapes.Canonical.of(resolved) : "";
            return new Payload(foreign ? null : written, format, foreign, text);
        }
    }

    /// Reads what is sent and received out of one document.
    private static final class Reader {
        private final Contract.AsyncApi contract;
        private final Map<String, Exchange> all = new TreeMap<>();
        private final String usual;

        Reader(Contract.AsyncApi contract) {
            this.contract = contract;
            String said = OpenApiComparison.text(contract.root(), "defaultContentType");
            usual = said.isEmpty() ? "application/json" : said;
        }

        Map<String, Exchange> exchanges() {
            boolean third = OpenApiComparison.text(contract.root(), "asyncapi").startsWith("3");
            Node.Mapping root = contract.root();
            if (third) {
                each(OpenApiComparison.map(root, "operations"), this::operation);
            } else {
                each(OpenApiComparison.map(root, "channels"), this::channel);
            }
            return all;
        }

        private interface Visitor {
            void visit(String name, Mark mark, Node.Mapping node);
        }

        private void each(Node.@Nullable Mapping map, Visitor visitor) {
            if (map != null) {
                map.entries()
                        .forEach((name, entry) -> {
                            Node.Mapping one = resolved(entry.value());
                            if (one != null) {
                                visitor.visit(name, entry.key(), one);
                            }
                        });
            }
        }

        private Node.@Nullable Mapping resolved(@Nullable Node node) {
            return node != null && contract.documents().resolved(node) instanceof Node.Mapping map
                    ? map
                    : null;
        }

        /// Version 2.
        private void channel(String address, Mark mark, Node.Mapping channel) {
            for (Flow flow : Flow.values()) {
                String word = flow == Flow.RECEIVED ? "publish" : "subscribe";
                Node.Mapping operation = resolved(channel.get(word));
                if (operation != null) {
                    var messages = new LinkedHashMap<String, Message>();
                    Node message = operation.get("message");
                    Node.Mapping one = resolved(message);
                    List<Node> kinds =
                            one == null || one.get("oneOf") == null
                                    ? message == null ? List.of() : List.of(message)
                                    : Shapes.items(one.get("oneOf"));
                    kinds.forEach(kind -> message("", kind, messages));
                    add(
                            new Exchange(
                                    flow,
                                    address,
                                    mark,
                                    messages,
                                    new LinkedHashMap<>(),
                                    bindings(channel) + bindings(operation)));
                }
            }
        }

        /// Version 3.
        private void operation(String name, Mark mark, Node.Mapping operation) {
            Node.Mapping channel = resolved(operation.get("channel"));
            String action = OpenApiComparison.text(operation, "action");
            if (channel == null || action.isEmpty()) {
                return;
            }
            Node written = operation.get("channel");
            Node.Scalar reference = written == null ? null : Documents.reference(written);
            String id =
                    reference == null
                            ? name
                            : reference.text().substring(reference.text().lastIndexOf('/') + 1);
            String said = OpenApiComparison.text(channel, "address");
            add(
                    new Exchange(
                            action.equals("send") ? Flow.SENT : Flow.RECEIVED,
                            said.isEmpty() || said.equals("null") ? id : said,
                            mark,
                            messages(operation, channel),
                            replies(operation),
                            bindings(channel) + bindings(operation)));
        }

        private SequencedMap<String, Message> replies(Node.Mapping operation) {
            Node.Mapping reply = resolved(operation.get("reply"));
            if (reply == null) {
                return new LinkedHashMap<>();
            }
            Node.Mapping channel = resolved(reply.get("channel"));
            return messages(reply, channel);
        }

        private SequencedMap<String, Message> messages(
                Node.Mapping operation, Node.@Nullable Mapping channel) {
            var messages = new LinkedHashMap<String, Message>();
            Node some = operation.get("messages");
            if (some != null) {
                Shapes.items(some).forEach(one -> message("", one, messages));
            } else if (channel != null) {
                Node.Mapping all = OpenApiComparison.map(channel, "messages");
                if (all != null) {
                    all.entries().forEach((name, entry) -> message(name, entry.value(), messages));
                }
            }
            return messages;
        }

        private void message(String known, Node node, Map<String, Message> into) {
            Node.Mapping message = resolved(node);
            if (message == null) {
                return;
            }
            String said = OpenApiComparison.text(message, "name");
            Node.Scalar reference = Documents.reference(node);
            String name =
                    !known.isEmpty()
                            ? known
                            : reference != null
                                    ? reference
                                            .text()
                                            .substring(reference.text().lastIndexOf('/') + 1)
                                    : said;
            String type = OpenApiComparison.text(message, "contentType");
            into.putIfAbsent(
                    name.isEmpty() ? "message " + (into.size() + 1) : name,
                    new Message(message, message.mark(), type.isEmpty() ? usual : type));
        }

        private void add(Exchange exchange) {
            all.merge(
                    exchange.flow() + " " + exchange.address().replaceAll("\\{[^}/]*}", "{}"),
                    exchange,
                    Reader::both);
        }

        /// Several operations of version 3 may be of one channel.
        private static Exchange both(Exchange one, Exchange other) {
            one.messages().putAll(other.messages());
            one.replies().putAll(other.replies());
            return one;
        }

        private static String bindings(Node.Mapping map) {
            Node bindings = map.get("bindings");
            return bindings == null ? "" : Shapes.Canonical.of(bindings);
        }
    }
}
