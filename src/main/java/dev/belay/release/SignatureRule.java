package dev.belay.release;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who must have signed an artifact before a release may bring it to an environment.
///
/// @param environment whose rule it is
/// @param keys fingerprint to the file that the manifest names
/// @param identities who signs without a key of his own
/// @param root digest of the trust root that they lead back to; empty for none
/// @param need how many different ones of them; [#ALL] for each
/// @param provenance what the signed statement must say
public record SignatureRule(
        String environment,
        SortedMap<String, String> keys,
        List<Identity> identities,
        String root,
        int need,
        Provenance provenance) {
    /// Each of them is needed.
    public static final int ALL = 0;

    public SignatureRule {
        keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
        identities = List.copyOf(identities);
    }

    /// Somebody whom an issuer knows.
    ///
    /// @param pattern whether the subject has `*` for anything without `/` and `@`, and `**` for
    ///   anything
    public record Identity(String issuer, String subject, boolean pattern) {
        /// By which two are the same or not.
        public String id() {
            return issuer + "\n" + subject;
        }
    }

    /// What a statement must say of where the artifact comes from; empty parts say nothing.
    ///
    /// @param type of the predicate
    /// @param builder id of whoever built it
    /// @param source the repository that it was built of
    public record Provenance(String type, String builder, String source) {
        public static final Provenance NONE = new Provenance("", "", "");

        /// Whether a statement is needed at all.
        public boolean asks() {
            return !equals(NONE);
        }
    }

    /// How many different ones are needed.
    public int many() {
        return need == ALL ? keys.size() + identities.size() : need;
    }
}
