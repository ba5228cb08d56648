package dev.belay.contract;

import dev.belay.contract.proto.ProtoFile;
import dev.belay.contract.proto.ProtoFile.Cardinality;
import dev.belay.contract.proto.ProtoFile.Enumeration;
import dev.belay.contract.proto.ProtoFile.Field;
import dev.belay.contract.proto.ProtoFile.Message;
import dev.belay.contract.proto.ProtoFile.Method;
import dev.belay.contract.proto.ProtoFile.Service;
import dev.belay.contract.proto.ProtoFile.Value;
import dev.belay.contract.proto.ProtoFiles;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares Protocol Buffers by what those notice who have old bytes, old JSON or old generated
/// code. As both sides read and write, there is no direction.
final class ProtoComparison {
    private final ProtoFiles was;
    private final ProtoFiles now;
    private final Findings found;

    ProtoComparison(ProtoFiles was, ProtoFiles now, Findings found) {
        this.was = was;
        this.now = now;
        this.found = found;
    }

    void compare() {
        files();
        was.messages()
                .forEach((name, one) -> {
                    Message other = now.messages().get(name);
                    if (other == null) {
                        gone("message", name, one.at());
                    } else {
                        message(one, other);
                    }
                });
        was.enumerations()
                .forEach((name, one) -> {
                    Enumeration other = now.enumerations().get(name);
                    if (other == null) {
                        gone("enumeration", name, one.at());
                    } else {
                        enumeration(one, other);
                    }
                });
        was.services()
                .forEach((name, one) -> {
                    Service other = now.services().get(name);
                    if (other == null) {
                        gone("service", name, one.at());
                    } else {
                        service(one, other);
                    }
                });
        fresh();
    }

    private void fresh() {
        now.messages()
                .forEach((name, one) -> {
                    if (!was.messages().containsKey(name)) {
                        now(Weight.HARMLESS, Rule.TYPE_ADDED, name, "the message is new", one.at());
                    }
                });
        now.enumerations()
                .forEach((name, one) -> {
                    if (!was.enumerations().containsKey(name)) {
                        now(
                                Weight.HARMLESS,
                                Rule.TYPE_ADDED,
                                name,
                                "the enumeration is new",
                                one.at());
                    }
                });
        now.services()
                .forEach((name, one) -> {
                    if (!was.services().containsKey(name)) {
                        now(Weight.HARMLESS, Rule.TYPE_ADDED, name, "the service is new", one.at());
                    }
                });
    }

    private void gone(String kind, String name, ProtoFile.Line at) {
        was(Weight.BREAKING, Rule.TYPE_REMOVED, name, "the " + kind + " is gone", at);
    }

    // --- files ------------------------------------------------------------------------------

    private void files() {
        Map<String, ProtoFile> later = new TreeMap<>();
        now.parsed().forEach(file -> later.put(file.path(), file));
        for (ProtoFile one : was.parsed()) {
            ProtoFile other = later.get(one.path());
            if (other == null) {
                continue;
            }
            var at = new ProtoFile.Line(other.path(), 1);
            if (!one.namespace().equals(other.namespace())) {
                now(
                        Weight.BREAKING,
                        Rule.PACKAGE_CHANGED,
                        other.path(),
                        "its package is `%s` now, and was `%s`"
                                .formatted(other.namespace(), one.namespace()),
                        at);
            }
            if (!one.syntax().equals(other.syntax())) {
                now(
                        Weight.DOUBTFUL,
                        Rule.SYNTAX_CHANGED,
                        other.path(),
                        "its syntax is `%s` now, and was `%s`"
                                .formatted(other.syntax(), one.syntax()),
                        at);
            }
            one.options()
                    .forEach((name, value) -> {
                        String next = other.options().get(name);
                        boolean places =
                                name.contains("package")
                                        || name.contains("namespace")
                                        || name.contains("classname")
                                        || name.contains("prefix");
                        if (places && !value.equals(next)) {
                            now(
                                    Weight.DOUBTFUL,
                                    Rule.FILE_OPTION,
                                    other.path(),
                                    "`%s` is `%s` now, and was `%s`"
                                            .formatted(
                                                    name,
                                                    Objects.requireNonNullElse(next, ""),
                                                    value),
                                    at);
                        }
                    });
        }
    }

    // --- messages ---------------------------------------------------------------------------

    private void message(Message one, Message other) {
        for (Field field : one.fields()) {
            Field next = byNumber(other, field.number());
            if (next != null) {
                field(other.name(), field, next);
                continue;
            }
            removed(field, other);
        }
        for (Field field : other.fields()) {
            if (byNumber(one, field.number()) == null) {
                added(field, one, other);
            }
        }
        reserved(one.reserved(), other.reserved(), other.name(), other.at());
    }

