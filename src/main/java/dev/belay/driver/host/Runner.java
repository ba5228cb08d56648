package dev.belay.driver.host;

import dev.belay.driver.Examined;
import dev.belay.driver.Look;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What programs of this host run in. It starts, finds and ends single programs and decides
/// nothing: whose order counts, how many shall run and who is started again is decided above it, so
/// that no two runners can differ in that.
public interface Runner {
    /// What records call it.
    String name();

    /// One start of an instance or a job.
    ///
    /// @param id of the instance, or `job-` and its token
    /// @param number counts the starts of that id
    /// @param folder of this start alone
    /// @param boot in which it was started
    /// @param launcher what [#start] answered; 0 while it has not
    record Run(
            Scope scope,
            String id,
            int number,
            Path folder,
            String boot,
            long launcher,
            Instant started) {}

    /// Everything that a start takes.
    ///
    /// @param log what it writes goes there; see [#drawLog]
    record Start(Run run, Path log, Recipe recipe, Preparation.Prepared ready) {}

    /// A program that was found by the names that Belay gave it.
    ///
    /// @param runner that found it
    /// @param names those of [Names]; the token is the highest that anything of it has
    /// @param pid 0 when only something around the program was found
    record Found(String runner, Map<String, String> names, long pid, long launcher) {
        public Found {
            names = Map.copyOf(names);
        }

        String get(String name) {
            return names.getOrDefault(name, "");
        }

        int number(String name) {
            return (int) Fence.number(get(name));
        }
    }

    /// What a command answered that was asked something.
    ///
    /// @param status [Life#NO_STATUS] when it did not end in time
    /// @param printed without blanks around it, and cut when it is too long
    record Printed(int status, String printed, String errors) {
        /// What is printed is handed on in a variable and kept in a record.
        public static final int MAX = 16 << 10;

        boolean isTooLong() {
            return printed.length() > MAX;
        }
    }

    /// The whole environment of a program that was given these variables.
    Map<String, String> environment(Map<String, String> given);

    /// Why it cannot be started, if that can be known before.
    Optional<Preparation.Refused> fault(Recipe recipe, Preparation.Prepared ready)
            throws IOException;

    /// Whether what its programs run in is there and takes this one, asked before anything is
    /// touched; brings what has to be fetched from elsewhere.
    default Look hosts(String environment, Recipe recipe) {
        return new Look.Done("");
    }

    /// Brings what has to be fetched from elsewhere, before whoever starts it holds a lock.
    ///
    /// @return why it cannot be had; empty when all is there
    default Optional<Preparation.Refused> provide(
            String environment, Recipe recipe, Deadline deadline) throws IOException {
        return Optional.empty();
    }

    /// Starts it; whether it stays up is seen later.
    ///
    /// @return what its record is to hold, for [Run#launcher]
    long start(Start start) throws IOException;

    /// Whether it lives, as seen at this moment.
    Life life(Run run) throws IOException;

    /// Makes sure that a run that did not begin never will; false when it has begun.
    boolean revoke(Run run) throws IOException;

    /// Whether it began; one that did not, never will.
    boolean began(Run run) throws IOException;

    /// How it ended, as a shell says it, or [Life#NO_STATUS]; after a moment for whoever writes it
    /// down. Empty while that goes on.
    OptionalInt settledStatus(Run run) throws IOException;

    /// How it ended as far as is known now, or [Life#NO_STATUS].
    int status(Run run) throws IOException;

    /// What else is known of its end, to be put after its status; mostly empty.
    default String remark(Run run) throws IOException {
        return "";
    }

    /// Tells a program that lives to end.
    void signal(Run run, String signal) throws IOException;

    /// Waits until nothing writes about its end any more.
    void settle(Run run, Deadline deadline);

    /// Kills all that belongs to it, of this run or an earlier one, and answers whether nothing of
    /// it lives.
    boolean exterminate(Run run, Deadline deadline) throws IOException;

    /// Nothing of it lives, and it is not to be started again soon: gives back what was reserved.
    void release(Run run) throws IOException;

    /// All that runs for this state folder.
    List<Found> found() throws IOException;

    /// All that runs in the scope.
    List<Found> found(Scope scope) throws IOException;

    /// Whether it is known which program a run became, or will be in a moment.
    boolean knows(Run run) throws IOException;

    /// Nobody knows which program a run became, and this is it.
    void adopt(Run run, Found found) throws IOException;

    /// Puts right what somebody else did to a program that is to run, where that is no end of it.
    ///
    /// @return what was found; empty when nothing was
    default Optional<String> mend(Run run) throws IOException {
        return Optional.empty();
    }

    /// Brings what it wrote so far into its log, where that does not happen by itself.
    default void drawLog(Run run, Path log) throws IOException {}

    /// Runs a command that is asked something and changes nothing; waits for it, and kills it with
    /// all that it started when it takes too long.
    ///
    /// @param scratch a file that is nobody else's, and is gone afterwards
    Printed ask(Recipe recipe, Preparation.Prepared ready, Duration within, Path scratch)
            throws IOException;

    /// Runs a command beside a program that lives, with all that it has, to ask how it is; empty
    /// where commands are run like any other of this host.
    default Optional<Examined> examine(Run run, List<String> command, Duration within)
            throws IOException {
        return Optional.empty();
    }

    /// What is asked for and cannot be enforced here, for people; empty when all can be.
    String notEnforced(Launch.Limits limits);

    /// Artifacts that something runs from.
    Set<Digest> artifactsInUse() throws IOException;
}
