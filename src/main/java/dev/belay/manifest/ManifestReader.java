package dev.belay.manifest;

import dev.belay.manifest.shape.Check;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Reads `belay.yaml` and what it includes.
///
/// ```
/// bytes ──limits──► tree of each file ──its shape──► one tree ──per environment──► merged tree
///                                                                     │ required keys, references,
///                                                                     ▼ ports, order
///                                                                 EnvironmentView
/// ```
///
/// Every file and every environment is checked when the manifest is read, so that what is wrong
/// with production is not found out on the day of its release.
public final class ManifestReader {
    public static final String FILE_NAME = "belay.yaml";

    private ManifestReader() {}

    /// Reads the file, or the `belay.yaml` of the folder, and everything it includes.
    public static Reading<Manifest> read(Path place) {
        boolean isFolder = Files.isDirectory(place);
        Path file = (isFolder ? place.resolve(FILE_NAME) : place).toAbsolutePath().normalize();
        Path folder = file.getParent();
        Path name = file.getFileName();
        var complaints = new Complaints();
        if (folder == null || name == null) {
            return read(place.resolve(FILE_NAME));
        }
        var files = new ManifestFiles(folder, complaints);
        files.read(name.toString());
        if (files.roots().isEmpty()) {
            return new Reading.Refused<>(complaints.inOrder());
        }
        Check layers = Check.ofLayer(complaints);
        files.roots().forEach(r -> PlatformSections.MANIFEST.check(r, "manifest", layers));
        Node.Mapping root = files.together();
        checkWhole(root, complaints);
        if (!complaints.isEmpty()) {
            return new Reading.Refused<>(complaints.inOrder());
        }
        return new Reading.Read<>(new WrittenManifest(folder, files.names(), files.digest(), root));
    }

    /// Whether that is what [#read] would make of its files now: a manifest depends on nothing but
    /// their bytes. For whoever asks all the time.
    public static boolean isUnchanged(Manifest manifest) {
        return ManifestFiles.digestOf(manifest.folder(), manifest.files())
                .filter(manifest.digest()::equals)
                .isPresent();
    }

    private static void checkWhole(Node.Mapping root, Complaints complaints) {
        Node.Mapping environments = WrittenManifest.environmentsOf(root);
        PlatformSections.MANIFEST.check(top(root), "manifest", Check.ofWhole(complaints));
        environments.entries().entrySet().stream()
                .limit(PlatformSections.ENVIRONMENTS_MAX)
                .forEach(entry -> checkEnvironment(root, entry, complaints));
    }

    /// The root without what is checked once it is merged; only that there are environments counts.
    private static Node.Mapping top(Node.Mapping root) {
        SequencedMap<String, Node.Entry> top = new LinkedHashMap<>(root.entries());
        List.of("datastores", "external", "defaults", "components").forEach(top::remove);
        Node.Entry environments = top.remove("environments");
        if (environments != null && !WrittenManifest.environmentsOf(root).entries().isEmpty()) {
            top.put("environments", new Node.Entry(environments.key(), Node.builtIn("{}")));
        }
        return WrittenManifest.without(Node.Mapping.of(root.mark(), top), List.of());
    }

    private static void checkEnvironment(
            Node.Mapping root, Map.Entry<String, Node.Entry> entry, Complaints complaints) {
        if (entry.getValue().value() instanceof Node.Mapping own) {
            WrittenManifest.check(new Effective(entry.getKey(), root, own), complaints);
        } else if (entry.getValue().value().isNull()) {
            complaints.add(
                    Code.WRONG_TYPE,
                    entry.getValue().key(),
                    "`" + entry.getKey() + "` says nothing",
                    "write at least `" + entry.getKey() + ": {target: process}`");
        }
    }
}
