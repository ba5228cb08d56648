package dev.belay.driver.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.image.ImageFailure.Kind;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Artifacts as images in a real registry.
class WrappingTest {
    private static final ImagePlatform AMD = new ImagePlatform("linux", "amd64", "");

    @TempDir private Path folder;

    private Path archive(ArtifactStore store, Digest artifact) {
        return store.archive(artifact);
    }

    private ArtifactStore store() {
        return new ArtifactStore(folder.resolve("store"));
    }

    private Digest artifact(ArtifactStore store) throws IOException {
        Path app = Files.createDirectories(folder.resolve("app/lib"));
        Files.writeString(app.resolveSibling("main.sh"), "echo hello\n");
        Files.writeString(app.resolve("ä".repeat(120)), "long and odd\n");
        if (!Files.exists(app.resolveSibling("link"))) {
            Files.createSymbolicLink(app.resolveSibling("link"), Path.of("lib"));
        }
        assertThat(app.resolveSibling("main.sh").toFile().setExecutable(true)).isTrue();
        return store.put(folder.resolve("app"), List.of());
    }

    private Wrapping.Order order(ImageName base, ImageName into) throws IOException {
        ArtifactStore store = store();
        Digest artifact = artifact(store);
        return new Wrapping.Order(artifact, archive(store, artifact), base, AMD, into);
    }

    private Wrapping wrapping(OwnRegistry... registries) {
        return new Wrapping(
                host ->
                        List.of(registries).stream()
                                .filter(one -> one.host().equals(host))
                                .findFirst()
                                .map(one -> new Registry(one.access()))
                                .orElseThrow(),
                folder.resolve("scratch"));
    }

    @Test
    void an_artifact_lies_in_its_image_over_its_base() throws Exception {
        try (var own = OwnRegistry.open(folder.resolve("r"))) {
            var registry = new Registry(own.access());
            ImageName base = BaseImages.words(registry, own.name("base:1"));

            Wrapping.Order order = order(base, own.name("shop/api"));
            ImageName image = wrapping(own).push(order);

            assertThat(wrapping(own).foretell(order)).isEqualTo(image);
            assertThat(image.place()).isEqualTo(own.host() + "/shop/api");
            assertThat(registry.has(image)).isTrue();
            var manifest = (Manifest.Image) Manifest.of(registry.document(image), image.toString());
            assertThat(manifest.layers()).hasSize(2);
            JsonNode config = JsonMapper.shared().readTree(registry.text(image, manifest.config()));
            assertThat(config.at("/config/WorkingDir").asString()).isEqualTo("/app");
            assertThat(config.at("/config/Env/0").asString()).isEqualTo("PATH=/bin");
            assertThat(config.at("/rootfs/diff_ids/1").asString())
                    .isEqualTo(manifest.layers().getLast().digest().text());
            assertThat(config.at("/history")).hasSize(2);
            assertThat(files(registry.open(image, manifest.layers().getLast())))
                    .containsEntry("app/", "755 ")
                    .containsEntry("app/.wh..wh..opq", "644 ")
                    .containsEntry("app/main.sh", "755 echo hello\n")
                    .containsEntry("app/link", "777 > lib")
                    .containsEntry("app/lib/" + "ä".repeat(120), "644 long and odd\n");
        }
    }

    private static Map<String, String> files(InputStream layer) throws IOException {
        var files = new TreeMap<String, String>();
        try (var tar = new TarArchiveInputStream(layer, "UTF-8")) {
            for (TarArchiveEntry one = tar.getNextEntry(); one != null; one = tar.getNextEntry()) {
                assertThat(one.getLastModifiedTime().toMillis()).isZero();
                assertThat(one.getLongUserId()).isZero();
                String text = new String(tar.readAllBytes(), StandardCharsets.UTF_8);
                files.put(
                        one.getName(),
                        Integer.toOctalString(one.getMode())
                                + " "
                                + (one.isSymbolicLink() ? "> " + one.getLinkName() : text));
            }
        }
        return files;
    }

