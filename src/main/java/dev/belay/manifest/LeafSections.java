package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.BYTES;
import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.HEADER;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.PERCENT;
import static dev.belay.manifest.shape.Shapes.SIGNAL;
import static dev.belay.manifest.shape.Shapes.STATUS;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.URL_PATH;
import static dev.belay.manifest.shape.Shapes.VARIABLE;
import static dev.belay.manifest.shape.Shapes.WRITTEN;
import static dev.belay.manifest.shape.Shapes.as;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.whole;
import static dev.belay.manifest.shape.Shapes.word;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The sections that components are made of.
final class LeafSections {
    private static final Key<String> HTTP =
            Key.of("http", URL_PATH, "Path that is asked with GET. Redirects are not followed.");
    private static final Key<Health.StatusRange> STATUS_KEY =
            Key.of("status", STATUS, "Status that means well.").fallback("200-299");
    private static final Key<SequencedMap<String, String>> HEADERS =
            Key.of("headers", map(HEADER, TEXT), "Headers that the answer must have, by value.")
                    .fallback("{}");
    private static final Key<String> BODY =
            Key.of("body", WRITTEN, "Text that the answer must contain.").fallback("");
    private static final Key<Boolean> TCP =
            Key.of("tcp", word("true", true), "`true`: well when the port takes a connection.");
    private static final Key<String> GRPC =
            Key.of(
                    "grpc",
                    WRITTEN,
                    "Service that `grpc.health.v1.Health` is asked about; `\"\"` is all of them.");
    private static final Key<List<String>> COMMAND_KEY =
            Key.of(
                    "command",
                    COMMAND,
                    "Well when this command, run as the instance, exits with 0.");
    private static final Key<Boolean> ALIVE =
            Key.of("alive", word("true", true), "`true`: well while the process lives.");
    private static final Key<Integer> SUCCESSES =
            Key.of("successes", whole(1, 100, "a number from 1 to 100"), "Good answers in a row.")
                    .fallback("1");
    private static final Key<Duration> OVER =
            Key.of("over", DURATION, "Time that must lie between the first and the last of them.")
                    .fallback("0s");
    private static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "Time for one answer.").fallback("5s");
    private static final Key<Duration> WITHIN =
            Key.of("within", DURATION, "Time for the whole: until ready, or until given up.")
                    .fallback("60s");

    static final Fields<Health> HEALTH =
            Fields.of(
                    "health",
                    "How an instance is asked whether it is well. `health` decides when it may have"
                            + " requests, `liveness` when it is taken for dead.",
                    "{http: /health, status: 200, successes: 2, over: 1s}",
                    List.of(
                            HTTP,
                            STATUS_KEY,
                            HEADERS,
                            BODY,
                            GRPC,
                            TCP,
                            COMMAND_KEY,
                            ALIVE,
                            SUCCESSES,
                            OVER,
                            TIMEOUT,
                            WITHIN),
                    List.of("http", "grpc", "tcp", "command", "alive"),
                    row ->
                            new Health(
                                    check(row),
                                    row.get(SUCCESSES),
                                    row.get(OVER),
                                    row.get(TIMEOUT),
                                    row.get(WITHIN)));

    private static final Key<String> STOP_SIGNAL =
            Key.of("signal", SIGNAL, "Signal that asks it to stop.").fallback("TERM");
    private static final Key<Duration> GRACE =
            Key.of("grace", DURATION, "Time after the signal until it is killed.").fallback("10s");
    private static final Key<Duration> DRAIN =
            Key.of("drain", DURATION, "Time for requests under way, or for a queue's messages.")
                    .fallback("30s");

    static final Fields<Launch.Stop> STOP =
            Fields.of(
                    "stop",
                    "How an instance is stopped: drained, asked, killed.",
                    "{signal: TERM, grace: 10s, drain: 30s}",
                    List.of(STOP_SIGNAL, GRACE, DRAIN),
                    List.of(),
                    row -> new Launch.Stop(row.get(STOP_SIGNAL), row.get(GRACE), row.get(DRAIN)));

    private static final Key<Long> MEMORY =
            Key.of("memory", BYTES, "Memory of one instance.").fallback("0B");
    private static final Key<Integer> CPU =
            Key.of("cpu", PERCENT, "Processor time; `200%` is two cores.").fallback("0%");
    private static final Key<Integer> OPEN_FILES =
            Key.of("open-files", whole(0, 10_000_000, "a number"), "Open files and sockets.")
                    .fallback("0");
    private static final Key<Integer> PROCESSES =
            Key.of("processes", whole(0, 1_000_000, "a number"), "Processes and threads.")
                    .fallback("0");

    static final Fields<Launch.Limits> LIMITS =
            Fields.of(
                    "limits",
                    "What one instance may use, where the host can enforce it. 0 is no limit.",
                    "{memory: 512MiB, cpu: 200%, open-files: 4096, processes: 256}",
                    List.of(MEMORY, CPU, OPEN_FILES, PROCESSES),
                    List.of(),
                    row ->
                            new Launch.Limits(
                                    row.get(MEMORY),
                                    row.get(CPU),
                                    row.get(OPEN_FILES),
                                    row.get(PROCESSES)));

    /// Parts of a build as they are written, relative to the component's `dir`.
    ///
    /// @param image what the artifact is where it is an image
    /// @param dockerfile what makes the image that the artifact is
    record BuildKeys(
            List<String> run,
            Optional<String> output,
            Optional<String> image,
            Optional<String> dockerfile,
            Inputs inputs) {
        boolean makesImage() {
            return image.isPresent() || dockerfile.isPresent();
        }
    }

    /// What a build reads: patterns, or what the workspace says.
    record Inputs(List<String> patterns, boolean workspace) {}

    private static final Key<List<String>> BUILD_RUN =
            Key.of("run", COMMAND, "Command that makes the output. Run in `dir`.");
    private static final Key<String> OUTPUT =
            Key.of(
                    "output",
                    PATH,
                    "Folder or file that becomes the artifact, relative to `dir`. `dir` by"
                            + " default. The manifest, dotenv files, `.git` and `.belay` are left"
                            + " out of it.");
    private static final Key<String> BUILT_IMAGE =
            Key.of(
                    "image",
                    PATH,
                    "File or folder, relative to `dir`, that is an image: what `docker save` writes,"
                            + " packed by gzip or not, or a layout of OCI. It becomes the artifact,"
                            + " and containers are made of it alone. In place of `output`.");
    private static final Key<String> DOCKERFILE =
            Key.of(
                    "dockerfile",
                    PATH,
                    "File, relative to `dir`, that the Docker Engine makes an image by, of the files"
                            + " in `dir` that `.dockerignore` leaves. The image becomes the"
                            + " artifact. In place of `image`.");
    private static final Key<Inputs> INPUTS =
            Key.of(
                            "inputs",
                            either(
                                    word("workspace", new Inputs(List.of(), true)),
                                    as(list(PATH), some -> new Inputs(some, false))),
                            "Patterns of what the command reads, relative to `dir`; each must go with"
                                    + " a file. Unchanged, it is not run. `workspace`: its package and"
                                    + " those that it uses, as pnpm, npm or Yarn know them.")
                    .fallback("[]");

    static final Fields<BuildKeys> BUILD =
            Fields.of(
                    "build",
                    "How a component's artifact is made. It is made once and kept by its digest.",
                    "{run: pnpm build, output: dist, inputs: [\"src/**\", package.json]}",
                    List.of(BUILD_RUN, OUTPUT, BUILT_IMAGE, DOCKERFILE, INPUTS),
                    List.of(),
                    row ->
                            new BuildKeys(
                                    row.find(BUILD_RUN).orElse(List.of()),
                                    row.find(OUTPUT),
                                    row.find(BUILT_IMAGE),
                                    row.find(DOCKERFILE),
                                    row.get(INPUTS)));

    private static final Key<List<String>> REQUIRED =
            Key.of("required", list(VARIABLE), "Variables that must have a value.").fallback("[]");
    private static final Key<List<String>> SECRET =
            Key.of(
                            "secret",
                            list(VARIABLE),
                            "Variables that must have a value, which is never written anywhere.")
                    .fallback("[]");
    private static final Key<SequencedMap<String, String>> VALUES =
            Key.of(
                            "values",
                            map(VARIABLE, WRITTEN),
                            "Plain values. `${NAME}` stands for another variable.")
                    .fallback("{}");

    private static final Key<SequencedMap<String, String>> MEANING =
            Key.of(
                            "meaning",
                            map(VARIABLE, TEXT),
                            "What variables are for, for those who fill them in: `belay config"
                                    + " template` writes it.")
                    .fallback("{}");

    static final Fields<Variables> ENV =
            Fields.of(
                    "env",
                    "The environment variables of a component.",
                    "{required: [DATABASE_URL], secret: [JWT_SECRET], values: {LOG_LEVEL: info}}",
                    List.of(REQUIRED, SECRET, VALUES, MEANING),
                    List.of(),
                    LeafSections::variables);

    private LeafSections() {}

    private static Health.Check check(Row row) {
        if (row.find(HTTP).isPresent()) {
            return new Health.Http(
                    row.get(HTTP), row.get(STATUS_KEY), row.get(HEADERS), row.get(BODY));
        }
        if (row.find(GRPC).isPresent()) {
            return new Health.Grpc(row.get(GRPC));
        }
        if (row.find(COMMAND_KEY).isPresent()) {
            return new Health.Command(row.get(COMMAND_KEY));
        }
        return row.find(TCP).isPresent() ? new Health.Tcp() : new Health.Alive();
    }

    private static Variables variables(Row row) {
        var secrets = new TreeSet<>(row.get(SECRET));
        var required = new TreeSet<>(row.get(REQUIRED));
        required.addAll(secrets);
        return new Variables(
                required, secrets, new TreeMap<>(row.get(VALUES)), new TreeMap<>(row.get(MEANING)));
    }
}
