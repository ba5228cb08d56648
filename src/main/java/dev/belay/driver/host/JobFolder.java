package dev.belay.driver.host;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Direction;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What is on disk about one run of a job; its name is its token.
record JobFolder(Path path, Scope scope, long token, Runners runners) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// @param launcher pid of the launcher, 0 until it was started
    /// @param end when it is killed if it still runs
    /// @param migratedFrom what was asked of a schema before its step began to change it
    /// @param verb which of a component's commands it is; empty for a job of its own
    record Attempt(
            String release,
            int step,
            String revision,
            String runner,
            String boot,
            long launcher,
            Instant started,
            Instant end,
            Direction way,
            String migratedFrom,
            String verb) {
        Attempt {
            // Those of before jobs had a way back say nothing of it.
            runner = Objects.requireNonNullElse(runner, Recipe.PROCESS);
            way = Objects.requireNonNullElse(way, Direction.DO);
            migratedFrom = Objects.requireNonNullElse(migratedFrom, "");
            verb = Objects.requireNonNullElse(verb, "");
        }

        /// Of a job whose record somebody deleted.
        static Attempt lost(String runner) {
            return new Attempt(
                    "", 0, "", runner, "", 0, Instant.EPOCH, Instant.EPOCH, Direction.DO, "", "");
        }

        Attempt withLauncher(long pid) {
            return new Attempt(
                    release,
                    step,
                    revision,
                    runner,
                    boot,
                    pid,
                    started,
                    end,
                    way,
                    migratedFrom,
                    verb);
        }
    }

    String id() {
        return "job-" + token;
    }

    Program run(Attempt record) {
        return new Program(
                runners.named(record.runner()),
                new Runner.Run(
                        scope,
                        id(),
                        1,
                        path.resolve("run-1"),
                        record.boot(),
                        record.launcher(),
                        record.started()));
    }

    Path log() {
        return path.resolve("log");
    }

    Optional<Attempt> read() throws IOException {
        Optional<String> text = DurableFile.read(path.resolve("record.json"));
        try {
            return text.map(json -> JSON.readValue(json, Attempt.class));
        } catch (JacksonException e) {
            throw new IOException("`" + path.resolve("record.json") + "` is damaged", e);
        }
    }

    /// Makes it durable that this run is about to begin: that there is no record is a proof, too.
    void begin(Attempt record) throws IOException {
        DurableFile.folder(run(record).folder());
        write(record);
        Path jobs = path.resolveSibling(".").normalize();
        DurableFile.sync(jobs);
        DurableFile.sync(jobs.resolveSibling(".").normalize());
    }

    void write(Attempt record) throws IOException {
        DurableFile.write(path.resolve("record.json"), JSON.writeValueAsBytes(record));
    }

    /// Makes it durable that we end it because its time is over.
    void overdue() throws IOException {
        DurableFile.write(path.resolve("overdue"), "");
    }

    boolean wasOverdue() {
        return Files.exists(path.resolve("overdue"));
    }

    /// Whether it runs, or how it ended.
    Life life() throws IOException {
        Optional<Attempt> record = read();
        return record.isEmpty() ? new Life.Ended(Life.NO_STATUS) : run(record.get()).life();
    }
}
