package dev.belay.contract.proto;

import dev.belay.contract.proto.ProtoFile.Cardinality;
import dev.belay.contract.proto.ProtoFile.Enumeration;
import dev.belay.contract.proto.ProtoFile.Line;
import dev.belay.contract.proto.ProtoFile.Message;
import dev.belay.contract.proto.ProtoFile.Method;
import dev.belay.contract.proto.ProtoFile.Range;
import dev.belay.contract.proto.ProtoFile.Reserved;
import dev.belay.contract.proto.ProtoFile.Service;
import dev.belay.contract.proto.ProtoFile.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads a `FileDescriptorSet`, as `protoc --descriptor_set_out` and `buf build` write it. The
/// numbers are those of `descriptor.proto`.
final class Descriptors {
    private static final int DEPTH_MAX = 50;

    private static final List<String> TYPES =
            List.of(
                    "",
                    "double",
                    "float",
                    "int64",
                    "uint64",
                    "int32",
                    "fixed64",
                    "fixed32",
                    "bool",
                    "string",
                    "group",
                    "message",
                    "bytes",
                    "uint32",
                    "enum",
                    "sfixed32",
                    "sfixed64",
                    "sint32",
                    "sint64");

    private static final Map<Integer, String> OPTIONS =
            Map.of(
                    1, "java_package",
                    8, "java_outer_classname",
                    11, "go_package",
                    36, "objc_class_prefix",
                    37, "csharp_namespace",
                    41, "php_namespace",
                    45, "ruby_package");

    private final String set;
    private final List<Message> messages = new ArrayList<>();
    private final List<Enumeration> enumerations = new ArrayList<>();
    private final List<Service> services = new ArrayList<>();
    private String syntax = "proto2";
    private String path = "";

    /// Keys and values of maps are messages on the wire.
    private final Map<String, String> maps = new HashMap<>();

    private Descriptors(String set) {
        this.set = set;
    }

    static List<ProtoFile> read(String set, byte[] bytes) throws ProtoException {
        var files = new ArrayList<ProtoFile>();
        for (Wire.Field field : Wire.read(set, bytes)) {
            if (field.number() == 1) {
                files.add(new Descriptors(set).file(field.bytes()));
            }
        }
        if (files.isEmpty()) {
            throw new ProtoException(set, 0, "", "there is no file in this set of descriptors");
        }
        return files;
    }

    private ProtoFile file(byte[] bytes) throws ProtoException {
        List<Wire.Field> fields = Wire.read(set, bytes);
        String namespace = "";
        var options = new TreeMap<String, String>();
        for (Wire.Field field : fields) {
            switch (field.number()) {
                case 1 -> path = field.text();
                case 2 -> namespace = field.text();
                case 12 -> syntax = field.text();
                case 14 -> syntax = "edition " + field.value();
                case 8 -> {
                    for (Wire.Field option : Wire.read(set, field.bytes())) {
                        String name = OPTIONS.get(option.number());
                        if (name != null) {
                            options.put(name, option.text());
                        }
                    }
                }
                default -> {}
            }
        }
        for (Wire.Field field : fields) {
            switch (field.number()) {
                case 4 -> message(field.bytes(), namespace, 0);
                case 5 -> enumeration(field.bytes(), namespace);
                case 6 -> service(field.bytes(), namespace);
                default -> {}
            }
        }
        return new ProtoFile(
                path,
                syntax,
                namespace,
                options,
                List.of(),
                messages.stream().map(this::withMaps).toList(),
                enumerations,
                services);
    }

    private Message withMaps(Message message) {
        return new Message(
                message.name(),
                message.fields().stream()
                        .map(field -> {
                            String map = maps.get(field.type());
                            return map == null
                                    ? field
                                    : new ProtoFile.Field(
                                            field.name(),
                                            field.number(),
                                            map,
                                            Cardinality.MAP,
                                            field.oneof(),
                                            field.jsonName(),
                                            field.at());
                        })
                        .toList(),
                message.reserved(),
                message.at());
    }

    private void message(byte[] bytes, String scope, int depth) throws ProtoException {
        if (depth > DEPTH_MAX) {
            throw new ProtoException(
                    set, 0, "", "messages are nested more than " + DEPTH_MAX + " deep");
        }
        List<Wire.Field> parts = Wire.read(set, bytes);
        String name = within(scope, named(parts));
        var oneofs = new ArrayList<String>();
        var numbers = new ArrayList<Range>();
        var names = new ArrayList<String>();
        var extensions = new ArrayList<Range>();
        boolean entry = false;
        for (Wire.Field part : parts) {
            switch (part.number()) {
                case 3 -> message(part.bytes(), name, depth + 1);
                case 4 -> enumeration(part.bytes(), name);
                case 5 -> extensions.add(range(part.bytes(), true));
                case 7 ->
                        entry =
                                Wire.read(set, part.bytes()).stream()
                                        .anyMatch(one -> one.number() == 7 && one.value() == 1);
                case 8 -> oneofs.add(named(Wire.read(set, part.bytes())));
                case 9 -> numbers.add(range(part.bytes(), true));
                case 10 -> names.add(part.text());
                default -> {}
            }
        }
        var fields = new ArrayList<ProtoFile.Field>();
        for (Wire.Field part : parts) {
            if (part.number() == 2) {
                fields.add(field(part.bytes(), oneofs));
            }
        }
        if (entry && fields.size() == 2) {
            maps.put(name, fields.getFirst().type() + "," + fields.getLast().type());
            return;
        }
        messages.add(new Message(name, fields, new Reserved(numbers, names, extensions), line()));
    }

