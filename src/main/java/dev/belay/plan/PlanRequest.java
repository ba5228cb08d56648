package dev.belay.plan;

import dev.belay.manifest.EnvironmentView;
import dev.belay.release.ContractFiles;
import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.SignatureRule;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything that a deployment's plan depends on. The same request gives the same plan, byte for
/// byte.
///
/// @param built component to what it is to run; needed for the selected ones only
/// @param schemas datastore to the schema that all who use it share; needed where a selected
///   component uses it, or it is selected itself
/// @param foreseen component to what its tool says that it would do; absent where that was not
///   asked
/// @param below files of migrations, and artifacts whose tools migrate, that ended well in the
///   environment which the gates name
/// @param evidence component to what its artifact has shown; only where something is asked of it
/// @param sources variable to the store of secrets that it comes from and the version there
/// @param contracts component to how what it is to promise differs from what it promises
/// @param policies says what the environment's policies make of what is planned
public record PlanRequest(
        EnvironmentView view,
        SortedMap<String, Source> built,
        SortedMap<String, Schema> schemas,
        SortedMap<String, String> foreseen,
        Set<Digest> below,
        SortedMap<String, Shown> evidence,
        SortedMap<String, String> sources,
        SortedMap<String, Promised> contracts,
        PolicyJudge policies,
        Inventory inventory,
        Selection selection,
        String manifestDigest) {
    public PlanRequest {
        built = Collections.unmodifiableSortedMap(new TreeMap<>(built));
        schemas = Collections.unmodifiableSortedMap(new TreeMap<>(schemas));
        below = Set.copyOf(below);
        evidence = Collections.unmodifiableSortedMap(new TreeMap<>(evidence));
        sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
        foreseen = Collections.unmodifiableSortedMap(new TreeMap<>(foreseen));
        contracts = Collections.unmodifiableSortedMap(new TreeMap<>(contracts));
    }

    public PlanRequest(
            EnvironmentView view,
            Map<String, Source> built,
            Inventory inventory,
            Selection selection,
            String manifestDigest) {
        this(
                view,
                new TreeMap<>(built),
                new TreeMap<>(),
                new TreeMap<>(),
                Set.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                PolicyJudge.NONE,
                inventory,
                selection,
                manifestDigest);
    }

    /// The same, knowing what the tools that see to schemas would do.
    public PlanRequest foreseeing(Map<String, String> printed) {
        return new PlanRequest(
                view,
                built,
                schemas,
                new TreeMap<>(printed),
                below,
                evidence,
                sources,
                contracts,
                policies,
                inventory,
                selection,
                manifestDigest);
    }

    /// The same, judged by the policies of its environment.
    public PlanRequest judgedBy(PolicyJudge judge) {
        return new PlanRequest(
                view,
                built,
                schemas,
                foreseen,
                below,
                evidence,
                sources,
                contracts,
                judge,
                inventory,
                selection,
                manifestDigest);
    }

    /// What was found when rules were held against the evidence of an artifact.
    ///
    /// @param running what runs of the component now; null when it is nothing else
    /// @param signatures who must have signed it; null where nobody must
    /// @param relied ids of the evidence that was looked at
    /// @param lacking a sentence for each rule that is not satisfied
    public record Shown(
            @Nullable Digest running,
            List<EvidenceRule> rules,
            @Nullable SignatureRule signatures,
            List<String> relied,
            List<String> lacking) {
        /// What was found where nobody must have signed.
        public Shown(
                @Nullable Digest running,
                List<EvidenceRule> rules,
                List<String> relied,
                List<String> lacking) {
            this(running, rules, null, relied, lacking);
        }

        public Shown {
            rules = List.copyOf(rules);
            relied = List.copyOf(relied);
            lacking = List.copyOf(lacking);
        }
    }

    /// What was found when contracts were compared.
    ///
    /// @param from what runs promises; null when it promises nothing
    /// @param to what is to run promises; null when it promises nothing
    /// @param breaking a sentence for each difference that breaks clients and is not accepted
    /// @param doubtful a sentence for each that may
    /// @param accepted a sentence for each that breaks and goes all the same
    /// @param harmless how many others there are
    public record Promised(
            @Nullable ContractFiles from,
            @Nullable ContractFiles to,
            List<String> breaking,
            List<String> doubtful,
            List<String> accepted,
            int harmless) {
        public Promised {
            breaking = List.copyOf(breaking);
            doubtful = List.copyOf(doubtful);
            accepted = List.copyOf(accepted);
        }
    }

    /// A datastore's schema.
    ///
    /// @param verdict what a rehearsal of it showed; absent when there was none lately
    /// @param origin where it comes from, where that is worth a sentence
    public record Schema(Migrations migrations, @Nullable SchemaVerdict verdict, String origin) {
        public Schema(Migrations migrations, @Nullable SchemaVerdict verdict) {
            this(migrations, verdict, "");
        }
    }

    /// What a revision is made of, beside its launch.
    ///
    /// @param configuration the version of the plain values
    /// @param migrations the schema that it is made for; absent when it has none of its own
    /// @param verdict what a rehearsal of them showed; absent when there was none lately
    /// @param origin where it comes from, where that is worth a sentence
    /// @param contracts what it promises; absent when nobody said
    /// @param notes what else whoever reads the plan should know of it, in sentences
    /// @param image that its container is made of; null for a plain process
    public record Source(
            Digest artifact,
            String configuration,
            @Nullable Migrations migrations,
            @Nullable SchemaVerdict verdict,
            String origin,
            @Nullable ContractFiles contracts,
            List<String> notes,
            Launch.@Nullable Image image) {
        public Source {
            notes = List.copyOf(notes);
        }

        public Source(
                Digest artifact,
                String configuration,
                @Nullable Migrations migrations,
                @Nullable SchemaVerdict verdict) {
            this(artifact, configuration, migrations, verdict, "", null, List.of(), null);
        }

        public Source(Digest artifact, String configuration) {
            this(artifact, configuration, null, null);
        }

        public Source(Digest artifact, String configuration, @Nullable Migrations migrations) {
            this(artifact, configuration, migrations, null);
        }
    }
}
