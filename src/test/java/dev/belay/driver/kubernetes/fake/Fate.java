package dev.belay.driver.kubernetes.fake;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/// What becomes of the pods of an image.
public sealed interface Fate {
    /// They run and are ready at once.
    record Ready() implements Fate {}

    /// They run, and are ready while somebody says so.
    record ReadyWhile(AtomicBoolean ready) implements Fate {}

    /// No node takes them.
    record Unschedulable(String message) implements Fate {}

    /// Their image cannot be had.
    record NoImage(String message) implements Fate {}

    /// They die again and again.
    record Crashes(int status, String log) implements Fate {}

    /// They run to an end.
    record Ends(int status, String log) implements Fate {}

    /// They go on until somebody lets them end well: what a job does that takes its time.
    record EndsWhen(AtomicBoolean over) implements Fate {}

    /// They are real programs of this machine, started again when they end unless they are not to.
    record Runs(Program program) implements Fate {}

    /// Starts what a pod is to be.
    interface Program {
        /// Starts it.
        ///
        /// @param address of this machine that is the pod's alone
        /// @throws IOException when there is no such program
        Running start(JsonNode pod, String address) throws IOException;
    }

    /// One that was started.
    interface Running {
        boolean isReady();

        /// How it ended; empty while it runs.
        Optional<Integer> exit();

        /// Tells it to end, and ends it after that time. To be told so again changes nothing.
        void end(Duration grace);

        /// Ends it now.
        void stop();

        String log();
    }
}
