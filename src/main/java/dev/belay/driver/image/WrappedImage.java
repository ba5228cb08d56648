package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An image of a base and one layer more. It follows from these two alone, to the byte: nothing in
/// it knows a time, a machine, or the name that the base was asked for by.
///
/// @param layers all of them, ours last
record WrappedImage(Document manifest, Document config, List<Descriptor> layers) {
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String EPOCH = "1970-01-01T00:00:00Z";
    private static final String ARTIFACT = "dev.belay.artifact";
    private static final JsonMapper JSON = JsonMapper.shared();

    WrappedImage {
        layers = List.copyOf(layers);
    }

    /// @param config what the base says of itself
    static WrappedImage of(
            Manifest.Image base, String config, Digest artifact, Descriptor layer, String name)
            throws ImageFailure {
        var own = new Document(CONFIG, config(config, artifact, layer, base.layers().size(), name));
        var layers = new ArrayList<Descriptor>();
        base.layers()
                .forEach(one -> layers.add(new Descriptor(ociType(one), one.digest(), one.size())));
        layers.add(layer);
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", Manifest.OCI_IMAGE);
        manifest.set("config", json(own.descriptor()));
        ArrayNode all = manifest.putArray("layers");
        layers.forEach(one -> all.add(json(one)));
        manifest.putObject("annotations")
                .put(ARTIFACT, artifact.text())
                .put("org.opencontainers.image.base.digest", base.document().digest().text());
        return new WrappedImage(
                new Document(Manifest.OCI_IMAGE, JSON.writeValueAsString(manifest)), own, layers);
    }

    Digest digest() {
        return manifest.digest();
    }

    private static ObjectNode json(Descriptor one) {
        return JSON.createObjectNode()
                .put("mediaType", one.type())
                .put("digest", one.digest().text())
                .put("size", one.size());
    }

    private static String config(
            String base, Digest artifact, Descriptor layer, int layers, String name)
            throws ImageFailure {
        try {
            if (!(JSON.readTree(base) instanceof ObjectNode config)
                    || !(config.path("rootfs").path("diff_ids") instanceof ArrayNode diffs)
                    || diffs.size() != layers) {
                throw broken(name);
            }
            diffs.add(layer.digest().text());
            config.put("created", EPOCH);
            if (config.path("history") instanceof ArrayNode history) {
                history.addObject()
                        .put("created", EPOCH)
                        .put("created_by", "belay")
                        .put("comment", "artifact " + artifact.text());
            }
            ObjectNode runs = object(config, "config");
            runs.put("WorkingDir", "/" + ArtifactLayer.FOLDER);
            object(runs, "Labels").put(ARTIFACT, artifact.text());
            return JSON.writeValueAsString(config);
        } catch (JacksonException e) {
            throw broken(name);
        }
    }

    /// Where there is none, or null, which Docker writes for none.
    private static ObjectNode object(ObjectNode within, String name) {
        JsonNode there = within.get(name);
        return there instanceof ObjectNode object ? object : within.putObject(name);
    }

    private static ImageFailure broken(String name) {
        return ImageFailure.unfit(
                "`%s` does not say what its layers are made of".formatted(name),
                "take another base image");
    }

    /// The same bytes have two names, and one manifest speaks of them in one language.
    private static String ociType(Descriptor layer) {
        return switch (layer.type()) {
            case "application/vnd.docker.image.rootfs.diff.tar.gzip" ->
                    "application/vnd.oci.image.layer.v1.tar+gzip";
            case "application/vnd.docker.image.rootfs.diff.tar" -> ArtifactLayer.TYPE;
            default -> layer.type();
        };
    }
}
