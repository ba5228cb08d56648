package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// A process that is killed while a copy is compared.
final class Killed {
    private Killed() {}

    /// A control plane with the folders of another one; its secrets are in its environment.
    static Process begin(LentServer.Plane plane, String shop) throws Exception {
        var builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Killed.class.getName(),
                                plane.folder().toString(),
                                plane.scratch.toString()));
        builder.environment().put("SHOP", shop);
        builder.environment().put("ON", plane.scratchUrl());
        return builder.redirectErrorStream(true).start();
    }

    /// Of the plane whose folders are given.
    public static void main(String[] folders) throws Exception {
        var plane =
                new LentServer.Plane(
                        Path.of(folders[0]),
                        Path.of(folders[1]),
                        PostgresAddress.of(Objects.requireNonNull(System.getenv("SHOP"))),
                        Objects.requireNonNull(System.getenv("ON")));
        BackupOutcome outcome =
                plane.backUp(line -> {
                    if (line.contains("compar")) {
                        Runtime.getRuntime().halt(137);
                    }
                });
        System.out.write(outcome.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