    private ProtoFile.Field field(byte[] bytes, List<String> oneofs) throws ProtoException {
        String name = "";
        String type = "";
        String json = "";
        int number = 0;
        String oneof = "";
        boolean synthetic = false;
        Cardinality cardinality = Cardinality.SINGULAR;
        for (Wire.Field part : Wire.read(set, bytes)) {
            switch (part.number()) {
                case 1 -> name = part.text();
                case 3 -> number = (int) part.value();
                case 4 ->
                        cardinality =
                                switch ((int) part.value()) {
                                    case 2 -> Cardinality.REQUIRED;
                                    case 3 -> Cardinality.REPEATED;
                                    default -> Cardinality.SINGULAR;
                                };
                case 5 -> {
                    int code = (int) part.value();
                    String word = code > 0 && code < TYPES.size() ? TYPES.get(code) : "";
                    type = type.isEmpty() ? word : type;
                }
                case 6 -> type = part.text().replaceFirst("^\\.", "");
                case 9 ->
                        oneof =
                                part.value() >= 0 && part.value() < oneofs.size()
                                        ? oneofs.get((int) part.value())
                                        : "";
                case 10 -> json = part.text();
                case 17 -> synthetic = part.value() == 1;
                default -> {}
            }
        }
        return new ProtoFile.Field(
                name,
                number,
                type,
                cardinality,
                synthetic ? "" : oneof,
                json.isEmpty() ? Names.json(name) : json,
                line());
    }

    private void enumeration(byte[] bytes, String scope) throws ProtoException {
        List<Wire.Field> parts = Wire.read(set, bytes);
        var values = new ArrayList<Value>();
        var numbers = new ArrayList<Range>();
        var names = new ArrayList<String>();
        for (Wire.Field part : parts) {
            switch (part.number()) {
                case 2 -> {
                    List<Wire.Field> value = Wire.read(set, part.bytes());
                    values.add(new Value(named(value), (int) number(value, 2), line()));
                }
                case 4 -> numbers.add(range(part.bytes(), false));
                case 5 -> names.add(part.text());
                default -> {}
            }
        }
        enumerations.add(
                new Enumeration(
                        within(scope, named(parts)),
                        values,
                        new Reserved(numbers, names, List.of()),
                        syntax.equals("proto2"),
                        line()));
    }

    private void service(byte[] bytes, String scope) throws ProtoException {
        List<Wire.Field> parts = Wire.read(set, bytes);
        var methods = new ArrayList<Method>();
        for (Wire.Field part : parts) {
            if (part.number() == 2) {
                List<Wire.Field> method = Wire.read(set, part.bytes());
                methods.add(
                        new Method(
                                named(method),
                                type(method, 2),
                                type(method, 3),
                                number(method, 5) == 1,
                                number(method, 6) == 1,
                                idempotency(method),
                                line()));
            }
        }
        services.add(new Service(within(scope, named(parts)), methods, line()));
    }

    private String idempotency(List<Wire.Field> method) throws ProtoException {
        for (Wire.Field part : method) {
            if (part.number() == 4) {
                for (Wire.Field option : Wire.read(set, part.bytes())) {
                    if (option.number() == 34) {
                        return option.value() == 1
                                ? "NO_SIDE_EFFECTS"
                                : option.value() == 2 ? "IDEMPOTENT" : "";
                    }
                }
            }
        }
        return "";
    }

    /// @param exclusive whether the end is one too far
    private Range range(byte[] bytes, boolean exclusive) throws ProtoException {
        List<Wire.Field> parts = Wire.read(set, bytes);
        return new Range(number(parts, 1), number(parts, 2) - (exclusive ? 1 : 0));
    }

    private static String named(List<Wire.Field> parts) {
        return parts.stream()
                .filter(part -> part.number() == 1)
                .map(Wire.Field::text)
                .findFirst()
                .orElse("");
    }

    private static String type(List<Wire.Field> parts, int number) {
        return parts.stream()
                .filter(part -> part.number() == number)
                .map(part -> part.text().replaceFirst("^\\.", ""))
                .findFirst()
                .orElse("");
    }

    private static long number(List<Wire.Field> parts, int number) {
        return parts.stream()
                .filter(part -> part.number() == number)
                .mapToLong(Wire.Field::value)
                .findFirst()
                .orElse(0);
    }

    private static String within(String scope, String name) {
        return scope.isEmpty() ? name : scope + "." + name;
    }

    private Line line() {
        return new Line(path.isEmpty() ? set : path, 0);
    }
}
