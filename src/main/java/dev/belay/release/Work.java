package dev.belay.release;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What one step of a plan does, with nothing left to choose. The plan holds it, execution passes
/// it on unread, a driver carries it out.
public sealed interface Work {
    /// Looks, and changes nothing.
    sealed interface Check extends Work {}

    /// Changes the world, under a token.
    sealed interface Effect extends Work {}

    // --- checks -----------------------------------------------------------------------------

    /// Everything that can be known to be wrong before anything is touched.
    ///
    /// @param variables required names, none of which may be missing or empty
    /// @param tools program to version range, `node` to `>=20`
    /// @param ports stable ports that must be free or already the gateway's
    /// @param artifacts what must be in the store and verify
    /// @param sources of the variables that come from a store of secrets, which and in which
    ///   version
    record Preflight(
            Set<String> variables,
            Map<String, String> tools,
            Set<Integer> ports,
            Set<Digest> artifacts,
            SortedMap<String, String> sources)
            implements Check {
        public Preflight(
                Set<String> variables,
                Map<String, String> tools,
                Set<Integer> ports,
                Set<Digest> artifacts) {
            this(variables, tools, ports, artifacts, new TreeMap<>());
        }

        public Preflight {
            variables = Set.copyOf(variables);
            tools = Map.copyOf(tools);
            ports = Set.copyOf(ports);
            artifacts = Set.copyOf(artifacts);
            sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
        }
    }

    /// What revisions run in is there and takes them: a Docker Engine that answers, can bound what
    /// is bounded, and has the images, which it is made to fetch.
    record Hosted(List<Revision> revisions) implements Check {
        public Hosted {
            revisions = List.copyOf(revisions);
        }
    }

    /// Connect, sign in, one harmless operation.
    record Reachable(Dependency dependency) implements Check {}

    /// That many instances answer their readiness check as often as it asks for.
    record Ready(Revision revision, int instances) implements Check {}

    /// The tests pass against one instance's own address, before it has traffic.
    record SmokePrivate(Revision revision, List<SmokeTest> tests) implements Check {
        public SmokePrivate {
            tests = List.copyOf(tests);
        }
    }

    /// The tests pass through the gateway, as users come.
    ///
    /// @param revision what is behind the port: in its files, with its variables, commands run;
    ///   null in plans of before that was written down
    record SmokePublic(int port, @Nullable Revision revision, List<SmokeTest> tests)
            implements Check {
        public SmokePublic {
            tests = List.copyOf(tests);
        }
    }

    /// Nothing is in flight at the revision any more, or its drain time is over.
    record Drained(Revision revision) implements Check {}

    /// The revisions stay well for that long: alive, ready, no crash loop, no repeated fatal error.
    record Soak(List<Revision> revisions, Duration time) implements Check {
        public Soak {
            revisions = List.copyOf(revisions);
        }
    }

    /// The revision that gets a part of the requests is well, and not worse than the one that gets
    /// the others: as far as the rule asks for.
    ///
    /// @param canary by its revision, the newer one
    /// @param percent its part of the requests
    /// @param sticky whether visitors stay where they once were: then requests are not split by
    ///   chance
    /// @param counted whether somebody counts what was answered: the router, or whom the rule
    ///   names; else the time alone decides
    record Judged(
            Revision canary,
            Revision baseline,
            int percent,
            boolean sticky,
            boolean counted,
            Canary rule)
            implements Check {}

    /// What is observed is what was wanted: instances by revision, and the gateway's table.
    record Settled(String component, Map<String, Integer> instances, List<Traffic> traffic)
            implements Check {
        public Settled {
            instances = Map.copyOf(instances);
            traffic = List.copyOf(traffic);
        }
    }

    /// The component's door is not shut by a release any more: a release that kept users out does
    /// not end before.
    record LetIn(String component) implements Check {}

