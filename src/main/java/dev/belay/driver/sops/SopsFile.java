package dev.belay.driver.sops;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.sops.SopsCipher.Sealed;
import dev.belay.driver.sops.SopsTree.Branch;
import dev.belay.driver.sops.SopsTree.Entry;
import dev.belay.driver.sops.SopsTree.Items;
import dev.belay.driver.sops.SopsTree.Kind;
import dev.belay.driver.sops.SopsTree.Leaf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Decrypts a file's values and verifies that they are all of those that were encrypted, in their
/// order and their places.
final class SopsFile {
    /// SHA-256 of `sops`: with it, a MAC over encrypted values alone is never one over all.
    private static final String ENCRYPTED_ALONE =
            "8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69";

    private final String file;
    private final SopsMetadata metadata;
    private final SopsCipher cipher;
    private final MessageDigest mac = sha512();
    private final List<Place> places = new ArrayList<>();
    private final Map<String, Secret> values = new LinkedHashMap<>();

    private SopsFile(String file, SopsMetadata metadata, SopsCipher cipher) {
        this.file = file;
        this.metadata = metadata;
        this.cipher = cipher;
        if (metadata.macOnlyEncrypted()) {
            mac.update(HexFormat.of().parseHex(ENCRYPTED_ALONE));
        }
    }

    /// Where a value stands.
    ///
    /// @param keys those above it, as the cipher knows it
    /// @param name as people name it, with positions in lists
    private record Place(List<String> keys, String name) {
        Place below(String key) {
            var more = new ArrayList<>(keys);
            more.add(key);
            return new Place(more, name.isEmpty() ? key : name + "." + key);
        }

        Place item(int number) {
            return new Place(keys, name + "." + number);
        }

        String bound() {
            return String.join(":", keys) + ":";
        }
    }

    /// Its values by name, `db.password` below `db`.
    ///
    /// @throws SecretFailure when anything in it is not as it was encrypted
    static Map<String, Secret> open(
            String file, Branch root, SopsMetadata metadata, SopsCipher cipher) {
        var opened = new SopsFile(file, metadata, cipher);
        var nowhere = new Place(List.of(), "");
        List<Entry> own =
                root.entries().stream().filter(entry -> !entry.key().equals("sops")).toList();
        opened.gather(new Branch(own), nowhere);
        opened.walk(new Branch(own), nowhere);
        opened.verify();
        return opened.values;
    }

    private void gather(SopsTree tree, Place place) {
        switch (tree) {
            case Branch(List<Entry> entries) ->
                    entries.forEach(entry -> gather(entry.value(), place.below(entry.key())));
            case Items(List<SopsTree> items) -> items.forEach(item -> gather(item, place));
            case Leaf _ -> places.add(place);
        }
    }

    private void walk(SopsTree tree, Place place) {
        switch (tree) {
            case Branch(List<Entry> entries) ->
                    entries.forEach(entry -> walk(entry.value(), place.below(entry.key())));
            case Items(List<SopsTree> items) -> {
                for (int i = 0; i < items.size(); i++) {
                    walk(items.get(i), place.item(i));
                }
            }
            case Leaf leaf -> take(leaf, place);
        }
    }

    private void take(Leaf leaf, Place place) {
        if (leaf.kind() == Kind.NOTHING) {
            return;
        }
        boolean encrypted = metadata.encrypted().isEncrypted(place.keys());
        Leaf plain = encrypted ? decrypted(leaf, place) : leaf;
        if (encrypted || !metadata.macOnlyEncrypted()) {
            mac.update(SopsTree.canonical(plain).getBytes(StandardCharsets.UTF_8));
        }
        var value = new Secret(SopsTree.shown(plain));
        // A key with a dot in it stands before one that is below another.
        if (place.keys().size() == 1 || !values.containsKey(place.name())) {
            values.put(place.name(), value);
        }
    }

    private Leaf decrypted(Leaf leaf, Place place) {
        if (leaf.kind() == Kind.TEXT && leaf.text().isEmpty()) {
            return leaf;
        }
        Sealed sealed =
                Sealed.of(leaf.text())
                        .orElseThrow(() ->
                                refused(
                                        "`%s` in `%s` is not encrypted, and must be"
                                                .formatted(place.name(), file)));
        String text = cipher.open(sealed, place.bound()).orElseThrow(() -> changed(sealed, place));
        return switch (sealed.type()) {
            case "str", "bytes" -> new Leaf(Kind.TEXT, text);
            case "int" -> new Leaf(number(text, place, Kind.INTEGER), text);
            case "float" -> new Leaf(number(text, place, Kind.DECIMAL), text);
            case "bool" -> new Leaf(Kind.TRUTH, text.toLowerCase(Locale.ROOT));
            case "time" -> new Leaf(Kind.TIME, text);
            default ->
                    throw refused(
                            "`%s` in `%s` is of a type that SOPS does not have"
                                    .formatted(place.name(), file));
        };
    }

    /// The type stands beside the value and is bound to nothing.
    private Kind number(String text, Place place, Kind kind) {
        Kind found = Kind.of(text);
        if (found != Kind.INTEGER && found != Kind.DECIMAL) {
            throw refused("`%s` in `%s` is no number".formatted(place.name(), file));
        }
        return kind == Kind.INTEGER ? found : kind;
    }

    /// Tells a value that was moved from one that was changed.
    private SecretFailure changed(Sealed sealed, Place place) {
        Optional<Place> other =
                places.stream()
                        .filter(one -> !one.bound().equals(place.bound()))
                        .filter(one -> cipher.open(sealed, one.bound()).isPresent())
                        .findFirst();
        return other.map(from ->
                        refused(
                                "`%s` in `%s` holds what was encrypted for `%s`"
                                        .formatted(place.name(), file, from.name())))
                .orElseGet(() ->
                        refused(
                                "`%s` in `%s` was changed after it was encrypted"
                                        .formatted(place.name(), file)));
    }

    private void verify() {
        if (metadata.mac().isEmpty()) {
            throw refused("`" + file + "` has no MAC, so nobody can tell whether it is whole");
        }
        String written =
                Sealed.of(metadata.mac())
                        .flatMap(sealed -> cipher.open(sealed, metadata.lastModified()))
                        .orElseThrow(() ->
                                refused(
                                        "the MAC or `lastmodified` of `%s` was changed"
                                                .formatted(file)));
        String counted = HexFormat.of().withUpperCase().formatHex(mac.digest());
        if (!MessageDigest.isEqual(
                counted.getBytes(StandardCharsets.UTF_8),
                written.getBytes(StandardCharsets.UTF_8))) {
            throw refused(
                    "`%s` is not whole: values were removed, added or moved after it was encrypted"
                            .formatted(file));
        }
    }

    private SecretFailure refused(String reason) {
        return SecretFailure.refused(
                reason, "take it from the repository again, and change it with `sops` alone");
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
