package dev.belay.manifest.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Builds the tree from the parser's events, one by one, so that every limit holds before memory or
/// stack is spent: the parser itself keeps its state in a list, and this class goes at most
/// [#DEPTH_MAX] deep. No object is ever constructed from a tag.
///
/// Aliases share the node they stand for; its size and height count as though it had been copied,
/// which is what makes a "billion laughs" file fail at once.
public final class YamlReader {
    public static final int DEPTH_MAX = 64;
    public static final int NODES_MAX = 200_000;

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern DECIMAL =
            Pattern.compile(
                    "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.inf|\\.nan");

    private final TextFile file;
    private final Complaints complaints;
    private final Iterator<Event> events;
    private final Map<Anchor, Node> anchors = new HashMap<>();

    /// Ends the reading of a file in which nothing after a fault can be trusted.
    private static final class Hopeless extends RuntimeException {
        Hopeless() {
            super("reported already", null, false, false);
        }
    }

    private YamlReader(TextFile file, Complaints complaints) {
        this.file = file;
        this.complaints = complaints;
        var settings =
                LoadSettings.builder()
                        .setLabel(file.name())
                        .setCodePointLimit(Integer.MAX_VALUE)
                        .build();
        this.events = new Parse(settings).parseString(file.text()).iterator();
    }

    /// The one document of the file; nothing when it cannot be read, which is then complained
    /// about.
    public static Optional<Node> read(TextFile file, Complaints complaints) {
        if (hasControlCharacter(file, complaints)) {
            return Optional.empty();
        }
        var reader = new YamlReader(file, complaints);
        try {
            return reader.document();
        } catch (Hopeless _) {
            return Optional.empty();
        } catch (MarkedYamlEngineException e) {
            reader.syntax(e);
            return Optional.empty();
        } catch (YamlEngineException e) {
            complaints.add(Code.SYNTAX, file.at(1, 1, 1), "this is not YAML: " + brief(e), "");
            return Optional.empty();
        }
    }

