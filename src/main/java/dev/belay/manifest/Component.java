package dev.belay.manifest;

import dev.belay.release.Launch;
import dev.belay.release.OnUnknown;
import dev.belay.release.Traffic;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that deploys on its own, in one environment, with everything merged and nothing left
/// to look up.
///
/// @param after components that must stand before this one, groups expanded
/// @param uses names of datastores and externals that must answer before this one starts
/// @param rules how requests find it besides its port
/// @param migrations schema changes that come with it
/// @param smoke tests of this component alone; may be empty, which the plan says
/// @param declared what is said of it and cannot be seen
public record Component(
        String name,
        Kind kind,
        Responsible responsible,
        Build build,
        Variables variables,
        List<String> uses,
        List<String> after,
        List<OwnedTest> smoke,
        Traffic.Rules rules,
        @Nullable MigrationSource migrations,
        Declared declared,
        Source source) {
    public Component {
        uses = List.copyOf(uses);
        after = List.copyOf(after);
        smoke = List.copyOf(smoke);
    }

    /// One that has its port and nothing more.
    public Component(
            String name,
            Kind kind,
            Responsible responsible,
            Build build,
            Variables variables,
            List<String> uses,
            List<String> after,
            List<OwnedTest> smoke,
            Source source) {
        this(
                name,
                kind,
                responsible,
                build,
                variables,
                uses,
                after,
                smoke,
                Traffic.Rules.NONE,
                null,
                Declared.NOTHING,
                source);
    }

    /// What visitors of it may know of the environment; nothing of anything but a frontend.
    public PublicValues told() {
        return kind instanceof Frontend frontend ? frontend.told() : PublicValues.NONE;
    }

    /// What sort of thing it is, and what only that sort has.
    public sealed interface Kind {}

    /// How its instances are started; null for what is not started.
    public static @Nullable Launch launchOf(Kind kind) {
        return switch (kind) {
            case Service service -> service.launch();
            case Worker worker -> worker.launch();
            case Job job -> job.launch();
            case Frontend _, Contract _ -> null;
        };
    }

    /// Answers requests.
    ///
    /// @param port the stable port that the gateway listens on, the environment's offset added
    public record Service(Launch launch, int port, int instances, Strategy strategy)
            implements Kind {}

    /// Files that the gateway serves from the artifact.
    ///
    /// @param port the stable port that the gateway listens on, the environment's offset added
    /// @param told what its visitors may know of the environment
    public record Frontend(int port, Strategy strategy, PublicValues told) implements Kind {
        /// One that tells them nothing.
        public Frontend(int port, Strategy strategy) {
            this(port, strategy, PublicValues.NONE);
        }
    }

    /// Works without being asked, such as a queue consumer.
    public record Worker(Launch launch, int instances, Strategy strategy) implements Kind {}

    /// Runs once a release, to its end.
    ///
    /// @param probe asks whether it happened (exit code 0 yes, 1 no, 2 under way, 3 in part); empty
    ///   when nobody can say
    /// @param onUnknown what follows when the probe cannot say
    public record Job(Launch launch, List<String> probe, OnUnknown onUnknown, Duration timeout)
            implements Kind {
        public Job {
            probe = List.copyOf(probe);
        }
    }

    /// A smart contract. Declared, but not shipped by this version.
    public record Contract() implements Kind {}
}
