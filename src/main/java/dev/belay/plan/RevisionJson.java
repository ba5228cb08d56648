package dev.belay.plan;

import dev.belay.release.DeployCommands;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import java.util.List;

/// [Revision] and its launch as JSON. What is written here is what a revision's id is a digest of.
final class RevisionJson {
    private static final String HTTP2 = "h2";
    private static final String SOCKET = "socket";

    private RevisionJson() {}

    static void write(JsonOut out, Revision revision) {
        out.open()
                .put("artifact", revision.artifact().text())
                .put("component", revision.component())
                .put("configuration", revision.configuration())
                .put("id", revision.id())
                .put("launch", () -> write(out, revision.launch()))
                .close();
    }

    static void write(JsonOut out, Launch launch) {
        Launch.Limits limits = launch.limits();
        Launch.Stop stop = launch.stop();
        out.open().strings("command", launch.command());
        DeployCommands commands = launch.commands();
        if (commands != null) {
            // Absent for what Belay starts, so that its revisions keep their ids.
            out.put("commands", () -> write(out, commands));
        }
        Launch.Container container = launch.container();
        if (container != null) {
            // Absent for plain processes, so that their revisions keep their ids.
            out.put("container", () -> write(out, container));
        }
        out.put(
                "limits",
                () ->
                        out.open()
                                .put("cpuPercent", limits.cpuPercent())
                                .put("memoryBytes", limits.memoryBytes())
                                .put("openFiles", limits.openFiles())
                                .put("processes", limits.processes())
                                .close());
        if (launch.listen() == Launch.Listen.SOCKET) {
            // Absent for what there was before, so that its revisions keep their ids.
            out.put("listen", SOCKET);
        }
        out.put("liveness", () -> write(out, launch.liveness())).put("port", launch.port());
        if (launch.protocol() == Launch.Protocol.HTTP2) {
            // Absent for the same reason.
            out.put("protocol", HTTP2);
        }
        out.put("readiness", () -> write(out, launch.readiness()))
                .set("required", launch.required())
                .set("secrets", launch.secrets())
                .put(
                        "stop",
                        () ->
                                out.open()
                                        .put("drain", stop.drain())
                                        .put("grace", stop.grace())
                                        .put("signal", stop.signal())
                                        .close())
                .close();
    }

    private static void write(JsonOut out, DeployCommands commands) {
        out.open()
                .strings("deploy", commands.deploy())
                .strings("logs", commands.logs())
                .strings("observe", commands.observe())
                .strings("probe", commands.probe())
                .strings("promote", commands.promote())
                .strings("remove", commands.remove())
                .strings("rollback", commands.rollback())
                .put("timeout", commands.timeout())
                .close();
    }

    private static DeployCommands commands(JsonIn in) {
        return new DeployCommands(
                in.strings("deploy"),
                in.strings("observe"),
                in.strings("promote"),
                in.strings("rollback"),
                in.strings("probe"),
                in.strings("logs"),
                in.strings("remove"),
                in.time("timeout"));
    }

    private static void write(JsonOut out, Launch.Container container) {
        out.open().put("digest", container.digest()).put("image", container.image());
        Pod pod = container.pod();
        if (pod != null) {
            // Absent for a Docker Engine.
            out.put("pod", () -> PodJson.write(out, pod));
        }
        if (!container.volumes().isEmpty()) {
            out.list(
                    "volumes",
                    container.volumes(),
                    one ->
                            out.open()
                                    .put("at", one.at())
                                    .put("exclusive", one.exclusive())
                                    .put("from", one.from())
                                    .put("name", one.name())
                                    .put("readOnly", one.readOnly())
                                    .close());
        }
        if (container.holdsArtifact()) {
            out.put("wrapped", String.valueOf(container.wrapped()));
        }
        out.close();
    }

    private static void write(JsonOut out, Health health) {
        out.open()
                .put("check", () -> write(out, health.check()))
                .put("over", health.over())
                .put("successes", health.successes())
                .put("timeout", health.timeout())
                .put("within", health.within())
                .close();
    }

    private static void write(JsonOut out, Health.Check check) {
        out.open();
        switch (check) {
            case Health.Http(String path, Health.StatusRange status, var headers, String body) ->
                    out.put("body", body)
                            .strings("headers", headers)
                            .put("path", path)
                            .put("status", () -> SmokeJson.write(out, status))
                            .put("type", "http");
            case Health.Grpc(String service) -> out.put("service", service).put("type", "grpc");
            case Health.Tcp() -> out.put("type", "tcp");
            case Health.Command(var command) ->
                    out.strings("command", command).put("type", "command");
            case Health.Alive() -> out.put("type", "alive");
        }
        out.close();
    }

    static Revision read(JsonIn in) {
        return new Revision(
                in.string("id"),
                in.string("component"),
                new Digest(in.string("artifact")),
                in.string("configuration"),
                launch(in.at("launch")));
    }

    private static Launch launch(JsonIn in) {
        JsonIn stop = in.at("stop");
        JsonIn limits = in.at("limits");
        return new Launch(
                in.strings("command"),
                in.set("required"),
                in.set("secrets"),
                in.truth("port"),
                new Launch.Stop(stop.string("signal"), stop.time("grace"), stop.time("drain")),
                new Launch.Limits(
                        limits.number("memoryBytes"),
                        limits.count("cpuPercent"),
                        limits.count("openFiles"),
                        limits.count("processes")),
                health(in.at("readiness")),
                health(in.at("liveness")),
                in.has("protocol") ? Launch.Protocol.HTTP2 : Launch.Protocol.HTTP1,
                in.has("listen") ? Launch.Listen.SOCKET : Launch.Listen.PORT,
                in.has("container") ? container(in.at("container")) : null,
                in.has("commands") ? commands(in.at("commands")) : null);
    }

    private static Launch.Container container(JsonIn in) {
        return new Launch.Container(
                in.string("image"),
                in.string("digest"),
                in.has("wrapped") ? in.string("wrapped") : "",
                in.has("pod") ? PodJson.read(in.at("pod")) : null,
                in.has("volumes") ? in.list("volumes", RevisionJson::volume) : List.of());
    }

    private static Launch.Volume volume(JsonIn in) {
        return new Launch.Volume(
                in.string("name"),
                in.string("from"),
                in.string("at"),
                in.truth("readOnly"),
                in.truth("exclusive"));
    }

    private static Health health(JsonIn in) {
        return new Health(
                check(in.at("check")),
                in.count("successes"),
                in.time("over"),
                in.time("timeout"),
                in.time("within"));
    }

    private static Health.Check check(JsonIn in) {
        String type = in.string("type");
        return switch (type) {
            case "http" ->
                    new Health.Http(
                            in.string("path"),
                            SmokeJson.status(in.at("status")),
                            in.stringMap("headers"),
                            in.string("body"));
            case "grpc" -> new Health.Grpc(in.string("service"));
            case "tcp" -> new Health.Tcp();
            case "command" -> new Health.Command(in.strings("command"));
            case "alive" -> new Health.Alive();
            default -> throw new IllegalArgumentException("health `" + type + "` is not known");
        };
    }
}
