package dev.belay.contract.proto;

import dev.belay.contract.proto.ProtoFile.Cardinality;
import dev.belay.contract.proto.ProtoFile.Enumeration;
import dev.belay.contract.proto.ProtoFile.Field;
import dev.belay.contract.proto.ProtoFile.Line;
import dev.belay.contract.proto.ProtoFile.Message;
import dev.belay.contract.proto.ProtoFile.Method;
import dev.belay.contract.proto.ProtoFile.Range;
import dev.belay.contract.proto.ProtoFile.Reserved;
import dev.belay.contract.proto.ProtoFile.Service;
import dev.belay.contract.proto.ProtoFile.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Reads a `.proto` file. Types of fields are left as they are written, after the scope that they
/// are looked up from: `shop.v1.Order|Line`.
final class ProtoParser {
    private static final int DEPTH_MAX = 50;
    private static final long NUMBER_MAX = 536_870_911;
    private static final Set<String> LABELS = Set.of("optional", "required", "repeated");

    private final String file;
    private final Tokens tokens;
    private final List<Message> messages = new ArrayList<>();
    private final List<Enumeration> enumerations = new ArrayList<>();
    private final List<Service> services = new ArrayList<>();
    private final List<String> imports = new ArrayList<>();
    private final Map<String, String> options = new TreeMap<>();
    private String syntax = "proto2";
    private String namespace = "";

    private ProtoParser(String file, String text) throws ProtoException {
        this.file = file;
        this.tokens = new Tokens(file, text);
    }

    static ProtoFile parse(String file, String text) throws ProtoException {
        return new ProtoParser(file, text).file();
    }

    private ProtoFile file() throws ProtoException {
        while (tokens.peek().kind() != Tokens.Kind.END) {
            if (!tokens.takes(";")) {
                statement();
            }
        }
        return new ProtoFile(
                file, syntax, namespace, options, imports, messages, enumerations, services);
    }

    private void statement() throws ProtoException {
        Tokens.Token token = tokens.take();
        switch (token.text()) {
            case "syntax", "edition" -> {
                tokens.need("=");
                syntax = tokens.text();
                tokens.need(";");
            }
            case "import" -> {
                if (tokens.peek().kind() == Tokens.Kind.NAME) {
                    tokens.take();
                }
                imports.add(tokens.text());
                tokens.need(";");
            }
            case "package" -> {
                namespace = tokens.path();
                tokens.need(";");
            }
            case "option" -> options.putAll(option(";"));
            case "message" -> message(namespace, 0);
            case "enum" -> enumeration(namespace);
            case "service" -> service();
            case "extend" -> extend(namespace, 0);
            default ->
                    throw tokens.wrong(
                            token, "`message`, `enum`, `service` or another declaration");
        }
    }

    // --- messages ---------------------------------------------------------------------------

    /// What a message's body is gathered in.
    private static final class Body {
        final List<Field> fields = new ArrayList<>();
        final List<Range> numbers = new ArrayList<>();
        final List<String> names = new ArrayList<>();
        final List<Range> extensions = new ArrayList<>();

        Reserved reserved() {
            return new Reserved(numbers, names, extensions);
        }
    }

    private void message(String scope, int depth) throws ProtoException {
        int line = tokens.peek().line();
        String name = within(scope, tokens.name());
        body(name, line, depth);
    }

    private void body(String name, int line, int depth) throws ProtoException {
        if (depth > DEPTH_MAX) {
            throw tokens.failure(line, "messages are nested more than " + DEPTH_MAX + " deep");
        }
        var body = new Body();
        tokens.need("{");
        while (!tokens.takes("}")) {
            if (!tokens.takes(";")) {
                member(name, body, "", depth);
            }
        }
        messages.add(new Message(name, body.fields, body.reserved(), new Line(file, line)));
    }

    private void member(String name, Body body, String oneof, int depth) throws ProtoException {
        Tokens.Token token = tokens.take();
        if (token.kind() == Tokens.Kind.NAME && !isField(token)) {
            switch (token.text()) {
                case "message" -> message(name, depth + 1);
                case "enum" -> enumeration(name);
                case "extend" -> extend(name, depth + 1);
                case "oneof" -> {
                    String called = tokens.name();
                    tokens.need("{");
                    while (!tokens.takes("}")) {
                        if (!tokens.takes(";")) {
                            member(name, body, called, depth);
                        }
                    }
                }
                case "option" -> option(";");
                case "extensions" -> {
                    ranges(body.extensions);
                    if (tokens.takes("[")) {
                        options("]");
                    }
                    tokens.need(";");
                }
                case "reserved" -> reserved(body.numbers, body.names);
                default -> field(token, name, body, oneof, depth);
            }
        } else {
            field(token, name, body, oneof, depth);
        }
    }

