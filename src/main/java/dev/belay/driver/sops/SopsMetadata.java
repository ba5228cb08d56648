package dev.belay.driver.sops;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.sops.SopsTree.Branch;
import dev.belay.driver.sops.SopsTree.Entry;
import dev.belay.driver.sops.SopsTree.Items;
import dev.belay.driver.sops.SopsTree.Leaf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What SOPS says of a file in it, under `sops`.
///
/// @param recipients age's public keys and, for each, the data key as it is encrypted to it
/// @param mac encrypted; empty when there is none
/// @param lastModified as it is written: the MAC is bound to it
/// @param encrypted which keys have their values, and all that is below them, encrypted
record SopsMetadata(
        List<Recipient> recipients,
        String mac,
        String lastModified,
        boolean macOnlyEncrypted,
        Rule encrypted) {
    private static final int PATTERN_MAX = 1000;

    /// What SOPS has when nobody says another rule.
    private static final String UNENCRYPTED = "_unencrypted";

    SopsMetadata {
        recipients = List.copyOf(recipients);
    }

    /// One of those who can read it.
    record Recipient(String publicKey, String encryptedKey) {}

    /// @param of a key
    /// @param found whether a value is encrypted when a key above it is such a one
    record Rule(Predicate<String> of, boolean found) {
        boolean isEncrypted(List<String> path) {
            return path.stream().anyMatch(of) == found;
        }
    }

    /// @throws SecretFailure when it is not there, or asks for what is not known here
    static SopsMetadata of(String file, Branch root) {
        Branch own =
                root.entries().stream()
                        .filter(entry -> entry.key().equals("sops"))
                        .map(Entry::value)
                        .filter(Branch.class::isInstance)
                        .map(Branch.class::cast)
                        .findFirst()
                        .orElseThrow(() ->
                                SecretFailure.refused(
                                        "`" + file + "` is not encrypted by SOPS",
                                        "`sops encrypt -i " + file + "`"));
        return new SopsMetadata(
                recipients(file, own),
                text(own, "mac"),
                text(own, "lastmodified"),
                text(own, "mac_only_encrypted").equalsIgnoreCase("true"),
                rule(file, own));
    }

    private static List<Recipient> recipients(String file, Branch own) {
        Branch holder = own;
        if (find(own, "key_groups") instanceof Items(List<SopsTree> groups) && !groups.isEmpty()) {
            if (groups.size() > 1) {
                throw SecretFailure.refused(
                        "the key of `" + file + "` is shared among several groups",
                        "Belay reads files of one group: encrypt it to keys of age alone");
            }
            holder = groups.getFirst() instanceof Branch group ? group : own;
        }
        var recipients = new ArrayList<Recipient>();
        if (find(holder, "age") instanceof Items(List<SopsTree> all)) {
            for (SopsTree one : all) {
                if (one instanceof Branch key) {
                    recipients.add(new Recipient(text(key, "recipient"), text(key, "enc")));
                }
            }
        }
        if (recipients.isEmpty()) {
            throw SecretFailure.refused(
                    "`" + file + "` is encrypted to no key of age",
                    "`sops rotate -i --add-age age1… " + file + "`");
        }
        return recipients;
    }

    private static Rule rule(String file, Branch own) {
        for (String comment : List.of("unencrypted_comment_regex", "encrypted_comment_regex")) {
            if (!text(own, comment).isEmpty()) {
                throw SecretFailure.refused(
                        "`%s` says by comments what is encrypted in it".formatted(file),
                        "Belay reads no comments: use `encrypted_regex` or a suffix");
            }
        }
        String suffix = text(own, "unencrypted_suffix");
        String only = text(own, "encrypted_suffix");
        String pattern = text(own, "unencrypted_regex");
        String onlyPattern = text(own, "encrypted_regex");
        long rules =
                List.of(suffix, only, pattern, onlyPattern).stream()
                        .filter(rule -> !rule.isEmpty())
                        .count();
        if (rules > 1) {
            throw SecretFailure.refused(
                    "`%s` has several rules of what is encrypted in it".formatted(file),
                    "SOPS knows one: encrypt it again");
        }
        if (!only.isEmpty()) {
            return new Rule(key -> key.endsWith(only), true);
        }
        if (!onlyPattern.isEmpty()) {
            return new Rule(matching(file, onlyPattern), true);
        }
        if (!pattern.isEmpty()) {
            return new Rule(matching(file, pattern), false);
        }
        String plain = suffix.isEmpty() ? UNENCRYPTED : suffix;
        return new Rule(key -> key.endsWith(plain), false);
    }

    private static Predicate<String> matching(String file, String pattern) {
        try {
            if (pattern.length() > PATTERN_MAX) {
                throw new PatternSyntaxException("too long", pattern);
            }
            Pattern compiled = Pattern.compile(pattern);
            // As SOPS does: what is written in a file cannot make it take for ever.
            return key -> compiled.matcher(key).find();
        } catch (PatternSyntaxException e) {
            throw SecretFailure.refused(
                    "the pattern in the metadata of `%s` cannot be read".formatted(file),
                    "write it as SOPS reads it, in the syntax of RE2");
        }
    }

    private static SopsTree find(Branch branch, String key) {
        return branch.entries().stream()
                .filter(entry -> entry.key().equals(key))
                .map(Entry::value)
                .findFirst()
                .orElse(Leaf.NOTHING);
    }

    private static String text(Branch branch, String key) {
        return find(branch, key) instanceof Leaf leaf ? leaf.text() : "";
    }
}
