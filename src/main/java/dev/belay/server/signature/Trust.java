package dev.belay.server.signature;

import dev.belay.release.SignatureRule;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Whom an environment trusts, with their keys.
///
/// @param rule what it asks for
/// @param keys by fingerprint
/// @param root for those without keys of their own
public record Trust(SignatureRule rule, SortedMap<String, TrustedKey> keys, TrustRoot root) {
    public Trust {
        keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
    }

    static boolean isOf(Certificates.Holder holder, SignatureRule.Identity identity) {
        return identity.issuer().equals(holder.issuer())
                && (identity.pattern()
                        ? SubjectPattern.fits(identity.subject(), holder.subject())
                        : identity.subject().equals(holder.subject()));
    }

    /// The same without whom a plan was not made with.
    ///
    /// @param gone takes a sentence about everybody whom it was made with, and who is trusted no
    ///   more
    public Trust narrowedTo(SignatureRule plan, Consumer<String> gone) {
        var kept = new TreeMap<>(keys);
        kept.keySet().retainAll(plan.keys().keySet());
        plan.keys()
                .forEach((fingerprint, file) -> {
                    if (!kept.containsKey(fingerprint)) {
                        gone.accept("the key `%s` is no longer trusted".formatted(file));
                    }
                });
        boolean moved = !plan.root().equals(rule.root());
        List<SignatureRule.Identity> known =
                plan.identities().stream()
                        .filter(one -> !moved && rule.identities().contains(one))
                        .toList();
        plan.identities()
                .forEach(one -> {
                    if (!known.contains(one)) {
                        gone.accept(
                                moved
                                        ? "the trust root is another one than the plan was made with"
                                        : "`%s` is no longer trusted".formatted(one.subject()));
                    }
                });
        var narrow =
                new SignatureRule(
                        plan.environment(),
                        plan.keys(),
                        known,
                        plan.root(),
                        plan.need(),
                        plan.provenance());
        return new Trust(narrow, kept, root);
    }

    List<SignatureRule.Identity> identities() {
        return rule.identities();
    }
}