    /// Whatever changes here changes the digest of every image that anybody runs.
    @Test
    void the_same_artifact_over_the_same_base_is_the_same_image_for_ever() throws Exception {
        String base =
                """
                {"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers",\
                "diff_ids":["sha256:%s"]}}\
                """
                        .formatted("a".repeat(64));
        var document =
                new Document(
                        Manifest.DOCKER_IMAGE,
                        """
                        {"schemaVersion":2,"config":{"mediaType":"x","digest":"%s","size":1},\
                        "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip",\
                        "digest":"sha256:%s","size":7}]}\
                        """
                                .formatted(Digest.of(base), "b".repeat(64)));
        var image = (Manifest.Image) Manifest.of(document, "base");
        ArtifactStore store = store();
        Digest artifact = artifact(store);
        Descriptor layer =
                ArtifactLayer.write(archive(store, artifact), OutputStream.nullOutputStream());

        var wrapped = WrappedImage.of(image, base, artifact, layer, "base");

        assertThat(wrapped.layers().getFirst().type())
                .isEqualTo("application/vnd.oci.image.layer.v1.tar+gzip");
        assertThat(layer.digest().text())
                .isEqualTo(
                        "sha256:6f0b942bbc3808d742cf69973697ae4c6cb6cd23f61300776b4281134b52ef90");
        assertThat(wrapped.digest().text())
                .isEqualTo(
                        "sha256:f062c4a556ff6380f2365a89f6239ec6d3c0ca151bee44bf9f0a19d996943fce");
    }

    @Test
    void it_goes_from_one_registry_to_another_that_asks_who_one_is() throws Exception {
        try (var from = OwnRegistry.open(folder.resolve("from"));
                var to = OwnRegistry.asking(folder.resolve("to"))) {
            ImageName base = BaseImages.words(new Registry(from.access()), from.name("base:1"));

            ImageName there = wrapping(from, to).push(order(base, to.name("api")));
            ImageName here = wrapping(from, to).push(order(base, from.name("other/api")));

            assertThat(there.digest()).isEqualTo(here.digest());
            assertThat(wrapping(from, to).push(order(base, to.name("api")))).isEqualTo(there);
            assertThat(new Registry(to.access()).has(there)).isTrue();
        }
    }

    @Test
    void of_a_base_for_several_machines_the_one_that_is_meant_is_taken() throws Exception {
        try (var own = OwnRegistry.open(folder.resolve("r"))) {
            var registry = new Registry(own.access());
            ImageName base = BaseImages.forSeveral(registry, own.name("base:1"), "arm64", "amd64");

            ImageName image = wrapping(own).push(order(base, own.name("api")));

            var manifest = (Manifest.Image) Manifest.of(registry.document(image), image.toString());
            JsonNode config = JsonMapper.shared().readTree(registry.text(image, manifest.config()));
            assertThat(config.path("architecture").asString()).isEqualTo("amd64");
            ImageName other = BaseImages.forSeveral(registry, own.name("base:2"), "s390x");
            assertThatThrownBy(() -> wrapping(own).push(order(other, own.name("api"))))
                    .hasMessageContaining("is no image for linux/amd64: it is for linux/s390x");
        }
    }

    @Test
    void what_would_remove_something_of_an_image_is_refused() throws Exception {
        Files.createDirectories(folder.resolve("app/.wh.etc"));
        ArtifactStore store = store();
        Digest artifact = store.put(folder.resolve("app"), List.of());

        assertThatThrownBy(() ->
                        ArtifactLayer.write(archive(store, artifact), new ByteArrayOutputStream()))
                .isInstanceOfSatisfying(
                        ImageFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNFIT))
                .hasMessageContaining("`.wh.etc/` cannot lie in an image");
    }

    @Test
    void a_base_that_does_not_say_what_it_is_made_of_is_refused() throws Exception {
        var layer = new Descriptor(ArtifactLayer.TYPE, Digest.of("x"), 1);
        var image =
                new Manifest.Image(
                        new Document(Manifest.OCI_IMAGE, "{}"), layer, List.of(layer, layer));
        for (String config :
                List.of(
                        "{}",
                        "[]",
                        "null",
                        "nonsense",
                        "{\"rootfs\":{\"diff_ids\":[\"sha256:x\"]}}")) {
            assertThatThrownBy(() -> WrappedImage.of(image, config, Digest.of("a"), layer, "base"))
                    .as(config)
                    .hasMessageContaining("`base` does not say what its layers are made of");
        }
    }
}