    /// A type may be called as a declaration is: what follows tells.
    private boolean isField(Tokens.Token token) {
        return tokens.peek().is(".") && !token.text().equals("reserved");
    }

    private void field(Tokens.Token first, String scope, Body body, String oneof, int depth)
            throws ProtoException {
        Cardinality cardinality = Cardinality.SINGULAR;
        Tokens.Token token = first;
        if (LABELS.contains(token.text())) {
            cardinality =
                    switch (token.text()) {
                        case "required" -> Cardinality.REQUIRED;
                        case "repeated" -> Cardinality.REPEATED;
                        default -> Cardinality.SINGULAR;
                    };
            token = tokens.take();
        }
        String type;
        if (token.text().equals("map") && tokens.takes("<")) {
            String key = tokens.path();
            tokens.need(",");
            type = key + "," + scope + "|" + tokens.path();
            tokens.need(">");
            cardinality = Cardinality.MAP;
        } else if (token.text().equals("group")) {
            type = "group";
        } else {
            type = scope + "|" + path(token);
        }
        int line = tokens.peek().line();
        String name = tokens.name();
        tokens.need("=");
        int number = tokens.number();
        if (number < 1 || number > NUMBER_MAX) {
            throw tokens.failure(line, "a field has a number from 1 to " + NUMBER_MAX);
        }
        Map<String, String> said = tokens.takes("[") ? options("]") : Map.of();
        if (type.equals("group")) {
            body(within(scope, name), line, depth + 1);
            type = scope + "|" + name;
        } else {
            tokens.need(";");
        }
        String presence =
                said.getOrDefault(
                        "features.field_presence",
                        options.getOrDefault("features.field_presence", ""));
        if (presence.equals("LEGACY_REQUIRED") && cardinality == Cardinality.SINGULAR) {
            cardinality = Cardinality.REQUIRED;
        }
        body.fields.add(
                new Field(
                        name,
                        number,
                        type,
                        cardinality,
                        oneof,
                        said.getOrDefault("json_name", Names.json(name)),
                        new Line(file, line)));
    }

    private String path(Tokens.Token first) throws ProtoException {
        if (first.is(".")) {
            return "." + tokens.path();
        }
        if (first.kind() != Tokens.Kind.NAME) {
            throw tokens.wrong(first, "a type");
        }
        return tokens.peek().is(".") ? first.text() + tokens.path() : first.text();
    }

    /// Fields that others get from here.
    private void extend(String scope, int depth) throws ProtoException {
        int line = tokens.peek().line();
        String target = tokens.path();
        var body = new Body();
        tokens.need("{");
        while (!tokens.takes("}")) {
            if (!tokens.takes(";")) {
                field(tokens.take(), scope, body, "", depth);
            }
        }
        messages.add(
                new Message(
                        "extend " + scope + "|" + target,
                        body.fields,
                        body.reserved(),
                        new Line(file, line)));
    }

    private void reserved(List<Range> numbers, List<String> names) throws ProtoException {
        Tokens.Kind kind = tokens.peek().kind();
        if (kind == Tokens.Kind.TEXT || kind == Tokens.Kind.NAME) {
            do {
                names.add(kind == Tokens.Kind.TEXT ? tokens.text() : tokens.name());
            } while (tokens.takes(","));
        } else {
            ranges(numbers);
        }
        tokens.need(";");
    }

    private void ranges(List<Range> into) throws ProtoException {
        do {
            long from = tokens.number();
            long to = from;
            if (tokens.takes("to")) {
                to = tokens.takes("max") ? Integer.MAX_VALUE : tokens.number();
            }
            into.add(new Range(from, to));
        } while (tokens.takes(","));
    }

    // --- enumerations and services ----------------------------------------------------------

