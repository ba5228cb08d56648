package dev.belay.schema;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// One object of a catalogue.
///
/// @param identity what it keeps when it is renamed, within one database and its copies: the
///   server's own number of it
/// @param of the identity of what it is part of: a column's relation, a relation's schema; or empty
/// @param name as people write it, with its schema: `public.orders.total`
/// @param local its own part of the name: `total`
/// @param facets how it is defined; equal in a database and in its restored copy. An absent one is
///   null there, a list has its elements
/// @param facts what is known of it besides: sizes, privileges in effect, what it uses; no part of
///   the fingerprint
public record SchemaObject(
        Kind kind,
        String identity,
        String of,
        String name,
        String local,
        SortedMap<String, List<String>> facets,
        SortedMap<String, List<String>> facts) {
    public SchemaObject {
        facets = copied(facets);
        facts = copied(facts);
    }

    private static SortedMap<String, List<String>> copied(SortedMap<String, List<String>> from) {
        var copy = new TreeMap<String, List<String>>();
        from.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        return java.util.Collections.unmodifiableSortedMap(copy);
    }

    /// A facet of one value, or empty.
    public String facet(String name) {
        return first(facets, name);
    }

    public List<String> facetList(String name) {
        return facets.getOrDefault(name, List.of());
    }

    public boolean is(String facet) {
        return "true".equals(facet(facet));
    }

    /// A fact of one value, or empty.
    public String fact(String name) {
        return first(facts, name);
    }

    public List<String> factList(String name) {
        return facts.getOrDefault(name, List.of());
    }

    /// A fact that is a number, or what stands for an unknown one.
    public long number(String fact, long unknown) {
        String text = fact(fact);
        return text.matches("-?[0-9]{1,18}") ? Long.parseLong(text) : unknown;
    }

    /// ``table `public.orders` ``, as sentences name it.
    public String words() {
        return kind.words() + " `" + name + "`";
    }

    private static String first(SortedMap<String, List<String>> from, String name) {
        List<String> values = from.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : values.getFirst();
    }
}