    /// There is a backup of the datastore that became a database again, finished no longer ago than
    /// that; one is made when there is none.
    ///
    /// @param sameSchema whether the datastore's schema must still be the backup's
    record BackedUp(BackupPolicy policy, Duration atMost, boolean sameSchema) implements Check {}

    /// The migrations went through on a copy of the data, and are what the plan takes them for.
    ///
    /// @param parts all that the release does to one datastore, in the order of the plan
    /// @param overlaps whether the release before is used while the new schema is there
    record Rehearsed(List<Part> parts, BackupPolicy policy, boolean overlaps) implements Check {
        public Rehearsed {
            parts = List.copyOf(parts);
        }

        /// One of a single set.
        public Rehearsed(
                Migrations to,
                List<String> fresh,
                BackupPolicy policy,
                boolean overlaps,
                Back back) {
            this(List.of(new Part(to, fresh, back)), policy, overlaps);
        }

        /// One set.
        ///
        /// @param fresh versions that the release brings
        /// @param back how the plan means to go back past them
        public record Part(Migrations to, List<String> fresh, Back back) {
            public Part {
                fresh = List.copyOf(fresh);
            }
        }

        /// How a release that falls leaves the schema.
        public enum Back {
            /// As it is: the release before runs on it.
            STAYS,

            /// As it was, by the migrations' own way back.
            TAKEN_BACK,

            /// There is no way back.
            NONE
        }
    }

    /// The way back of migrations that earlier releases applied went through on a copy of the data.
    ///
    /// @param from the set as it is applied, with its files
    /// @param versions that are to be taken back, the latest last
    record ReturnRehearsed(Migrations from, List<String> versions, BackupPolicy policy)
            implements Check {
        public ReturnRehearsed {
            versions = List.copyOf(versions);
        }
    }

    /// Another tool would do to a datastore what it said when the release was planned.
    ///
    /// @param datastore by its name
    /// @param printed by its `plan`
    record Foreseen(Revision revision, String datastore, MigrationCommands by, String printed)
            implements Check {}

    /// The artifact has shown what the environment asks of it.
    ///
    /// @param running what the component ran when that was planned; null when it ran nothing else
    /// @param signatures who must have signed it; null where nobody must
    /// @param relied ids of the evidence that the plan was made with
    record Evidenced(
            String component,
            Digest artifact,
            @Nullable Digest running,
            List<EvidenceRule> rules,
            @Nullable SignatureRule signatures,
            List<String> relied)
            implements Check {
        /// What nobody must have signed.
        public Evidenced(
                String component,
                Digest artifact,
                @Nullable Digest running,
                List<EvidenceRule> rules,
                List<String> relied) {
            this(component, artifact, running, rules, null, relied);
        }

        public Evidenced {
            rules = List.copyOf(rules);
            relied = List.copyOf(relied);
        }
    }

    /// What a component promises keeps what it promised to those who were made for that.
    ///
    /// @param from what runs promises; null when it promises nothing
    /// @param to what the release promises; null when it promises nothing
    /// @param accepted what breaks and goes all the same
    record Compatible(
            String component,
            @Nullable ContractFiles from,
            @Nullable ContractFiles to,
            ContractRule rule,
            List<String> accepted)
            implements Check {
        public Compatible {
            accepted = List.copyOf(accepted);
        }
    }

    /// People have said what the environment asks them for.
    record Consented(ConsentRule rule) implements Check {}

    /// The values of variables are there, their environment's own, and young enough.
    ///
    /// @param required all of them
    /// @param secrets those whose values are nobody else's, and age
    /// @param youngerThan how old the latter may be; zero is any age
    /// @param shared those that may be another environment's, too
    record SecretsCurrent(
            SortedSet<String> required,
            SortedSet<String> secrets,
            Duration youngerThan,
            List<String> shared)
            implements Check {
        public SecretsCurrent {
            required = Collections.unmodifiableSortedSet(new TreeSet<>(required));
            secrets = Collections.unmodifiableSortedSet(new TreeSet<>(secrets));
            shared = List.copyOf(shared);
        }
    }

