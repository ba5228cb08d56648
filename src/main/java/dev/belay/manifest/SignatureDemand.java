package dev.belay.manifest;

import dev.belay.release.SignatureRule;
import java.util.List;
import java.util.Map;

/// Who must have signed, as the manifest names them, and whose artifacts.
///
/// @param keys files below the manifest's folder
/// @param root files with what identities lead back to
/// @param need how many different ones; [SignatureRule#ALL] for each
/// @param only components or groups; empty is all
public record SignatureDemand(
        List<String> keys,
        List<SignatureRule.Identity> identities,
        List<String> root,
        int need,
        SignatureRule.Provenance provenance,
        List<String> only) {
    /// Nobody must.
    public static final SignatureDemand NONE =
            new SignatureDemand(
                    List.of(), List.of(), List.of(), 0, SignatureRule.Provenance.NONE, List.of());

    public SignatureDemand {
        keys = List.copyOf(keys);
        identities = List.copyOf(identities);
        root = List.copyOf(root);
        only = List.copyOf(only);
    }

    /// Whether anybody must.
    public boolean asks() {
        return !keys.isEmpty() || !identities.isEmpty();
    }

    /// How many different ones must have.
    public int many() {
        return need == SignatureRule.ALL ? keys.size() + identities.size() : need;
    }

    /// Whether anybody must have signed that component's artifact.
    ///
    /// @param groups by name, their components
    public boolean isFor(String component, Map<String, List<String>> groups) {
        return asks() && EvidenceDemand.names(only, component, groups);
    }
}
