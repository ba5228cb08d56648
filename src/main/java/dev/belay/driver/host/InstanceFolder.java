package dev.belay.driver.host;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What is on disk about one numbered instance of a revision.
record InstanceFolder(Path path, Scope scope, String revision, int number, Runners runners) {
    private static final JsonMapper JSON = JsonMapper.shared();

    String id() {
        return revision + "-" + number;
    }

    Path log() {
        return path.resolve("log");
    }

    Program run(InstanceRecord record) {
        return new Program(
                runners.named(record.runner()),
                new Runner.Run(
                        scope,
                        id(),
                        record.run(),
                        path.resolve("run-" + record.run()),
                        record.boot(),
                        record.launcher(),
                        record.started()));
    }

    /// The record, or one of an instance that was never started.
    InstanceRecord read() throws IOException {
        Optional<String> text = DurableFile.read(path.resolve("record.json"));
        try {
            return text.isEmpty()
                    ? InstanceRecord.none()
                    : JSON.readValue(text.get(), InstanceRecord.class);
        } catch (JacksonException e) {
            throw new IOException("`" + path.resolve("record.json") + "` is damaged", e);
        }
    }

    void write(InstanceRecord record) throws IOException {
        DurableFile.folder(path);
        DurableFile.write(path.resolve("record.json"), JSON.writeValueAsBytes(record));
    }

    /// Makes the folder of the record's run, which no run had before, and drops those before the
    /// last.
    Program newRun(InstanceRecord record) throws IOException {
        for (Path old : ScopeFolder.children(path)) {
            String name = old.getFileName().toString();
            if (name.startsWith("run-") && !name.equals("run-" + (record.run() - 1))) {
                Files.deleteIfExists(old.resolve("claim"));
                Files.deleteIfExists(old.resolve("exit"));
                Files.deleteIfExists(old);
            }
        }
        DurableFile.folder(path.resolve("run-" + record.run()));
        return run(record);
    }

    Life life() throws IOException {
        InstanceRecord record = read();
        return record.run() == 0 ? new Life.Ended(Life.NO_STATUS) : run(record).life();
    }
}
