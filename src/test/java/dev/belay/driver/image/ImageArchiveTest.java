package dev.belay.driver.image;

import static dev.belay.driver.image.ImageArchives.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Artifacts that are images, and those that only say so.
class ImageArchiveTest {
    private static final ImagePlatform HERE = new ImagePlatform("linux", "amd64", "");
    private static final ArchiveParts.Limits SMALL =
            new ArchiveParts.Limits(20, 1 << 20, 10, 64 << 10);

    @TempDir private Path folder;

    private ImageArchive read(byte[] archive) throws IOException {
        Path file = Files.createTempFile(folder, "a", ".tar");
        Files.write(file, archive);
        return ImageArchive.read(file, HERE, Files.createTempDirectory(folder, "parts"), SMALL);
    }

    private void refused(Map<String, byte[]> files, String why) {
        assertThatThrownBy(() -> read(ImageArchives.tar(files)))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("the artifact is no image that could be used: ")
                .hasMessageContaining(why);
    }

    private static byte[] layer() throws IOException {
        return ImageArchives.tar(Map.of("etc/words", bytes("hello")));
    }

    private static Map<String, byte[]> layout() throws IOException {
        return ImageArchives.layout(layer(), "amd64");
    }

    private static Map<String, byte[]> docker() throws IOException {
        return ImageArchives.docker(layer(), "shop/api:1", "amd64");
    }

    /// What an artifact is whose build made one file.
    private static byte[] within(String name, byte[] file) throws IOException {
        return ImageArchives.tar(Map.of(name, file));
    }

    private static byte[] with(String name, byte type, String link) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            var entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(link);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return out.toByteArray();
    }

    @Test
    void it_is_the_same_image_however_it_is_packed() throws Exception {
        Digest image = read(ImageArchives.tar(layout())).image();
        byte[] saved = ImageArchives.tar(docker());

        assertThat(read(within("image.tar", ImageArchives.tar(layout()))).image()).isEqualTo(image);
        assertThat(read(within("image.tgz", ImageArchives.packed(saved))).image()).isEqualTo(image);
        assertThat(read(within("image", saved)).image()).isEqualTo(image);
        assertThat(read(saved).image()).isEqualTo(image);
    }

    @Test
    void what_is_written_for_an_engine_is_the_same_image_under_our_name_alone() throws Exception {
        ImageArchive image = read(ImageArchives.tar(docker()));
        var name = ImageName.read("belay.invalid/artifact:1").orElseThrow();
        var out = new ByteArrayOutputStream();

        image.write(name, out);

        ImageArchive again = read(out.toByteArray());
        assertThat(again.image()).isEqualTo(image.image());
        assertThat(again.digest()).isEqualTo(image.digest());
        assertThat(out.toString(StandardCharsets.ISO_8859_1))
                .contains("[\"belay.invalid/artifact:1\"]")
                .doesNotContain("shop/api");
    }

    @Test
    void what_leads_out_of_it_is_refused() throws Exception {
        refused(Map.of("../index.json", bytes("{}"), "x", bytes("")), "`../index.json` leads out");
        refused(Map.of("/index.json", bytes("{}"), "x", bytes("")), "`/index.json` leads out");
        assertThatThrownBy(() ->
                        read(
                                within(
                                        "image.tar",
                                        with(
                                                "a/layer.tar",
                                                TarConstants.LF_SYMLINK,
                                                "../../../etc/shadow"))))
                .hasMessageContaining("`a/layer.tar` leads out of it");
        assertThatThrownBy(() -> read(within("i.tar", with("null", TarConstants.LF_CHR, ""))))
                .hasMessageContaining("`null` is neither a file nor a folder");
        byte[] leaving = ImageArchives.tar(Map.of("../../etc/passwd", bytes("root::0:0")));
        refused(ImageArchives.layout(leaving, "amd64"), "`../../etc/passwd` in a layer leads out");
    }

    @Test
    void what_is_not_what_it_says_is_refused() throws Exception {
        Map<String, byte[]> files = layout();
        String blob = "blobs/sha256/" + Digest.of(ImageArchives.packed(layer())).hex();
        assertThat(files).containsKey(blob);
        files.put(blob, ImageArchives.packed(bytes("something else")));
        refused(files, "is not in it, or damaged");

        byte[] other = ImageArchives.tar(Map.of("etc/words", bytes("other")));
        refused(
                ImageArchives.layout(ImageArchives.packed(other), Digest.of(layer()), "amd64"),
                "is not the one that it says");
        Map<String, byte[]> swapped = docker();
        swapped.put("1/layer.tar", other);
        refused(swapped, "is not the one that it says");
    }

    @Test
    void bombs_are_not_unpacked() throws Exception {
        byte[] zeros = new byte[900 << 10];
        byte[] layer = ImageArchives.tar(Map.of("zeros", zeros));
        refused(ImageArchives.layout(layer, "amd64"), "gets longer than an image does");
        assertThatThrownBy(() -> read(within("i.tgz", ImageArchives.packed(layer))))
                .hasMessageContaining("`i.tgz` gets longer than an image does");
        refused(Map.of("index.json", bytes("{}"), "big", new byte[2 << 20]), "files are longer");
        var many = new HashMap<String, byte[]>();
        for (int i = 0; i < 30; i++) {
            many.put("file" + i, bytes(""));
        }
        refused(many, "it holds more than 20 files");
    }

    @Test
    void an_image_for_another_machine_is_named() throws Exception {
        refused(ImageArchives.layout(layer(), "s390x"), "it is for linux/s390x, and not for linux");
        refused(
                ImageArchives.docker(layer(), "x:1", "s390x"),
                "it is for linux/s390x, and not for linux");
    }

    @Test
    void odd_archives_are_refused_in_a_sentence() throws Exception {
        assertThatThrownBy(() -> read(within("image.tar", bytes("no archive at all"))))
                .hasMessageContaining("the artifact is no image");
        refused(Map.of("a", bytes("1"), "b", bytes("2")), "neither an `index.json`");
        altered("index.json", "[", "no manifest of an image");
        altered("index.json", "{\"manifests\":[]}", "it holds none");
        altered("manifest.json", "[]", "it holds 0 images, and not one");
        altered("manifest.json", "{\"a\":", "is no JSON");
        altered("manifest.json", "[{\"Config\":\"../x\",\"Layers\":[]}]", "`../x` is not in");
    }

    private void altered(String name, String text, String why) throws IOException {
        Map<String, byte[]> files = name.equals("index.json") ? layout() : docker();
        files.put(name, bytes(text));
        assertThatThrownBy(() -> read(ImageArchives.tar(files)))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining(why);
    }
}
