package dev.belay.driver.host;

import dev.belay.driver.Harm;
import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.TestProgram;
import dev.belay.driver.command.CommandTarget;
import dev.belay.release.DeployCommands;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A service of somebody else that a shell script reaches: a folder with a file for each revision
/// that stands there. One revision is one thing there, and who keeps it alive is not Belay.
class CommandGround extends HostGround {
    /// What every command of a test does; what a test does besides is in front of it.
    static final String OPS =
            """
            here=$CLOUD
            echo "$1" >> "$here/calls"
            case $1 in
              deploy) echo "$BELAY_REVISION" > "$here/stands/$BELAY_REVISION"
                echo "{\\"deployment\\": \\"dpl-$BELAY_REVISION\\"}" ;;
              observe)
                if [ "$(cat "$here/live" 2> /dev/null)" = "$BELAY_REVISION" ]; then
                  echo '{"state": "live"}'
                elif [ -e "$here/stands/$BELAY_REVISION" ]; then echo '{"state": "ready"}'
                else echo '{"state": "absent"}'; fi ;;
              promote|rollback) echo "$BELAY_REVISION" > "$here/live" ;;
              logs) echo "begin with $KEY" ;;
              remove) rm -f "$here/stands/$BELAY_REVISION" ;;
            esac
            """;

    static final DeployCommands ALL =
            new DeployCommands(
                    ops("deploy"),
                    ops("observe"),
                    ops("promote"),
                    ops("rollback"),
                    List.of(),
                    ops("logs"),
                    ops("remove"),
                    Duration.ofSeconds(20));

    final Path cloud;
    private Target target;

    CommandGround(Path folder) throws IOException {
        super(new Host(folder));
        cloud = folder.resolve("cloud");
        Files.createDirectories(cloud.resolve("stands"));
        host.plain.put("CLOUD", cloud.toString());
        target = super.target(host.table);
    }

    static List<String> ops(String verb) {
        return List.of("/bin/sh", "main.sh", verb);
    }

    ScopedCommands commands() {
        return new ScopedCommands(host.state, host.runners(), host.artifacts, host.values());
    }

    @Override
    public Target target(Router router) {
        target =
                new CommandTarget(
                        super.target(router),
                        commands(),
                        router,
                        _ -> true,
                        Duration.ofMillis(100));
        return target;
    }

    @Override
    public boolean endsWhatHangs() {
        return false;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public Revision revision(String id, TestProgram program, Launch.Stop stop) {
        DeployCommands by =
                program == TestProgram.IS_MISSING ? with(List.of("./there-is-none")) : ALL;
        String before =
                switch (program) {
                    case ENDS_AT_ONCE ->
                            "[ $1 != deploy ] || { echo \"\\`api-1-1\\`\" no luck; exit 3; }";
                    case IGNORES_END -> "[ $1 != remove ] || sleep 4; [ $1 != logs ] || echo up";
                    default ->
                            program.isJob()
                                    ? "if [ -z \"$1\" ]; then " + program.script() + "; exit; fi"
                                    : "";
                };
        return revision(id, before, by, stop);
    }

    static DeployCommands with(List<String> deploy) {
        return new DeployCommands(
                deploy,
                ALL.observe(),
                ALL.promote(),
                ALL.rollback(),
                ALL.probe(),
                ALL.logs(),
                ALL.remove(),
                ALL.timeout());
    }

    Revision revision(String id, String before, DeployCommands by) {
        return revision(id, before, by, STOP);
    }

    private Revision revision(String id, String before, DeployCommands by, Launch.Stop stop) {
        Revision started = host.revision(id, before + "\n" + OPS);
        Launch as = started.launch();
        var ready =
                new Health(
                        new Health.Alive(),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20));
        Launch launch =
                new Launch(
                        as.command(),
                        as.required(),
                        as.secrets(),
                        false,
                        stop,
                        Launch.Limits.NONE,
                        ready,
                        ready,
                        as.protocol(),
                        as.listen(),
                        null,
                        by);
        return new Revision(
                id, started.component(), started.artifact(), started.configuration(), launch);
    }

    List<String> calls() throws IOException {
        Path calls = cloud.resolve("calls");
        return Files.exists(calls)
                ? Files.readAllLines(calls).stream()
                        .filter(call -> !call.equals("observe"))
                        .toList()
                : List.of();
    }

    @Override
    public int running() throws Exception {
        try (Stream<Path> stands = Files.list(cloud.resolve("stands"))) {
            return (int) stands.count() + super.running();
        }
    }

    @Override
    public Optional<String> ask(Instance instance) throws Exception {
        Path stands = cloud.resolve("stands").resolve(instance.revision());
        return Files.exists(stands) ? Optional.of(Files.readString(stands)) : Optional.empty();
    }

    @Override
    public List<String> log(Instance instance) {
        return Objects.requireNonNull(target)
                .lastLines(Host.SCOPE, instance.revision(), 100)
                .stream()
                .map(line -> line.substring(line.indexOf(" | ") + 3))
                .toList();
    }

    /// What somebody does there, `observe` tells, and nobody here mends.
    @Override
    public Set<Harm> harms() {
        return EnumSet.noneOf(Harm.class);
    }

    @Override
    public Optional<Closeable> takePlace(Instance instance) {
        return Optional.empty();
    }
}
