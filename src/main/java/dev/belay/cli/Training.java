package dev.belay.cli;

import dev.belay.cli.client.Processes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs what the command line does most, against a control plane that is a few lines here, so that
/// java can keep the classes of it in a cache: see the `belay` script. Nothing else calls it. Told
/// `words`, it runs only the commands that [CommandTree] reads without picocli, for a small cache.
final class Training {
    private static final String MANIFEST =
            """
            platform: training
            components:
              web: {kind: frontend, static: web, port: 1}
            environments:
              local: {target: process}
            """;
    private static final String RELEASE =
            """
            {"release":{"id":"local-1","environment":"local","title":"","state":"completed",
            "soaking":false,"createdAt":1,"endedAt":2},"version":1,"kind":"deploy","because":"",
            "heldStep":0,"changes":[{"component":"web","from":"","to":"web-1"}],
            "steps":[{"number":1,"title":"web","scope":"web","status":"done","since":1,
            "because":"","result":"","hint":"","detail":"","failed":false,
            "responsible":{"owner":"","contact":"","runbook":""}}],"next":[]}
            """;

    private static final List<List<String>> WORDS =
            List.of(
                    List.of("status", "local"),
                    List.of("plan", "local"),
                    List.of("why", "local"),
                    List.of("releases", "local"));

    private static final List<List<String>> OTHERS =
            List.of(
                    List.of("--help"),
                    List.of("statsu"),
                    List.of("version"),
                    List.of("check"),
                    List.of("status"),
                    List.of("status", "local", "--json"),
                    List.of("plan", "local", "--json"),
                    List.of("releases"),
                    List.of("show", "local-1"),
                    List.of("logs", "local"),
                    List.of("pause", "local-1"),
                    List.of("deploy", "local"),
                    List.of("rollback", "local", "web"),
                    List.of("deploy", "local", "--only"),
                    List.of("completion", "fish"));

    private Training() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("belay-training");
        try (var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Path state = Files.createDirectories(folder.resolve(".belay"));
            Files.writeString(folder.resolve("belay.yaml"), MANIFEST);
            Files.writeString(state.resolve("token"), "training");
            long pid = ProcessHandle.current().pid();
            Files.writeString(
                    state.resolve("server.json"),
                    "{\"pid\":%d,\"started\":%d,\"port\":%d,\"version\":\"\"}"
                            .formatted(pid, Processes.started(pid), server.getLocalPort()));
            Thread.ofPlatform().daemon().start(() -> answer(server));
            commands(folder, args.length == 0 || !args[0].equals("words"));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }

    private static void commands(Path folder, boolean all) {
        // Whatever is asked of the process itself, which the contexts below do without.
        Context.system();
        var silent = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        for (boolean colour : new boolean[] {true, false}) {
            var context =
                    new Context(new Terminal(silent, silent, false, colour), folder, Map.of());
            WORDS.forEach(words -> run(context, words));
            if (all) {
                CommandTree.names().forEach(name -> run(context, List.of(name, "--help")));
                OTHERS.forEach(words -> run(context, words));
            }
        }
    }

    private static void run(Context context, List<String> words) {
        Main.run(context, words.toArray(String[]::new));
    }

    private static void answer(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                byte[] head = new byte[8192];
                int length = in.read(head);
                String asked = new String(head, 0, length, StandardCharsets.UTF_8);
                String body =
                        asked.contains("/events")
                                ? events()
                                : asked.startsWith("POST /api/v1/re")
                                        ? "{\"releases\":[\"local-1\"]}"
                                        : "training\n";
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                OutputStream out = socket.getOutputStream();
                out.write(
                        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        + Integer.toHexString(bytes.length)
                                        + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                out.write(bytes);
                out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException _) {
                // The command went away before it had all: it was not interested.
            }
        }
    }

    private static String events() {
        return "event: snapshot\ndata: " + RELEASE.replace("\n", "") + "\n\n";
    }
}
