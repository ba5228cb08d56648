package dev.belay.driver.image;

import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// An artifact that is an image: what `docker save` writes, or a layout of OCI, as one file or as a
/// folder. What it says of itself is compared with what is there, to the last layer, before anybody
/// else gets to see it; what it is called in there counts for nothing.
final class ImageArchive {
    private final ArchiveParts parts;
    private final Manifest.Image manifest;
    private final Document config;

    ImageArchive(ArchiveParts parts, Manifest.Image manifest, Document config) {
        this.parts = parts;
        this.manifest = manifest;
        this.config = config;
    }

    /// Reads and checks an artifact.
    ///
    /// @param archive as the store of artifacts keeps it
    /// @param machine that the image is to run on
    /// @param folder empty, for what is in it
    /// @throws ImageFailure when it is no image for that machine, or not what it says that it is
    static ImageArchive read(
            Path archive, ImagePlatform machine, Path folder, ArchiveParts.Limits limits)
            throws IOException {
        ArchiveParts parts = ArchiveParts.read(archive, folder, limits);
        ImageArchive image = new ArchiveReading(parts, machine).image();
        image.check();
        return image;
    }

    /// What engines call it that keep images by what these say of themselves.
    Digest image() {
        return config.digest();
    }

    /// What registries call it, and engines that keep images as these do.
    Digest digest() {
        return manifest.document().digest();
    }

    private void check() throws IOException {
        List<Digest> diffs = ArchiveReading.diffs(config);
        if (diffs.size() != manifest.layers().size()) {
            throw ArchiveParts.refused(
                    "it says that it has %d layers, and has %d"
                            .formatted(diffs.size(), manifest.layers().size()));
        }
        for (int i = 0; i < diffs.size(); i++) {
            Descriptor layer = manifest.layers().get(i);
            check(part(layer), layer, diffs.get(i));
        }
    }

    private ArchiveParts.Part part(Descriptor layer) throws ImageFailure {
        ArchiveParts.Part part =
                parts.find(layer.digest())
                        .orElseThrow(() ->
                                ArchiveParts.refused(
                                        "its layer `%s` is not in it, or damaged"
                                                .formatted(layer.digest())));
        if (part.size() != layer.size()) {
            throw ArchiveParts.refused(
                    "its layer `%s` is not as long as it says".formatted(layer.digest()));
        }
        return part;
    }

    private void check(ArchiveParts.Part part, Descriptor layer, Digest diff) throws IOException {
        if (layer.type().endsWith("zstd")) {
            throw ArchiveParts.refused("its layers are packed by zstd, and not by gzip");
        }
        MessageDigest sha = ArtifactLayer.sha256();
        try (InputStream plain = part.open(parts.limits(), layer.digest().text());
                var in = new DigestInputStream(plain, sha);
                var tar = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry one = tar.getNextEntry(); one != null; one = tar.getNextEntry()) {
                if (leaves(one.getName()) || (one.isLink() && leaves(one.getLinkName()))) {
                    throw ArchiveParts.refused(
                            "`%s` in a layer leads out of the image".formatted(one.getName()));
                }
            }
            in.transferTo(OutputStream.nullOutputStream());
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw ArchiveParts.refused(
                    "its layer `%s` is damaged: %s".formatted(layer.digest(), e.getMessage()));
        }
        if (!diff.hex().equals(HexFormat.of().formatHex(sha.digest()))) {
            throw ArchiveParts.refused(
                    "its layer `%s` is not the one that it says, `%s`"
                            .formatted(layer.digest(), diff));
        }
    }

    private static boolean leaves(String name) {
        return List.of(name.split("/", -1)).contains("..");
    }

    /// Makes sure that a registry has it.
    ///
    /// @param place repository; its tag does not count
    /// @return it there, by its digest
    ImageName push(Registry to, ImageName place) throws IOException {
        ImageName name = place.at(digest());
        if (to.has(name)) {
            return name;
        }
        try {
            for (Descriptor layer : manifest.layers()) {
                Path file = part(layer).file();
                send(to, name, layer, () -> Files.newInputStream(file));
            }
            byte[] said = config.bytes();
            send(to, name, config.descriptor(), () -> new ByteArrayInputStream(said));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        to.put(name, manifest.document());
        return name;
    }

    private interface Opening {
        InputStream open() throws IOException;
    }

    private static void send(Registry to, ImageName name, Descriptor part, Opening content)
            throws ImageFailure {
        if (!to.has(name, part.digest())) {
            to.upload(
                    name,
                    part,
                    () -> {
                        try {
                            return content.open();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }

    /// Writes it as engines take it, under that name alone: in Docker's form for all of them, and
    /// in that of OCI for those that keep images so.
    void write(ImageName name, OutputStream out) throws IOException {
        Map<String, Object> docker = new LinkedHashMap<>();
        docker.put("Config", blob(config.digest()));
        docker.put("RepoTags", List.of(name.toString()));
        docker.put("Layers", manifest.layers().stream().map(one -> blob(one.digest())).toList());
        try (var tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            var written = new ArrayList<Digest>();
            for (Descriptor layer : manifest.layers()) {
                if (!written.contains(layer.digest())) {
                    written.add(layer.digest());
                    begin(tar, blob(layer.digest()), layer.size());
                    Files.copy(part(layer).file(), tar);
                    tar.closeArchiveEntry();
                }
            }
            put(tar, blob(config.digest()), config.text());
            put(tar, blob(digest()), manifest.document().text());
            put(tar, "manifest.json", ArchiveReading.JSON.writeValueAsString(List.of(docker)));
            put(tar, "index.json", index(name));
            put(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
        }
    }

    private String index(ImageName name) {
        Document document = manifest.document();
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("mediaType", document.type());
        one.put("digest", document.digest().text());
        one.put("size", document.bytes().length);
        one.put(
                "annotations",
                Map.of(
                        "io.containerd.image.name",
                        name.toString(),
                        "org.opencontainers.image.ref.name",
                        name.tag()));
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("schemaVersion", 2);
        index.put("mediaType", Manifest.OCI_INDEX);
        index.put("manifests", List.of(one));
        return ArchiveReading.JSON.writeValueAsString(index);
    }

    private static String blob(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }

    private static void put(TarArchiveOutputStream tar, String name, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        begin(tar, name, bytes.length);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static void begin(TarArchiveOutputStream tar, String name, long size)
            throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0L);
        entry.setMode(0644);
        tar.putArchiveEntry(entry);
    }
}
