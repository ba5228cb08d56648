package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Finds the one image of an archive that is for a machine: by the index of OCI where there is one,
/// else by Docker's own list.
final class ArchiveReading {
    static final JsonMapper JSON = JsonMapper.shared();
    private static final String NAME = "the image of the artifact";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final int DOCUMENT_MAX = 8 << 20;

    /// An index in an index, for several machines, and no more.
    private static final int DEEP = 3;

    private final ArchiveParts parts;
    private final ImagePlatform machine;

    ArchiveReading(ArchiveParts parts, ImagePlatform machine) {
        this.parts = parts;
        this.machine = machine;
    }

    ImageArchive image() throws IOException {
        var index = parts.find("index.json");
        if (index.isPresent()) {
            var document = new Document(Manifest.OCI_INDEX, text(index.get()));
            return ofIndex(Manifest.of(document, NAME));
        }
        ArchiveParts.Part list =
                parts.find("manifest.json")
                        .orElseThrow(() ->
                                ArchiveParts.refused(
                                        "it has neither an `index.json` nor a `manifest.json`"));
        return ofList(json(list));
    }

    // --- OCI --------------------------------------------------------------------------------

    private ImageArchive ofIndex(Manifest index) throws IOException {
        Map<Digest, ImageArchive> found = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        collect(index, 0, found, others);
        if (found.size() > 1) {
            throw ArchiveParts.refused("it holds several images for " + machine);
        }
        if (found.isEmpty()) {
            throw ArchiveParts.refused(
                    others.isEmpty()
                            ? "it holds none"
                            : "it is for %s, and not for %s"
                                    .formatted(String.join(", ", others), machine));
        }
        return found.values().iterator().next();
    }

    private void collect(
            Manifest manifest, int depth, Map<Digest, ImageArchive> found, List<String> others)
            throws IOException {
        switch (manifest) {
            case Manifest.Image image -> {
                Document config = config(image);
                ImagePlatform own = platform(config);
                if (machine.takes(own)) {
                    found.put(image.document().digest(), new ImageArchive(parts, image, config));
                } else {
                    others.add(own.toString());
                }
            }
            case Manifest.Index index -> {
                if (depth == DEEP) {
                    throw ArchiveParts.refused("its indexes hold each other");
                }
                for (Manifest.Entry entry : index.entries()) {
                    boolean silent = entry.platform().system().isEmpty();
                    if (silent || machine.takes(entry.platform())) {
                        Descriptor one = entry.manifest();
                        var document = new Document(one.type(), text(one));
                        collect(Manifest.of(document, NAME), depth + 1, found, others);
                    } else if (!entry.platform().system().equals("unknown")) {
                        // What is for nobody is said about another.
                        others.add(entry.platform().toString());
                    }
                }
            }
        }
    }

    private Document config(Manifest.Image image) throws IOException {
        return new Document(image.config().type(), text(image.config()));
    }

    private String text(Descriptor descriptor) throws IOException {
        return text(
                parts.find(descriptor.digest())
                        .orElseThrow(() ->
                                ArchiveParts.refused(
                                        "its `%s` is not in it, or damaged"
                                                .formatted(descriptor.digest()))));
    }

    // --- Docker -----------------------------------------------------------------------------

    private ImageArchive ofList(JsonNode list) throws IOException {
        if (list.size() != 1) {
            throw ArchiveParts.refused("it holds %d images, and not one".formatted(list.size()));
        }
        JsonNode one = list.path(0);
        var config = new Document(CONFIG, text(part(one.path("Config"))));
        ImagePlatform own = platform(config);
        if (!machine.takes(own)) {
            throw ArchiveParts.refused("it is for %s, and not for %s".formatted(own, machine));
        }
        List<Digest> diffs = diffs(config);
        List<Descriptor> layers = new ArrayList<>();
        for (JsonNode layer : one.path("Layers")) {
            int place = layers.size();
            // Where a name leads nowhere, its layer is one that was there already.
            ArchiveParts.Part part =
                    parts.find(layer.asString(""))
                            .or(() ->
                                    place < diffs.size()
                                            ? parts.find(diffs.get(place))
                                            : Optional.empty())
                            .orElseThrow(() -> missing(layer));
            layers.add(
                    new Descriptor(
                            part.isPacked() ? ArtifactLayer.TYPE + "+gzip" : ArtifactLayer.TYPE,
                            part.digest(),
                            part.size()));
        }
        if (layers.size() > Manifest.PARTS_MAX) {
            throw ArchiveParts.refused("it has more layers than an image");
        }
        Manifest.Image image =
                new Manifest.Image(manifest(config, layers), config.descriptor(), layers);
        return new ImageArchive(parts, image, config);
    }

    private ArchiveParts.Part part(JsonNode name) throws ImageFailure {
        return parts.find(name.asString("")).orElseThrow(() -> missing(name));
    }

    private static ImageFailure missing(JsonNode name) {
        return ArchiveParts.refused("its `%s` is not in it".formatted(name.asString("")));
    }

    /// As registries have it.
    private static Document manifest(Document config, List<Descriptor> layers) {
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", Manifest.OCI_IMAGE);
        manifest.put("config", said(config.descriptor()));
        manifest.put("layers", layers.stream().map(ArchiveReading::said).toList());
        return new Document(Manifest.OCI_IMAGE, JSON.writeValueAsString(manifest));
    }

    private static Map<String, Object> said(Descriptor one) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("mediaType", one.type());
        said.put("digest", one.digest().text());
        said.put("size", one.size());
        return said;
    }

    // --- both -------------------------------------------------------------------------------

    /// What its layers are, unpacked.
    static List<Digest> diffs(Document config) throws ImageFailure {
        List<Digest> diffs = new ArrayList<>();
        try {
            for (JsonNode one : parsed(config.text()).path("rootfs").path("diff_ids")) {
                diffs.add(new Digest(one.asString("")));
            }
        } catch (IllegalArgumentException _) {
            throw ArchiveParts.refused("it does not say what its layers are made of");
        }
        return diffs;
    }

    private static ImagePlatform platform(Document config) throws ImageFailure {
        JsonNode json = parsed(config.text());
        return new ImagePlatform(
                json.path("os").asString(""),
                json.path("architecture").asString(""),
                json.path("variant").asString(""));
    }

    private static String text(ArchiveParts.Part part) throws IOException {
        if (part.size() > DOCUMENT_MAX) {
            throw ArchiveParts.refused("what it says of itself is too long");
        }
        var text = new String(Files.readAllBytes(part.file()), StandardCharsets.UTF_8);
        if (!Digest.of(text).equals(part.digest())) {
            throw ArchiveParts.refused("what it says of itself is no text in UTF-8");
        }
        return text;
    }

    private static JsonNode json(ArchiveParts.Part part) throws IOException {
        return parsed(text(part));
    }

    private static JsonNode parsed(String text) throws ImageFailure {
        try {
            return JSON.readTree(text);
        } catch (JacksonException _) {
            throw ArchiveParts.refused("what it says of itself is no JSON");
        }
    }
}
