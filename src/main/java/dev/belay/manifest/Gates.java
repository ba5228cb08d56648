package dev.belay.manifest;

import dev.belay.release.ConsentRule;
import dev.belay.release.ContractRule;
import dev.belay.release.EvidenceRule;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.SecretsRule;
import java.util.List;
import java.util.Map;

/// What must be so before a release of an environment may go on.
///
/// @param backup whether nothing is migrated, and nothing that uses a datastore is released,
///   without a backup that was restored; migrations are then rehearsed on it
/// @param wayBack whether a release from which nobody can go back is refused, unless somebody
///   accepts that by name
/// @param migratedIn the environment in which the very same migrations must have been released
///   first; empty for none
/// @param promotes where artifacts and schemas are taken from as they are
/// @param evidence what artifacts must have shown
/// @param signatures who must have signed them
/// @param consent what people must have said
/// @param windows when a release may begin, in one of them; empty is at any time
/// @param secrets what the values of variables must be like
/// @param contracts whether contracts must keep what was promised
public record Gates(
        boolean backup,
        boolean wayBack,
        String migratedIn,
        Promotes promotes,
        List<EvidenceDemand> evidence,
        SignatureDemand signatures,
        ConsentRule consent,
        List<ReleaseWindow> windows,
        SecretsRule secrets,
        ContractRule contracts) {
    public static final Gates NONE = new Gates(false, false);

    public Gates {
        evidence = List.copyOf(evidence);
        windows = List.copyOf(windows);
    }

    /// Those that ask for no evidence, and nobody, at any time.
    public Gates(boolean backup, boolean wayBack, String migratedIn, Promotes promotes) {
        this(
                backup,
                wayBack,
                migratedIn,
                promotes,
                List.of(),
                SignatureDemand.NONE,
                ConsentRule.NONE,
                List.of(),
                SecretsRule.NONE,
                ContractRule.NONE);
    }

    /// Those that ask nothing of another environment.
    public Gates(boolean backup, boolean wayBack) {
        this(backup, wayBack, "", Promotes.NOTHING);
    }

    /// The same in an environment that promotes from another one.
    public Gates promoting(Promotes from) {
        return new Gates(
                backup,
                wayBack,
                migratedIn,
                from,
                evidence,
                signatures,
                consent,
                windows,
                secrets,
                contracts);
    }

    /// The environment from which artifacts and schemas are taken; empty where they are built.
    public String promotedFrom() {
        return promotes.from();
    }

    /// What a component's artifact must have shown.
    ///
    /// @param groups by name, their components
    public List<EvidenceRule> evidenceOf(String component, Map<String, List<String>> groups) {
        return evidence.stream()
                .filter(demand -> demand.isFor(component, groups))
                .map(EvidenceDemand::rule)
                .toList();
    }
}
