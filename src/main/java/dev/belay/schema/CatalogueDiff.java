package dev.belay.schema;

import dev.belay.schema.Change.Added;
import dev.belay.schema.Change.Altered;
import dev.belay.schema.Change.Facet;
import dev.belay.schema.Change.Recreated;
import dev.belay.schema.Change.Removed;
import dev.belay.schema.Change.Renamed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What differs between two catalogues.
///
/// @param left what its first side is called, as `before`, `the source`
/// @param right what its second side is called, as `after`, `the restored copy`
public record CatalogueDiff(String left, String right, List<Change> changes) {
    public CatalogueDiff {
        changes = List.copyOf(changes);
    }

    /// Two moments of one database, or of a copy of its files: an object is the same by its number,
    /// so that a renamed one is a renamed one.
    public static CatalogueDiff within(Catalogue before, Catalogue after) {
        var changes = new ArrayList<Change>();
        Renames renames = Renames.between(before, after);
        var gone = new LinkedHashMap<String, SchemaObject>();
        for (SchemaObject one : before.objects()) {
            var other = after.identified(one.identity());
            if (other.isEmpty() || other.get().kind() != one.kind()) {
                gone.put(one.kind() + " " + one.name(), one);
                continue;
            }
            compare(one, other.get(), renames, changes);
        }
        for (SchemaObject one : after.objects()) {
            if (before.identified(one.identity()).isPresent()) {
                continue;
            }
            SchemaObject earlier = gone.remove(one.kind() + " " + one.name());
            changes.add(
                    earlier == null
                            ? new Added(one)
                            : new Recreated(earlier, one, facets(earlier, one, renames)));
        }
        gone.values().forEach(one -> changes.add(new Removed(one)));
        return new CatalogueDiff("before", "after", changes);
    }

    /// Two databases: an object is the same by its name.
    public static CatalogueDiff between(
            String left, Catalogue first, String right, Catalogue second) {
        var changes = new ArrayList<Change>();
        for (SchemaObject one : first.objects()) {
            if (!one.kind().isDumped()) {
                continue;
            }
            var other = second.named(one.kind(), one.name());
            if (other.isEmpty()) {
                changes.add(new Removed(one));
                continue;
            }
            List<Facet> facets = facets(one, other.get(), Renames.NONE);
            if (!facets.isEmpty()) {
                changes.add(new Altered(one, other.get(), facets));
            }
        }
        second.objects().stream()
                .filter(one -> one.kind().isDumped())
                .filter(one -> first.named(one.kind(), one.name()).isEmpty())
                .forEach(one -> changes.add(new Added(one)));
        return new CatalogueDiff(left, right, changes);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /// One sentence for each difference, for people.
    public List<String> sentences() {
        return changes.stream().map(this::sentence).toList();
    }

    private String sentence(Change change) {
        return switch (change) {
            case Added(SchemaObject after) -> after.words() + " is only in " + right;
            case Removed(SchemaObject before) -> before.words() + " is only in " + left;
            case Renamed(SchemaObject before, SchemaObject after, _) ->
                    before.words() + " is `" + after.name() + "` in " + right;
            case Altered(SchemaObject before, _, List<Facet> facets) ->
                    before.words() + " differs: " + told(facets);
            case Recreated(SchemaObject before, _, List<Facet> facets) ->
                    before.words()
                            + " was dropped and made again"
                            + (facets.isEmpty() ? "" : ": " + told(facets));
        };
    }

    private String told(List<Facet> facets) {
        return String.join(
                "; ",
                facets.stream()
                        .map(one ->
                                one.name()
                                        + " is "
                                        + value(one.before())
                                        + " in "
                                        + left
                                        + " and "
                                        + value(one.after())
                                        + " in "
                                        + right)
                        .toList());
    }

    private static String value(List<String> values) {
        return values.isEmpty() ? "absent" : "`" + String.join(", ", values) + "`";
    }

    private static void compare(
            SchemaObject one, SchemaObject other, Renames renames, List<Change> changes) {
        List<Facet> facets = facets(one, other, renames);
        boolean moved = !one.local().equals(other.local()) || !one.of().equals(other.of());
        if (moved) {
            changes.add(new Renamed(one, other, facets));
        } else if (!facets.isEmpty()) {
            changes.add(new Altered(one, other, facets));
        }
    }

    /// Facets that differ even when what was renamed is written with its new name.
    private static List<Facet> facets(SchemaObject one, SchemaObject other, Renames renames) {
        var names = new TreeSet<>(one.facets().keySet());
        names.addAll(other.facets().keySet());
        var found = new ArrayList<Facet>();
        for (String name : names) {
            List<String> was = one.facetList(name);
            List<String> is = other.facetList(name);
            if (!was.equals(is) && !renames.explain(was, is)) {
                found.add(new Facet(name, was, is));
            }
        }
        return found;
    }

    /// Definitions name other objects: where one of those was renamed, their text differs and they
    /// do not.
    private record Renames(Map<String, String> words) {
        static final Renames NONE = new Renames(Map.of());

        static Renames between(Catalogue before, Catalogue after) {
            var words = new HashMap<String, String>();
            for (SchemaObject one : before.objects()) {
                after.identified(one.identity())
                        .filter(other -> !other.name().equals(one.name()))
                        .ifPresent(other -> {
                            words.putIfAbsent(one.name(), other.name());
                            if (!one.local().equals(other.local())) {
                                words.putIfAbsent(one.local(), other.local());
                            }
                        });
            }
            return new Renames(words);
        }

        boolean explain(List<String> was, List<String> is) {
            return !words.isEmpty()
                    && was.stream()
                            .map(this::now)
                            .toList()
                            .equals(is.stream().map(this::withoutAliases).toList());
        }

        /// A view goes on showing a renamed column as `new AS old`.
        private String withoutAliases(String text) {
            String shorter = text;
            for (Map.Entry<String, String> one : words.entrySet()) {
                shorter =
                        shorter.replaceAll(
                                "(?<=\\b"
                                        + Pattern.quote(one.getValue())
                                        + ") AS "
                                        + Pattern.quote(one.getKey())
                                        + "\\b",
                                "");
            }
            return shorter;
        }

        /// Names at word boundaries, the longest first, each place once.
        String now(String text) {
            if (words.isEmpty()) {
                return text;
            }
            var out = new StringBuilder();
            int at = 0;
            while (at < text.length()) {
                int end = wordEnd(text, at);
                String found = longest(text, at, end);
                if (found.isEmpty()) {
                    int next = Math.max(end, at + 1);
                    out.append(text, at, next);
                    at = next;
                } else {
                    out.append(words.get(found));
                    at += found.length();
                }
            }
            return out.toString();
        }

        /// The longest name that begins here: a word with others after it, joined by dots.
        private String longest(String text, int at, int end) {
            String best = "";
            int stop = end;
            while (stop > at) {
                String candidate = text.substring(at, stop);
                if (words.containsKey(candidate)) {
                    best = candidate;
                }
                if (stop >= text.length() || text.charAt(stop) != '.') {
                    break;
                }
                int next = wordEnd(text, stop + 1);
                stop = next > stop + 1 ? next : at;
            }
            return best;
        }

        private static int wordEnd(String text, int at) {
            if (at < text.length() && text.charAt(at) == '"') {
                int quote = text.indexOf('"', at + 1);
                return quote < 0 ? at : quote + 1;
            }
            int end = at;
            while (end < text.length()
                    && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            return end;
        }
    }
}
