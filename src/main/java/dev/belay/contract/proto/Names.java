package dev.belay.contract.proto;

import java.util.Set;

/// Names of Protocol Buffers.
final class Names {
    static final Set<String> SCALARS =
            Set.of(
                    "double",
                    "float",
                    "int32",
                    "int64",
                    "uint32",
                    "uint64",
                    "sint32",
                    "sint64",
                    "fixed32",
                    "fixed64",
                    "sfixed32",
                    "sfixed64",
                    "bool",
                    "string",
                    "bytes");

    private Names() {}

    /// As JSON has a field where nothing else is said: `order_id` is `orderId`.
    static String json(String name) {
        var json = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                json.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return json.toString();
    }

    /// The whole name of a type that is looked up from a scope, inside out.
    ///
    /// @param written `SCOPE|TYPE`, or a scalar, or of a map `KEY,SCOPE|TYPE`
    static String whole(String written, Set<String> known) {
        int comma = written.indexOf(',');
        if (comma >= 0) {
            return written.substring(0, comma) + "," + whole(written.substring(comma + 1), known);
        }
        int bar = written.indexOf('|');
        if (bar < 0) {
            return written;
        }
        String scope = written.substring(0, bar);
        String name = written.substring(bar + 1);
        if (name.startsWith(".")) {
            return name.substring(1);
        }
        if (SCALARS.contains(name)) {
            return name;
        }
        for (String from = scope; ; from = from.substring(0, Math.max(0, from.lastIndexOf('.')))) {
            String candidate = from.isEmpty() ? name : from + "." + name;
            if (known.contains(candidate)) {
                return candidate;
            }
            if (from.isEmpty()) {
                return name;
            }
        }
    }
}