    private void enumeration(String scope) throws ProtoException {
        int line = tokens.peek().line();
        String name = within(scope, tokens.name());
        var values = new ArrayList<Value>();
        var body = new Body();
        Map<String, String> said = new LinkedHashMap<>();
        tokens.need("{");
        while (!tokens.takes("}")) {
            if (tokens.takes(";")) {
                continue;
            }
            int at = tokens.peek().line();
            String word = tokens.name();
            if (word.equals("option") && !tokens.peek().is("=")) {
                said.putAll(option(";"));
            } else if (word.equals("reserved") && !tokens.peek().is("=")) {
                reserved(body.numbers, body.names);
            } else {
                tokens.need("=");
                values.add(new Value(word, tokens.number(), new Line(file, at)));
                if (tokens.takes("[")) {
                    options("]");
                }
                tokens.need(";");
            }
        }
        String kind =
                said.getOrDefault(
                        "features.enum_type", options.getOrDefault("features.enum_type", ""));
        boolean closed = kind.isEmpty() ? syntax.equals("proto2") : kind.equals("CLOSED");
        enumerations.add(
                new Enumeration(name, values, body.reserved(), closed, new Line(file, line)));
    }

    private void service() throws ProtoException {
        int line = tokens.peek().line();
        String name = within(namespace, tokens.name());
        var methods = new ArrayList<Method>();
        tokens.need("{");
        while (!tokens.takes("}")) {
            if (tokens.takes(";")) {
                continue;
            }
            Tokens.Token token = tokens.take();
            switch (token.text()) {
                case "option" -> option(";");
                case "rpc" -> methods.add(method(name));
                default -> throw tokens.wrong(token, "`rpc`");
            }
        }
        services.add(new Service(name, methods, new Line(file, line)));
    }

    private Method method(String service) throws ProtoException {
        int line = tokens.peek().line();
        String name = tokens.name();
        tokens.need("(");
        boolean fromClient = streams();
        String input = service + "|" + tokens.path();
        tokens.need(")");
        tokens.need("returns");
        tokens.need("(");
        boolean fromServer = streams();
        String output = service + "|" + tokens.path();
        tokens.need(")");
        Map<String, String> said = new LinkedHashMap<>();
        if (tokens.takes("{")) {
            while (!tokens.takes("}")) {
                if (!tokens.takes(";")) {
                    tokens.need("option");
                    said.putAll(option(";"));
                }
            }
        } else {
            tokens.need(";");
        }
        return new Method(
                name,
                input,
                output,
                fromClient,
                fromServer,
                said.getOrDefault("idempotency_level", ""),
                new Line(file, line));
    }

    private boolean streams() {
        if (tokens.peek().is("stream")) {
            tokens.take();
            return true;
        }
        return false;
    }

    // --- options ----------------------------------------------------------------------------

    /// One, up to and with the sign that ends it.
    private Map<String, String> option(String end) throws ProtoException {
        return options(end);
    }

    private Map<String, String> options(String end) throws ProtoException {
        var all = new LinkedHashMap<String, String>();
        do {
            String name = optionName();
            tokens.need("=");
            all.put(name, constant(0));
        } while (tokens.takes(","));
        tokens.need(end);
        return all;
    }

    private String optionName() throws ProtoException {
        var name = new StringBuilder();
        do {
            if (tokens.takes("(")) {
                name.append('(').append(tokens.path()).append(')');
                tokens.need(")");
            } else {
                name.append(tokens.name());
            }
        } while (tokens.takes(".") && name.append('.').length() > 0);
        return name.toString();
    }

    private String constant(int depth) throws ProtoException {
        Tokens.Token token = tokens.peek();
        if (token.is("{") || token.is("[") || token.is("<")) {
            return block(depth);
        }
        if (token.kind() == Tokens.Kind.TEXT) {
            return tokens.text();
        }
        String sign = tokens.takes("-") ? "-" : "";
        Tokens.Token value = tokens.take();
        if (value.kind() == Tokens.Kind.NAME || value.kind() == Tokens.Kind.NUMBER) {
            var path = new StringBuilder(value.text());
            while (tokens.takes(".")) {
                path.append('.').append(tokens.name());
            }
            return sign + path;
        }
        throw tokens.wrong(value, "a value");
    }

    /// What custom options hold is nobody's business here; it has to end.
    private String block(int depth) throws ProtoException {
        int open = 0;
        int line = tokens.peek().line();
        do {
            Tokens.Token token = tokens.take();
            if (token.kind() == Tokens.Kind.END) {
                throw tokens.failure(line, "a value begins here and has no end");
            }
            if (token.is("{") || token.is("[") || token.is("<")) {
                open++;
            } else if (token.is("}") || token.is("]") || token.is(">")) {
                open--;
            }
        } while (open > depth);
        return "{…}";
    }

    private static String within(String scope, String name) {
        return scope.isEmpty() ? name : scope + "." + name;
    }
}