    private void removed(Field field, Message other) {
        Field renumbered =
                other.fields().stream()
                        .filter(next -> next.name().equals(field.name()))
                        .findFirst()
                        .orElse(null);
        if (renumbered != null) {
            now(
                    Weight.BREAKING,
                    Rule.FIELD_NUMBER,
                    other.name(),
                    "`%s` has the number %d now, and had %d"
                            .formatted(field.name(), renumbered.number(), field.number()),
                    renumbered.at());
            return;
        }
        boolean number = other.reserved().number(field.number());
        boolean name = other.reserved().name(field.name());
        boolean required = field.cardinality() == Cardinality.REQUIRED;
        String open =
                number
                        ? name ? "" : ", and its name is not reserved"
                        : ", and its number is not reserved";
        was(
                number && name && !required ? Weight.HARMLESS : Weight.BREAKING,
                Rule.FIELD_REMOVED,
                other.name(),
                "`%s` (%d) is gone%s"
                        .formatted(
                                field.name(),
                                field.number(),
                                required ? ", and must be there for those who read" : open),
                field.at());
    }

    private void added(Field field, Message one, Message other) {
        if (one.fields().stream().anyMatch(known -> known.name().equals(field.name()))) {
            return;
        }
        boolean required = field.cardinality() == Cardinality.REQUIRED;
        boolean reused = one.reserved().number(field.number());
        if (reused) {
            now(
                    Weight.BREAKING,
                    Rule.FIELD_NUMBER,
                    other.name(),
                    "`%s` takes the number %d, which was reserved"
                            .formatted(field.name(), field.number()),
                    field.at());
        }
        now(
                required ? Weight.BREAKING : Weight.HARMLESS,
                required ? Rule.FIELD_REQUIRED : Rule.FIELD_ADDED,
                other.name(),
                "`%s` (%d) is new%s"
                        .formatted(
                                field.name(), field.number(), required ? " and must be there" : ""),
                field.at());
    }

    private void field(String message, Field one, Field other) {
        String named = "`%s` (%d)".formatted(other.name(), other.number());
        if (!one.name().equals(other.name())) {
            now(
                    Weight.BREAKING,
                    Rule.FIELD_NAME,
                    message,
                    "the field %d is called `%s` now, and was `%s`"
                            .formatted(other.number(), other.name(), one.name()),
                    other.at());
        } else if (!one.jsonName().equals(other.jsonName())) {
            now(
                    Weight.BREAKING,
                    Rule.FIELD_JSON_NAME,
                    message,
                    "%s is `%s` in JSON now, and was `%s`"
                            .formatted(named, other.jsonName(), one.jsonName()),
                    other.at());
        }
        if (one.cardinality() != other.cardinality()) {
            now(
                    Weight.BREAKING,
                    Rule.FIELD_CARDINALITY,
                    message,
                    "%s is %s now, and was %s"
                            .formatted(named, word(other.cardinality()), word(one.cardinality())),
                    other.at());
        } else if (!one.type().equals(other.type())) {
            boolean alike = group(one.type()).equals(group(other.type()));
            now(
                    alike ? Weight.DOUBTFUL : Weight.BREAKING,
                    Rule.FIELD_TYPE,
                    message,
                    "%s is `%s` now, and was `%s`%s"
                            .formatted(
                                    named,
                                    other.type(),
                                    one.type(),
                                    alike ? ", which is written alike" : ""),
                    other.at());
        }
        if (!one.oneof().equals(other.oneof())) {
            now(
                    Weight.BREAKING,
                    Rule.FIELD_ONEOF,
                    message,
                    other.oneof().isEmpty()
                            ? named + " is no part of `" + one.oneof() + "` any more"
                            : named + " is a part of `" + other.oneof() + "` now",
                    other.at());
        }
    }

    /// Types in one group are the same on the wire and in JSON, as long as the numbers fit both.
    private static String group(String type) {
        return switch (type) {
            case "int32", "uint32" -> "varint of 32 bits";
            case "int64", "uint64" -> "varint of 64 bits";
            case "fixed32", "sfixed32" -> "4 bytes";
            case "fixed64", "sfixed64" -> "8 bytes";
            default -> type;
        };
    }

