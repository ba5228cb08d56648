package dev.belay.driver.docker;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Names;
import dev.belay.driver.host.Preparation;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Scope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import tools.jackson.databind.JsonNode;

/// What containers of a component keep. Nothing here ever removes any of it.
final class Volumes {
    private static final Pattern USER = Pattern.compile("([0-9]{1,9})(?::([0-9]{1,9}))?");
    private static final String PLACE = "/belay";
    private static final String INSIDE = "volume";

    private final Labels labels;
    private final Path ready;

    /// @param ready folder that says which of our own their programs may write to
    Volumes(Labels labels, Path ready) {
        this.labels = labels;
        this.ready = ready;
    }

    private static boolean isFolder(Launch.Volume volume) {
        return volume.from().startsWith("/");
    }

    private static boolean isOwn(Launch.Volume volume) {
        return volume.from().isEmpty();
    }

    private String name(Scope scope, Launch.Volume volume) {
        return isOwn(volume)
                ? labels.network(scope) + "-" + scope.name() + "-" + volume.name()
                : volume.from();
    }

    /// As the engine takes them.
    List<Map<String, Object>> mounts(Scope scope, List<Launch.Volume> volumes) {
        var mounts = new ArrayList<Map<String, Object>>();
        for (Launch.Volume one : volumes) {
            var mount = new HashMap<String, Object>();
            mount.put("Type", isFolder(one) ? "bind" : "volume");
            mount.put("Source", name(scope, one));
            mount.put("Target", one.at());
            mount.put("ReadOnly", one.readOnly());
            if (isOwn(one)) {
                mount.put("VolumeOptions", Map.of("Labels", labels.in(scope)));
            }
            mounts.add(mount);
        }
        return mounts;
    }

    /// Why an instance cannot have them now.
    ///
    /// @param id of the instance, or of the job; empty for who is only asked something
    Optional<Preparation.Refused> fault(
            Engine engine, Scope scope, String id, List<Launch.Volume> volumes) throws IOException {
        for (Launch.Volume one : volumes) {
            String name = name(scope, one);
            if (!isOwn(one) && !isFolder(one) && !engine.hasVolume(name)) {
                return Optional.of(
                        new Preparation.Refused(
                                "the Docker Engine has no volume `%s`".formatted(name),
                                "make it by `docker volume create %s`, or leave `from` out"
                                        .formatted(name)));
            }
            if (one.exclusive() && !id.isEmpty()) {
                for (JsonNode other : engine.running(name)) {
                    String who =
                            Labels.names(other.path("Labels")).getOrDefault(Names.INSTANCE, "");
                    if (!who.equals(id)) {
                        return Optional.of(taken(one, who));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Preparation.Refused taken(Launch.Volume volume, String who) {
        return new Preparation.Refused(
                "the volume `%s` is exclusive, and %s has it"
                        .formatted(
                                volume.name(),
                                who.isEmpty()
                                        ? "a container that is none of ours"
                                        : "`" + who + "`"),
                "end that first: `strategy: recreate` does, within a component");
    }

    /// Makes our own writable for whoever their program runs as, once. A new one is nobody's but
    /// root's, and no program that could change that has to be in the image: the folder's owner
    /// comes by an archive into a container that is never started.
    void prepare(Engine engine, Scope scope, String image, String user, List<Launch.Volume> all)
            throws IOException {
        Matcher who = USER.matcher(user);
        for (Launch.Volume one : all) {
            Path note = ready.resolve(Digest.of(name(scope, one)).hex());
            if (isOwn(one) && !one.readOnly() && who.matches() && !Files.exists(note)) {
                int id = Integer.parseInt(who.group(1));
                int group = who.group(2) == null ? 0 : Integer.parseInt(who.group(2));
                give(engine, scope, image, one, id, group);
                DurableFile.folder(ready);
                DurableFile.write(note, name(scope, one) + "\n");
            }
        }
    }

    private void give(
            Engine engine, Scope scope, String image, Launch.Volume volume, int user, int group)
            throws IOException {
        var mount = new HashMap<>(mounts(scope, List.of(volume)).getFirst());
        mount.put("Target", PLACE + "/" + INSIDE);
        String helper = "belay-volume-" + UUID.randomUUID();
        var own = new HashMap<>(labels.all());
        own.put(Labels.QUESTION, labels.state().toString());
        engine.create(
                helper,
                Map.of(
                        "Image",
                        image,
                        "Cmd",
                        List.of(PLACE),
                        "Entrypoint",
                        List.of(),
                        "Labels",
                        own,
                        "HostConfig",
                        Map.of("NetworkMode", "none", "Mounts", List.of(mount))));
        Path archive = Files.createTempFile(DurableFile.folder(ready), "owner", ".tar");
        try {
            try (OutputStream out = Files.newOutputStream(archive);
                    var tar = new TarArchiveOutputStream(out, "UTF-8")) {
                var entry = new TarArchiveEntry(INSIDE + "/");
                entry.setIds(user, group);
                entry.setMode(0755);
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            engine.unpack(helper, PLACE, archive);
        } finally {
            Files.deleteIfExists(archive);
            engine.remove(helper, true);
        }
    }
}
