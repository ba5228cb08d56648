package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an image is made of, as OCI writes it, and Docker's second schema before it.
sealed interface Manifest {
    String OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
    String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    String DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json";
    String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// All that is understood here.
    List<String> TYPES = List.of(OCI_IMAGE, OCI_INDEX, DOCKER_IMAGE, DOCKER_INDEX);

    /// More than any image has.
    int PARTS_MAX = 1000;

    /// One image for one kind of machine.
    record Image(Document document, Descriptor config, List<Descriptor> layers)
            implements Manifest {
        public Image {
            layers = List.copyOf(layers);
        }
    }

    /// The same image for several kinds of machines.
    record Index(Document document, List<Entry> entries) implements Manifest {
        public Index {
            entries = List.copyOf(entries);
        }

        /// The manifest for that machine.
        Descriptor of(ImagePlatform machine, String image) throws ImageFailure {
            for (Entry entry : entries) {
                if (machine.takes(entry.platform())) {
                    return entry.manifest();
                }
            }
            String has =
                    entries.stream()
                            .map(entry -> entry.platform().toString())
                            .filter(one -> !one.startsWith("unknown"))
                            .distinct()
                            .collect(Collectors.joining(", "));
            throw ImageFailure.unfit(
                    "`%s` is no image for %s: it is for %s".formatted(image, machine, has),
                    "take one that is");
        }
    }

    /// One of them.
    record Entry(ImagePlatform platform, Descriptor manifest) {}

    Document document();

    /// Reads what a registry or an archive has under that name.
    static Manifest of(Document document, String image) throws ImageFailure {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(document.text());
        } catch (JacksonException e) {
            throw broken(image);
        }
        String type = json.path("mediaType").asString(document.type());
        return switch (type) {
            case OCI_IMAGE, DOCKER_IMAGE -> image(new Document(type, document.text()), json, image);
            case OCI_INDEX, DOCKER_INDEX -> index(new Document(type, document.text()), json, image);
            default ->
                    throw ImageFailure.unfit(
                            "`%s` is kept in a form that is not read here: `%s`"
                                    .formatted(image, type),
                            "build and push it again with a tool of these days");
        };
    }

    private static Manifest image(Document document, JsonNode json, String image)
            throws ImageFailure {
        var layers = new ArrayList<Descriptor>();
        for (JsonNode layer : json.path("layers")) {
            Descriptor one = descriptor(layer, image);
            if (one.type().contains("foreign") || one.type().contains("nondistributable")) {
                throw ImageFailure.unfit(
                        "`%s` has a layer that no registry gives out".formatted(image),
                        "take a base image for Linux");
            }
            layers.add(one);
        }
        if (layers.size() > PARTS_MAX) {
            throw broken(image);
        }
        return new Image(document, descriptor(json.path("config"), image), layers);
    }

    private static Manifest index(Document document, JsonNode json, String image)
            throws ImageFailure {
        var entries = new ArrayList<Entry>();
        for (JsonNode entry : json.path("manifests")) {
            JsonNode platform = entry.path("platform");
            entries.add(
                    new Entry(
                            new ImagePlatform(
                                    platform.path("os").asString(""),
                                    platform.path("architecture").asString(""),
                                    platform.path("variant").asString("")),
                            descriptor(entry, image)));
        }
        if (entries.size() > PARTS_MAX) {
            throw broken(image);
        }
        return new Index(document, entries);
    }

    private static Descriptor descriptor(JsonNode json, String image) throws ImageFailure {
        String type = json.path("mediaType").asString("");
        String digest = json.path("digest").asString("");
        long size = json.path("size").asLong(-1);
        try {
            if (size < 0) {
                throw broken(image);
            }
            return new Descriptor(type, new Digest(digest), size);
        } catch (IllegalArgumentException _) {
            throw broken(image);
        }
    }

    private static ImageFailure broken(String image) {
        return ImageFailure.unfit(
                "what is kept of `%s` is no manifest of an image".formatted(image),
                "build and push it again");
    }
}