    private static String word(Cardinality cardinality) {
        return cardinality == Cardinality.MAP
                ? "a map"
                : cardinality.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Field byNumber(Message message, int number) {
        return message.fields().stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .orElse(null);
    }

    private void reserved(
            ProtoFile.Reserved one, ProtoFile.Reserved other, String at, ProtoFile.Line line) {
        for (ProtoFile.Range range : one.numbers()) {
            if (!covered(range, other.numbers())) {
                now(
                        Weight.BREAKING,
                        Rule.RESERVED_REMOVED,
                        at,
                        "numbers %s are not reserved any more".formatted(spoken(range)),
                        line);
            }
        }
        for (String name : one.names()) {
            if (!other.name(name)) {
                now(
                        Weight.BREAKING,
                        Rule.RESERVED_REMOVED,
                        at,
                        "the name `%s` is not reserved any more".formatted(name),
                        line);
            }
        }
        for (ProtoFile.Range range : one.extensions()) {
            if (!covered(range, other.extensions())) {
                now(
                        Weight.BREAKING,
                        Rule.EXTENSIONS_REMOVED,
                        at,
                        "numbers %s are not for extensions any more".formatted(spoken(range)),
                        line);
            }
        }
    }

    /// Ranges that touch are one.
    private static boolean covered(ProtoFile.Range range, List<ProtoFile.Range> by) {
        long next = range.from();
        List<ProtoFile.Range> sorted =
                by.stream()
                        .sorted(java.util.Comparator.comparingLong(ProtoFile.Range::from))
                        .toList();
        for (ProtoFile.Range one : sorted) {
            if (one.from() <= next && one.to() >= next) {
                next = one.to() + 1;
            }
        }
        return next > range.to();
    }

    private static String spoken(ProtoFile.Range range) {
        return range.from() == range.to()
                ? String.valueOf(range.from())
                : range.from()
                        + " to "
                        + (range.to() >= 536_870_911 ? "max" : String.valueOf(range.to()));
    }

    // --- enumerations and services ----------------------------------------------------------

    private void enumeration(Enumeration one, Enumeration other) {
        if (one.closed() != other.closed()) {
            now(
                    Weight.DOUBTFUL,
                    Rule.SYNTAX_CHANGED,
                    other.name(),
                    other.closed()
                            ? "numbers that it does not name are kept apart now"
                            : "numbers that it does not name are values now",
                    other.at());
        }
        for (Value value : one.values()) {
            List<String> names = names(other, value.number());
            if (names.isEmpty()) {
                boolean reserved =
                        other.reserved().number(value.number())
                                && other.reserved().name(value.name());
                was(
                        reserved ? Weight.HARMLESS : Weight.BREAKING,
                        Rule.ENUM_VALUE_REMOVED,
                        other.name(),
                        "`%s` (%d) is gone%s"
                                .formatted(
                                        value.name(),
                                        value.number(),
                                        reserved ? "" : ", and is not reserved"),
                        value.at());
            } else if (!names.contains(value.name())) {
                now(
                        Weight.BREAKING,
                        Rule.ENUM_VALUE_NAME,
                        other.name(),
                        "%d is called `%s` now, and was `%s`"
                                .formatted(value.number(), names.getFirst(), value.name()),
                        at(other, value.number()));
            }
        }
        for (Value value : other.values()) {
            if (names(one, value.number()).isEmpty()) {
                now(
                        Weight.DOUBTFUL,
                        Rule.ENUM_VALUE_ADDED,
                        other.name(),
                        "`%s` (%d) is new".formatted(value.name(), value.number()),
                        value.at());
            }
        }
        reserved(one.reserved(), other.reserved(), other.name(), other.at());
    }

    private static List<String> names(Enumeration enumeration, int number) {
        return enumeration.values().stream()
                .filter(value -> value.number() == number)
                .map(Value::name)
                .toList();
    }

    private static ProtoFile.Line at(Enumeration enumeration, int number) {
        return enumeration.values().stream()
                .filter(value -> value.number() == number)
                .map(Value::at)
                .findFirst()
                .orElse(enumeration.at());
    }

    private void service(Service one, Service other) {
        for (Method method : one.methods()) {
            Method next =
                    other.methods().stream()
                            .filter(candidate -> candidate.name().equals(method.name()))
                            .findFirst()
                            .orElse(null);
            String at = other.name() + "/" + method.name();
            if (next == null) {
                was(Weight.BREAKING, Rule.METHOD_REMOVED, at, "the method is gone", method.at());
            } else {
                method(at, method, next);
            }
        }
        for (Method method : other.methods()) {
            if (one.methods().stream().noneMatch(known -> known.name().equals(method.name()))) {
                now(
                        Weight.HARMLESS,
                        Rule.METHOD_ADDED,
                        other.name() + "/" + method.name(),
                        "the method is new",
                        method.at());
            }
        }
    }

    private void method(String at, Method one, Method other) {
        if (!one.input().equals(other.input()) || !one.output().equals(other.output())) {
            now(
                    Weight.BREAKING,
                    Rule.METHOD_TYPE,
                    at,
                    "it takes `%s` and answers `%s` now, and took `%s` and answered `%s`"
                            .formatted(other.input(), other.output(), one.input(), one.output()),
                    other.at());
        }
        if (one.clientStreams() != other.clientStreams()
                || one.serverStreams() != other.serverStreams()) {
            now(
                    Weight.BREAKING,
                    Rule.METHOD_STREAMING,
                    at,
                    "which side sends a stream is different",
                    other.at());
        }
        if (!one.idempotency().equals(other.idempotency())) {
            now(
                    Weight.BREAKING,
                    Rule.METHOD_IDEMPOTENCY,
                    at,
                    "`idempotency_level` is another one",
                    other.at());
        }
    }

    private void now(Weight weight, Rule rule, String at, String what, ProtoFile.Line line) {
        found.add(
                new Difference(
                        weight, rule, at, what, new Spot(line.file(), line.number(), false)));
    }

    private void was(Weight weight, Rule rule, String at, String what, ProtoFile.Line line) {
        found.add(
                new Difference(weight, rule, at, what, new Spot(line.file(), line.number(), true)));
    }
}
