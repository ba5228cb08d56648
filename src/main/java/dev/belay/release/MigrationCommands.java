package dev.belay.release;

import java.time.Duration;
import java.util.List;

/// How another tool than Belay changes a schema: commands of the component's own artifact, each a
/// program and its arguments, `${NAME}` not yet resolved.
///
/// @param up brings the schema to where the artifact wants it; does nothing when it is there
/// @param down takes back what `up` did, to where `status` said it was; empty when nothing does
/// @param status prints where the schema is, the same for the same schema; empty when nothing says.
///   Never empty where there is a `down`: most releases bring no migration, and theirs would take
///   back an earlier one
/// @param probe asks whether `up` happened, by exit code, as a job's does; empty when nobody can
///   say
/// @param plan prints what `up` would do, and does nothing; empty when nothing says
/// @param timeout for each of `up` and `down`
public record MigrationCommands(
        List<String> up,
        List<String> down,
        List<String> status,
        List<String> probe,
        List<String> plan,
        Duration timeout) {
    public MigrationCommands {
        up = List.copyOf(up);
        down = List.copyOf(down);
        status = List.copyOf(status);
        probe = List.copyOf(probe);
        plan = List.copyOf(plan);
        if (up.isEmpty() || (status.isEmpty() && !down.isEmpty())) {
            throw new IllegalArgumentException("nobody could tell what " + up + " did");
        }
    }

    /// Those of a tool that cannot say what it would do.
    public MigrationCommands(
            List<String> up,
            List<String> down,
            List<String> status,
            List<String> probe,
            Duration timeout) {
        this(up, down, status, probe, List.of(), timeout);
    }
}
