package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import dev.belay.Installed;
import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One of the platforms below `examples`, in a clean folder, at ports that nobody has.
final class Example {
    private static final Pattern ADDRESS =
            Pattern.compile("(?<=(?:127\\.0\\.0\\.1|localhost):)[0-9]+");
    private static final Pattern OFFSET = Pattern.compile("(?<=port-offset: )[0-9]+");
    private static final Pattern WITHOUT =
            Pattern.compile("(?m)^    target: process\\n(?!    port-offset)");
    private static final Pattern SHELL = Pattern.compile("(?s)```sh\n(.*?)```");
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final Path platform;
    private final int offset;

    /// @param clean an empty folder
    /// @param ports all that the example takes, those of its datastores too
    /// @param others files and folders of the repository that it needs beside its own
    Example(Path clean, String name, List<Integer> ports, String... others) throws IOException {
        folder = clean.toRealPath();
        // Run by root, servers run as nobody, who has to get here.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Installed.into(
                folder,
                Stream.concat(Stream.of("examples/" + name), Stream.of(others))
                        .toArray(String[]::new));
        platform = folder.resolve("examples/" + name);
        offset = FreePort.offset(ports);
        edit(
                "belay.yaml",
                text ->
                        OFFSET.matcher(
                                        WITHOUT.matcher(shifted(text))
                                                .replaceAll("$0    port-offset: 0\n"))
                                .replaceAll(one ->
                                        Integer.toString(Integer.parseInt(one.group()) + offset)));
        try (var files = Files.list(platform)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".env")).toList()) {
                Files.writeString(file, shifted(Files.readString(file)));
            }
        }
    }

    Path folder() {
        return folder;
    }

    Path file(String name) {
        return platform.resolve(name);
    }

    /// The blocks of commands in a document, at this one's ports.
    List<String> commands(String document) throws IOException {
        var blocks = new ArrayList<String>();
        Matcher block = SHELL.matcher(Files.readString(Path.of(document)));
        while (block.find()) {
            blocks.add(shifted(block.group(1)));
        }
        return blocks;
    }

    /// Types commands in the clean folder, as a document has them: all must go well.
    void types(List<String> blocks) throws Exception {
        Path output = Files.createTempFile(folder, "said", ".txt");
        var builder =
                new ProcessBuilder("sh", "-e", "-c", String.join("", blocks))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Installed.equip(builder);
        Process process = builder.start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    /// Exit code and what the owner's command says, on either stream.
    String belay(String... words) {
        return run(Map.of(), words);
    }

    /// The same, by somebody whose token is in this file.
    String belayAs(String tokenFile, String... words) {
        return run(Map.of("BELAY_TOKEN_FILE", file(tokenFile).toString()), words);
    }

    private String run(Map<String, String> environment, String... words) {
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var terminal = new Terminal(out, out, false, false);
        int code = new CommandTree(new Context(terminal, platform, environment)).run(words);
        return code + " " + bytes.toString(StandardCharsets.UTF_8);
    }

    /// What the command says, which must do what it is for.
    String done(String... words) {
        String said = belay(words);
        assertThat(said).as(String.join(" ", words)).startsWith("0 ");
        return said.substring(2);
    }

    JsonNode json(String... words) {
        return JsonMapper.shared().readTree(done(words));
    }

    /// What the status says of a component.
    JsonNode component(String environment, String name) {
        return json("status", environment, "--json")
                .path("components")
                .valueStream()
                .filter(one -> one.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (port + offset) + path))
                        .timeout(Duration.ofSeconds(20))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    int port(int port) {
        return port + offset;
    }

    /// A change that is taken back.
    interface Edit extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    Edit edit(String name, UnaryOperator<String> change) throws IOException {
        Path path = platform.resolve(name);
        String before = Files.readString(path);
        String after = change.apply(before);
        assertThat(after).as(name).isNotEqualTo(before);
        Files.writeString(path, after);
        return () -> Files.writeString(path, before);
    }

    void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never: " + what);
            }
            Thread.sleep(20);
        }
    }

    /// Whatever runs because of this folder.
    void end() throws Exception {
        Processes.killAll(folder);
    }

    private String shifted(String text) {
        return ADDRESS.matcher(text)
                .replaceAll(port -> Integer.toString(Integer.parseInt(port.group()) + offset));
    }
}
