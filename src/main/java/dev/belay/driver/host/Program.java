package dev.belay.driver.host;

import dev.belay.driver.Examined;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// One run, and what it runs in.
record Program(Runner runner, Runner.Run run) {
    Path folder() {
        return run.folder();
    }

    Life life() throws IOException {
        return runner.life(run);
    }

    boolean revoke() throws IOException {
        return runner.revoke(run);
    }

    boolean began() throws IOException {
        return runner.began(run);
    }

    OptionalInt settledStatus() throws IOException {
        return runner.settledStatus(run);
    }

    int status() throws IOException {
        return runner.status(run);
    }

    String remark() throws IOException {
        return runner.remark(run);
    }

    void signal(String signal) throws IOException {
        runner.signal(run, signal);
    }

    void settle(Deadline deadline) {
        runner.settle(run, deadline);
    }

    boolean exterminate(Deadline deadline) throws IOException {
        return runner.exterminate(run, deadline);
    }

    void release() throws IOException {
        runner.release(run);
    }

    boolean isKnown() throws IOException {
        return runner.knows(run);
    }

    Optional<String> mend() throws IOException {
        return runner.mend(run);
    }

    Optional<Examined> examine(List<String> command, Duration within) throws IOException {
        return runner.examine(run, command, within);
    }

    void drawLog(Path log) throws IOException {
        runner.drawLog(run, log);
    }

    long start(Path log, Recipe recipe, Preparation.Prepared ready) throws IOException {
        return runner.start(new Runner.Start(run, log, recipe, ready));
    }
}
