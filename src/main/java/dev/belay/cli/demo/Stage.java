package dev.belay.cli.demo;

import dev.belay.cli.Context;
import dev.belay.cli.Stop;
import dev.belay.cli.Terminal;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Residents;
import dev.belay.cli.client.Workspace;
import dev.belay.cli.command.Daemons;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The folder that the demo plays in: a copy of the quickstart with a state of its own.
final class Stage {
    static final String FOLDER = ".belay-demo";
    static final int WEB_PORT = 7080;
    static final int API_PORT = 7081;
    private static final int OFFSET_STEP = 10;
    private static final int OFFSET_MAX = 1000;
    private static final String TARGET = "local: {target: process";

    private final Context context;
    private final Path folder;
    private int offset;

    Stage(Context context) {
        this.context = context;
        this.folder = context.folder().resolve(FOLDER);
    }

    Terminal terminal() {
        return context.terminal();
    }

    Path folder() {
        return folder;
    }

    int apiPort() {
        return API_PORT + offset;
    }

    int webPort() {
        return WEB_PORT + offset;
    }

    /// Copies the quickstart afresh, on ports that are free here.
    void set() {
        try {
            copy(quickstart(), folder);
            while (!free(webPort()) || !free(apiPort())) {
                offset += OFFSET_STEP;
                if (offset > OFFSET_MAX) {
                    throw Stop.failed("no two free ports from " + WEB_PORT + " on", "");
                }
            }
            if (offset > 0) {
                terminal()
                        .say(
                                "ports "
                                        + WEB_PORT
                                        + " and "
                                        + API_PORT
                                        + " are taken; "
                                        + "the demo adds "
                                        + offset);
                Path manifest = folder.resolve(Workspace.MANIFEST);
                String text = Files.readString(manifest);
                text = text.replace(TARGET, TARGET + ", port-offset: " + offset);
                text = text.replace(":" + API_PORT + "\"", ":" + apiPort() + "\"");
                Files.writeString(manifest, text);
            }
        } catch (IOException e) {
            throw Stop.failed("cannot set up `" + folder + "`: " + e.getMessage(), "");
        }
    }

    /// What to type for `belay`: the script beside the quickstart that is played.
    String program() {
        return quickstart().resolve("../../belay").normalize().toString();
    }

    ControlPlane start() {
        return daemons().start();
    }

    /// Stops what runs here and removes the folder.
    ///
    /// @return whether there was one
    boolean clear() {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        if (Files.isRegularFile(folder.resolve(Workspace.MANIFEST))) {
            daemons().stop();
            Residents.end(workspace().state());
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                // What Belay keeps by its content is kept from being written to.
                file.toFile().setWritable(true);
                Path parent = file.getParent();
                if (parent != null) {
                    parent.toFile().setWritable(true);
                }
                Files.delete(file);
            }
            return true;
        } catch (IOException e) {
            throw Stop.failed("cannot remove `" + folder + "`: " + e.getMessage(), "");
        }
    }

    /// A control plane whose builds and instances find the very JDK that Belay runs on.
    private Daemons daemons() {
        Map<String, String> environment = new HashMap<>(context.environment());
        String programs = Path.of(System.getProperty("java.home"), "bin").toString();
        environment.merge("PATH", programs, (old, jdk) -> jdk + File.pathSeparator + old);
        return new Daemons(new Context(terminal(), folder, environment), workspace());
    }

    private Workspace workspace() {
        return Workspace.find(folder, folder.resolve(".belay").toString(), Map.of());
    }

    /// Beside the archive that runs: `target/belay.jar` of a clone.
    private static Path quickstart() {
        Path archive = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        Path found = archive.resolve("../../examples/quickstart").normalize();
        if (!Files.isRegularFile(found.resolve(Workspace.MANIFEST))) {
            throw Stop.failed(
                    "the quickstart is not where it should be, in `" + found + "`",
                    "run the demo from a clone of Belay");
        }
        return found;
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.toList();
        }
        for (Path file : files) {
            Path copy = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(file, copy);
            }
        }
    }

    private static boolean free(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(
                    new InetSocketAddress(
                            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