    /// One of the windows is open in which releases of the environment may begin.
    record InWindow(List<ReleaseWindow> windows) implements Check {
        public InWindow {
            windows = List.copyOf(windows);
        }
    }

    /// The release breaks none of the rules that its environment holds it to, by what was seen when
    /// it was planned and by what the manifest says when it begins.
    ///
    /// @param model the version of what rules can look at
    /// @param facts what they looked at, as JSON: so that each can be asked again
    /// @param regulated the pack that nobody leaves out there, or empty
    record Policed(int model, String facts, String regulated, List<Rule> rules) implements Check {
        public Policed {
            rules = List.copyOf(rules);
        }

        /// A rule, as it was then, and what it said.
        ///
        /// @param each what it is asked of one by one; empty for the whole
        /// @param only what alone it is asked of, by name; empty is all
        /// @param parameters what its pack is measured by, as JSON
        /// @param hash of all that it says
        /// @param verdict `holds`, `broken`, `warns`, `excepted`
        /// @param breaches a sentence for each thing that breaks it
        public record Rule(
                String name,
                String each,
                String when,
                String rule,
                String message,
                boolean refuses,
                List<String> only,
                String parameters,
                String hash,
                String verdict,
                List<String> breaches) {
            public Rule {
                only = List.copyOf(only);
                breaches = List.copyOf(breaches);
            }
        }
    }

    // --- effects ----------------------------------------------------------------------------

    /// Exactly that many instances of the revision exist. Fewer: the highest numbered stop, after
    /// draining; never one that the gateway still sends to.
    record Scale(Revision revision, int instances) implements Effect {}

    /// The component's requests go there. Refused while a weighted revision is not ready.
    ///
    /// @param revisions what the shares name, so that the router knows how to ask for their health
    record Route(String component, Traffic traffic, List<Revision> revisions) implements Effect {
        public Route {
            revisions = List.copyOf(revisions);
        }
    }

    /// Whoever comes to the component is told when to come back, but for the release itself.
    ///
    /// @param platform as people know it
    record Shut(String component, String platform, Maintenance maintenance) implements Effect {}

    /// The component's door is open again, where the release shut it.
    record Open(String component) implements Effect {}

    /// A frontend's files lie unpacked and verified where the gateway reads them.
    record Publish(Revision revision) implements Effect {}

    /// The datastore's schema is as the migrations make it.
    ///
    /// @param fresh versions that the release brings: nothing of them was applied before it
    record Migrate(Migrations to, List<String> fresh) implements Effect {
        public Migrate {
            fresh = List.copyOf(fresh);
        }
    }

    /// These versions are not applied any more; those that never were are none of its business.
    ///
    /// @param versions the latest last
    /// @param whoever also those that an earlier release applied: on the way back by choice, and
    ///   not because the release falls
    record TakeBack(String set, Dependency datastore, List<String> versions, boolean whoever)
            implements Effect {
        public TakeBack {
            versions = List.copyOf(versions);
        }

        /// What the release applied itself.
        public TakeBack(String set, Dependency datastore, List<String> versions) {
            this(set, datastore, versions, false);
        }
    }

    /// The revision's own command has brought the datastore's schema to where it wants it.
    ///
    /// @param datastore by its name
    record MigrateByCommand(Revision revision, String datastore, MigrationCommands by)
            implements Effect {}

    /// The schema is again where it was before the release ran the revision's command, or nothing
    /// of that ever began.
    ///
    /// @param datastore by its name
    record TakeBackByCommand(Revision revision, String datastore, MigrationCommands by)
            implements Effect {}

    /// Runs a command of the artifact to its end.
    ///
    /// @param probe asks whether it happened, by exit code: 0 done, 1 not done, 2 in progress, 3
    ///   partial, anything else unknown; empty when nobody can say
    record RunJob(Revision revision, List<String> probe) implements Effect {
        public RunJob {
            probe = List.copyOf(probe);
        }
    }
}