    private static boolean hasControlCharacter(TextFile file, Complaints complaints) {
        int line = 1;
        int column = 1;
        String text = file.text();
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = text.codePointAt(i);
            if (isForbidden(point)) {
                complaints.add(
                        Code.CONTROL_CHARACTER,
                        file.at(line, column, column + 1),
                        "the character U+%04X cannot be seen and does not belong here"
                                .formatted(point),
                        "remove it; an editor can show invisible characters");
                return true;
            }
            boolean breaks = point == '\n' || (point == '\r' && !text.startsWith("\n", i + 1));
            column = breaks ? 1 : column + 1;
            line += breaks ? 1 : 0;
        }
        return false;
    }

    private static boolean isForbidden(int point) {
        boolean blank = point == '\t' || point == '\n' || point == '\r';
        return (Character.isISOControl(point) && !blank)
                || point == 0xFEFF
                || (point >= 0xD800 && point <= 0xDFFF)
                || (point >= 0x202A && point <= 0x202E)
                || (point >= 0x2066 && point <= 0x2069);
    }

    private Optional<Node> document() {
        Node root = null;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                case DocumentStart -> {
                    if (root != null) {
                        throw hopeless(
                                Code.SEVERAL_DOCUMENTS,
                                mark(event),
                                "a second document starts here",
                                "keep one document in a file; `include` others");
                    }
                }
                default -> root = node(event, 1);
            }
        }
        if (root == null || root.isNull()) {
            complaints.add(Code.EMPTY, file.at(1, 1, 1), "`" + file.name() + "` is empty", "");
            return Optional.empty();
        }
        return Optional.of(root);
    }

    private Node node(Event event, int depth) {
        if (depth > DEPTH_MAX) {
            throw hopeless(
                    Code.TOO_DEEP,
                    mark(event),
                    "this is nested more than " + DEPTH_MAX + " deep",
                    "");
        }
        Node node =
                switch (event) {
                    case AliasEvent alias -> aliased(alias, depth);
                    case ScalarEvent scalar -> scalar(scalar);
                    case MappingStartEvent start -> mapping(start, depth);
                    case CollectionStartEvent start -> sequence(start, depth);
                    default -> throw new IllegalStateException("unexpected " + event);
                };
        if (event instanceof NodeEvent named && !(event instanceof AliasEvent)) {
            named.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        }
        if (node.size() > NODES_MAX) {
            throw hopeless(
                    Code.TOO_MANY_ALIASES,
                    mark(event),
                    "aliases make this stand for more than " + NODES_MAX + " values",
                    "");
        }
        return node;
    }

    private Node aliased(AliasEvent event, int depth) {
        Node node = anchors.get(event.getAlias());
        if (node == null) {
            throw hopeless(
                    Code.UNKNOWN_ALIAS,
                    mark(event),
                    "there is no anchor `&" + event.getAlias().getValue() + "` before this",
                    "");
        }
        if (depth + node.height() > DEPTH_MAX) {
            throw hopeless(
                    Code.TOO_DEEP,
                    mark(event),
                    "this alias makes the file more than " + DEPTH_MAX + " deep",
                    "");
        }
        return node;
    }

    private Node scalar(ScalarEvent event) {
        refuseTag(event.getTag(), event);
        String text = event.getValue();
        if (text.codePoints().anyMatch(YamlReader::isForbidden)) {
            complaints.add(
                    Code.CONTROL_CHARACTER,
                    mark(event),
                    "an escape stands for a character that does not belong here",
                    "");
        }
        return new Node.Scalar(mark(event), event.isPlain() ? kind(text) : Node.Kind.TEXT, text);
    }

    /// The core schema of YAML 1.2: `no`, `on` and `1:30` are text.
    static Node.Kind kind(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> Node.Kind.NULL;
            case "true", "True", "TRUE", "false", "False", "FALSE" -> Node.Kind.BOOLEAN;
            default -> {
                char first = text.charAt(0);
                boolean numeric = (first >= '0' && first <= '9') || "+-.".indexOf(first) >= 0;
                if (numeric && INTEGER.matcher(text).matches()) {
                    yield Node.Kind.INTEGER;
                }
                yield numeric && DECIMAL.matcher(text).matches()
                        ? Node.Kind.DECIMAL
                        : Node.Kind.TEXT;
            }
        };
    }

    private Node sequence(CollectionStartEvent start, int depth) {
        refuseTag(start.getTag(), start);
        List<Node> items = new ArrayList<>();
        for (Event event = next(); !ends(event); event = next()) {
            items.add(node(event, depth + 1));
        }
        return Node.Sequence.of(mark(start), items);
    }

    private Node mapping(MappingStartEvent start, int depth) {
        refuseTag(start.getTag(), start);
        SequencedMap<String, Node.Entry> entries = new LinkedHashMap<>();
        Mark place = mark(start);
        boolean first = !start.isFlow();
        for (Event event = next(); !ends(event); event = next()) {
            Node key = node(event, depth + 1);
            Node value = node(next(), depth + 1);
            place = first ? key.mark() : place;
            first = false;
            if (isUsable(key, entries)) {
                var name = (Node.Scalar) key;
                entries.put(name.text(), new Node.Entry(name.mark(), value));
            }
        }
        return Node.Mapping.of(place, entries);
    }

    private boolean isUsable(Node key, Map<String, Node.Entry> entries) {
        if (!(key instanceof Node.Scalar(Mark mark, _, String name))) {
            complaints.add(Code.KEY_NOT_TEXT, key.mark(), "a key is text, not a list or map", "");
            return false;
        }
        if (name.equals("<<")) {
            complaints.add(
                    Code.MERGE_KEY,
                    mark,
                    "`<<` is not part of YAML 1.2",
                    "put what components share under `defaults`");
            return false;
        }
        Node.Entry earlier = entries.get(name);
        if (earlier != null) {
            complaints.add(
                    Code.DUPLICATE_KEY,
                    mark,
                    "`" + name + "` is already in line " + earlier.key().line(),
                    "remove one of the two");
            return false;
        }
        return true;
    }

    private Event next() {
        // An event always follows inside of a document: the parser throws when the text ends.
        return events.next();
    }

    private static boolean ends(Event event) {
        return event.getEventId() == Event.ID.SequenceEnd
                || event.getEventId() == Event.ID.MappingEnd;
    }

    private void refuseTag(Optional<String> tag, Event event) {
        tag.ifPresent(name ->
                complaints.add(
                        Code.TAG,
                        mark(event),
                        "the tag `" + name + "` is not allowed",
                        "remove it; quotes make text of any value"));
    }

    private void syntax(MarkedYamlEngineException e) {
        int line = e.getProblemMark().map(m -> m.getLine() + 1).orElse(1);
        int column = e.getProblemMark().map(m -> m.getColumn() + 1).orElse(1);
        String[] lines = file.text().split("\r\n|\r|\n", -1);
        String text = line <= lines.length ? lines[line - 1] : "";
        int tab = text.indexOf('\t');
        if (tab >= 0 && text.substring(0, tab).isBlank()) {
            complaints.add(
                    Code.TAB,
                    file.at(line, tab + 1, tab + 2),
                    "this line is indented with a tab",
                    "indent with blanks");
            return;
        }
        String problem = e.getProblem() == null ? brief(e) : e.getProblem();
        complaints.add(
                Code.SYNTAX,
                file.at(line, column, column + 1),
                "this is not YAML: " + problem,
                "look for a missing blank after `:`, an unclosed quote or bracket, or an odd indent");
    }

    private static String brief(YamlEngineException e) {
        String message = e.getMessage();
        return message == null ? "it cannot be read" : message.lines().findFirst().orElse("");
    }

    private Hopeless hopeless(Code code, Mark mark, String message, String hint) {
        complaints.add(code, mark, message, hint);
        return new Hopeless();
    }

    private Mark mark(Event event) {
        var from = event.getStartMark().orElseThrow();
        var to = event.getEndMark().orElseThrow();
        int line = from.getLine() + 1;
        int column = from.getColumn() + 1;
        boolean oneLine = event instanceof NodeEvent && to.getLine() == from.getLine();
        int end = oneLine ? to.getColumn() + 1 : lineEnd(event);
        return new Mark(file, line, column, Math.max(end, column + 1));
    }

    /// What spans lines is pointed at by its first one: to its end for text, by one character for
    /// lists and maps.
    private static int lineEnd(Event event) {
        return event instanceof ScalarEvent ? Integer.MAX_VALUE : 0;
    }
}
