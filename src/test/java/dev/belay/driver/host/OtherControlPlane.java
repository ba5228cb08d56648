package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Path;

/// A second Java process that gives an order over the same folder.
final class OtherControlPlane {
    private OtherControlPlane() {}

    static Process scale(Path folder, Revision revision, int instances, long token)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherControlPlane.class.getName(),
                        folder.toString(),
                        revision.id(),
                        Integer.toString(instances),
                        Long.toString(token))
                .inheritIO()
                .start();
    }

    public static void main(String[] arguments) {
        Host host = new Host(Path.of(arguments[0]));
        Revision revision = host.revision(arguments[1], "echo begin; exec sleep 1000");
        Answer answer =
                host.target.scale(
                        new Work.Scale(revision, Integer.parseInt(arguments[2])),
                        host.order(Long.parseLong(arguments[3])));
        boolean fine = answer instanceof Answer.Done || answer instanceof Answer.Stale;
        if (!fine) {
            System.err.println(answer);
        }
        System.exit(fine ? 0 : 1);
    }
}
