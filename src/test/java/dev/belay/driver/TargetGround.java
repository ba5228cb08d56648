package dev.belay.driver;

import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What differs between kinds of targets, so that [TargetContract] can be asked of all of them: how
/// a target and its programs are made, what a third party can do to them, and how they are seen by
/// somebody who does not ask the target. Of one component, `local/api`; it names no process, no
/// path and no address, so that no kind of target is left out.
public interface TargetGround extends AutoCloseable {
    /// How an instance ends, unless a test says otherwise.
    Launch.Stop STOP = new Launch.Stop("TERM", Duration.ofSeconds(10), Duration.ofSeconds(5));

    /// A target over whatever earlier ones left: each is a control plane that was started anew. It
    /// counts three deaths as a crash loop, and starts again without a pause.
    Target target(Router router);

    /// A revision of which that program is run.
    Revision revision(String id, TestProgram program, Launch.Stop stop);

    /// The same, as instances usually end.
    default Revision revision(String id, TestProgram program) {
        return revision(id, program, STOP);
    }

    /// A secret variable that revisions have which are made from now on.
    void secret(String name, String value);

    /// How many programs of ours run, jobs included: seen from outside, without any target.
    int running() throws Exception;

    /// What an instance answers to a request for `/`; empty when it does not in a moment.
    Optional<String> ask(Instance instance) throws Exception;

    /// The lines that an instance wrote, as people are shown them.
    List<String> log(Instance instance) throws Exception;

    /// How many instances of a revision there can be.
    default int most() {
        return Integer.MAX_VALUE;
    }

    /// What a third party can do here.
    Set<Harm> harms();

    /// Does it.
    void harm(Harm harm, Instance instance) throws Exception;

    /// How many starts anew are counted of the instance that is there after that was done: none
    /// where another one takes its place.
    default int restartsAfter(Harm harm) {
        return 1;
    }

    /// Whether the target ends what hangs, when it is told so; else what runs its programs does.
    default boolean endsWhatHangs() {
        return true;
    }

    /// Somebody else's program, as much like an instance of ours as can be without our mark.
    Stranger stranger() throws Exception;

    /// Somebody else's thing that has the very name which the first instance of the revision would
    /// get; empty where names are nothing that could be taken.
    ///
    /// @param revision that ran before, and does not now
    Optional<Stranger> namesake(Revision revision) throws Exception;

    /// Somebody else takes the place where an instance listened that was given up; empty where each
    /// has a place that nobody else could have.
    Optional<Closeable> takePlace(Instance instance) throws Exception;

    /// How long one order may take here.
    default Duration patience() {
        return Duration.ofSeconds(20);
    }

    /// The shortest time in which a job begins and is given up.
    default Duration brief() {
        return Duration.ofMillis(2_500);
    }

    /// Ends everything that was started, and says when that cannot be done.
    @Override
    void close() throws IOException;

    /// What is not ours.
    interface Stranger extends AutoCloseable {
        /// Whether it is as it was made.
        boolean isUntouched() throws Exception;

        @Override
        void close() throws IOException;
    }
}
