package dev.belay.contract.proto;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One file of Protocol Buffers, with every name whole.
///
/// @param syntax `proto2`, `proto3` or an edition
/// @param options those that decide where generated code is
public record ProtoFile(
        String path,
        String syntax,
        String namespace,
        Map<String, String> options,
        List<String> imports,
        List<Message> messages,
        List<Enumeration> enumerations,
        List<Service> services) {
    public ProtoFile {
        options = Map.copyOf(new TreeMap<>(options));
        imports = List.copyOf(imports);
        messages = List.copyOf(messages);
        enumerations = List.copyOf(enumerations);
        services = List.copyOf(services);
    }

    /// A line of a file; 0 where there are none.
    public record Line(String file, int number) {}

    /// Numbers from one to another, both included.
    public record Range(long from, long to) {
        public boolean holds(Range other) {
            return from <= other.from && other.to <= to;
        }
    }

    /// What is kept from being used again, or left to others.
    public record Reserved(List<Range> numbers, List<String> names, List<Range> extensions) {
        public Reserved {
            numbers = List.copyOf(numbers);
            names = List.copyOf(names);
            extensions = List.copyOf(extensions);
        }

        public boolean number(long number) {
            return numbers.stream().anyMatch(range -> range.holds(new Range(number, number)));
        }

        public boolean name(String name) {
            return names.contains(name);
        }
    }

    /// How often a field may be there. Whether its absence can be told does not change the wire.
    public enum Cardinality {
        SINGULAR,
        REQUIRED,
        REPEATED,
        MAP
    }

    /// A message, without those that are declared in it: they stand beside it.
    public record Message(String name, List<Field> fields, Reserved reserved, Line at) {
        public Message {
            fields = List.copyOf(fields);
        }
    }

    /// A field.
    ///
    /// @param type a scalar's word, or the whole name of a message or enumeration; of a map both
    /// @param oneof that it is a member of; empty for none
    public record Field(
            String name,
            int number,
            String type,
            Cardinality cardinality,
            String oneof,
            String jsonName,
            Line at) {}

    /// An enumeration.
    ///
    /// @param closed whether a number that it does not name is kept apart
    public record Enumeration(
            String name, List<Value> values, Reserved reserved, boolean closed, Line at) {
        public Enumeration {
            values = List.copyOf(values);
        }
    }

    /// One of its values; several may have one number.
    public record Value(String name, int number, Line at) {}

    /// A service.
    public record Service(String name, List<Method> methods, Line at) {
        public Service {
            methods = List.copyOf(methods);
        }
    }

    /// A method.
    ///
    /// @param idempotency as its option says; empty where it says nothing
    public record Method(
            String name,
            String input,
            String output,
            boolean clientStreams,
            boolean serverStreams,
            String idempotency,
            Line at) {}
}
