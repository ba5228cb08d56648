package dev.belay.schema;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A database's schema at one moment: every object that somebody made in it, without those of
/// extensions and without Belay's own.
public final class Catalogue {
    private final List<SchemaObject> objects;
    private final List<String> roles;
    private final Map<String, SchemaObject> byIdentity = new HashMap<>();
    private final Map<String, SchemaObject> byName = new HashMap<>();
    private final Map<String, List<SchemaObject>> parts = new HashMap<>();

    /// @param roles as which the application works: whose privileges are among the facts
    public Catalogue(List<SchemaObject> objects, List<String> roles) {
        this.objects =
                objects.stream()
                        .sorted(
                                Comparator.comparing(SchemaObject::kind)
                                        .thenComparing(SchemaObject::name)
                                        .thenComparing(SchemaObject::identity))
                        .toList();
        this.roles = List.copyOf(roles);
        for (SchemaObject one : this.objects) {
            byIdentity.put(one.identity(), one);
            byName.putIfAbsent(key(one.kind(), one.name()), one);
            parts.computeIfAbsent(one.of(), _ -> new ArrayList<>()).add(one);
        }
    }

    public List<SchemaObject> objects() {
        return objects;
    }

    public List<String> roles() {
        return roles;
    }

    public Stream<SchemaObject> all(Kind kind) {
        return objects.stream().filter(one -> one.kind() == kind);
    }

    public Optional<SchemaObject> identified(String identity) {
        return Optional.ofNullable(byIdentity.get(identity));
    }

    public Optional<SchemaObject> named(Kind kind, String name) {
        return Optional.ofNullable(byName.get(key(kind, name)));
    }

    /// The table or view that a statement finds under the name.
    public Optional<SchemaObject> relation(String name) {
        return Stream.of(Kind.values())
                .filter(Kind::isRelation)
                .flatMap(kind -> named(kind, name).stream())
                .findFirst();
    }

    /// What it is part of: a column's table, a table's schema.
    public Optional<SchemaObject> owner(SchemaObject one) {
        return identified(one.of());
    }

    public List<SchemaObject> parts(SchemaObject of, Kind kind) {
        return parts.getOrDefault(of.identity(), List.of()).stream()
                .filter(one -> one.kind() == kind)
                .toList();
    }

    /// The part of that kind and that own name.
    public Optional<SchemaObject> part(SchemaObject of, Kind kind, String local) {
        return parts(of, kind).stream().filter(one -> one.local().equals(local)).findFirst();
    }

    /// Equal for a database and its restored copy, and for nothing else: SHA-256 of all
    /// definitions.
    public String fingerprint() {
        MessageDigest digest = sha256();
        objects.stream()
                .filter(one -> one.kind().isDumped())
                .map(one -> one.kind() + "\0" + one.name() + "\0" + one.facets() + "\0\n")
                .sorted()
                .forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String key(Kind kind, String name) {
        return kind + " " + name;
    }
}
