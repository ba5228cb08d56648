package dev.belay.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Everything that a verdict is made of.
public record Evidence(
        Catalogue before, Catalogue after, CatalogueDiff diff, Signals signals, Replay replay) {
    public static Evidence of(Catalogue before, Catalogue after, Signals signals, Replay replay) {
        return new Evidence(before, after, CatalogueDiff.within(before, after), signals, replay);
    }

    /// The relation as it is afterwards, when it is the same one.
    Optional<SchemaObject> survivor(SchemaObject relation) {
        return after.identified(relation.identity());
    }

    /// Whether the object's relation was there before, in place and under its name, so that old
    /// code meets the object itself.
    boolean stands(SchemaObject part) {
        return before.identified(part.of()).isPresent() && after.identified(part.of()).isPresent();
    }

    boolean isNew(SchemaObject table) {
        return before.identified(table.identity()).isEmpty();
    }

    /// The privileges that somebody other than the owner had and has not, as `app: INSERT`.
    List<String> lost(SchemaObject was, SchemaObject is) {
        return before.roles().isEmpty() ? lostByList(was, is) : lostInEffect(was, is);
    }

    private List<String> lostInEffect(SchemaObject was, SchemaObject is) {
        return before.roles().stream()
                .flatMap(role ->
                        was.factList("may:" + role).stream()
                                .filter(one -> !is.factList("may:" + role).contains(one))
                                .filter(one -> !mayByColumns(is, role, one))
                                .map(one -> role + ": " + one))
                .toList();
    }

    /// Every column is granted by itself, which is as much.
    private boolean mayByColumns(SchemaObject relation, String role, String privilege) {
        List<SchemaObject> columns = after.parts(relation, Kind.COLUMN);
        return !columns.isEmpty()
                && columns.stream()
                        .allMatch(one -> one.factList("may:" + role).contains(privilege));
    }

    private static List<String> lostByList(SchemaObject was, SchemaObject is) {
        Map<String, String> held = grants(is);
        return grants(was).entrySet().stream()
                .filter(one -> !one.getKey().equals(was.facet("owner")))
                .filter(one ->
                        one.getValue()
                                .chars()
                                .anyMatch(letter ->
                                        held.getOrDefault(one.getKey(), "").indexOf(letter) < 0))
                .map(one -> (one.getKey().isEmpty() ? "PUBLIC" : one.getKey()))
                .toList();
    }

    /// `app=ar/owner` by who holds it; who granted it does not matter.
    private static Map<String, String> grants(SchemaObject one) {
        return one.facetList("acl").stream()
                .collect(Collectors.toMap(Evidence::grantee, Evidence::letters, String::concat));
    }

    private static String grantee(String item) {
        return item.substring(0, Math.max(0, item.lastIndexOf('=')));
    }

    private static String letters(String item) {
        String rest = item.substring(item.lastIndexOf('=') + 1);
        return rest.substring(0, Math.max(0, rest.indexOf('/'))).replace("*", "");
    }

    /// What an object of the catalogue after says of one of before, or empty.
    <T> Optional<T> then(SchemaObject was, Function<SchemaObject, T> what) {
        return after.identified(was.identity()).map(what);
    }
}
