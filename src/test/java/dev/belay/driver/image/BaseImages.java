package dev.belay.driver.image;

import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Images for tests to begin with, brought to a registry without an engine.
public final class BaseImages {
    private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    private static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";

    private BaseImages() {}

    /// One that holds Debian's busybox and a shell by that.
    ///
    /// @return it, by its digest
    public static ImageName busybox(Registry registry, ImageName name) throws IOException {
        return push(
                registry, name, Map.of("bin/busybox", Files.readAllBytes(Path.of("/bin/busybox"))));
    }

    /// One of a few words.
    public static ImageName words(Registry registry, ImageName name) throws IOException {
        return push(registry, name, Map.of("etc/words", "hello".getBytes(StandardCharsets.UTF_8)));
    }

    private static ImageName push(Registry registry, ImageName name, Map<String, byte[]> files)
            throws IOException {
        Document manifest = image(registry, name, files, "amd64");
        registry.put(name, manifest);
        return name.at(manifest.digest());
    }

    /// One for several machines.
    static ImageName forSeveral(Registry registry, ImageName name, String... architectures)
            throws IOException {
        var entries = new StringBuilder();
        for (String architecture : architectures) {
            byte[] said = architecture.getBytes(StandardCharsets.UTF_8);
            Document one = image(registry, name, Map.of("etc/machine", said), architecture);
            registry.put(name.at(one.digest()), one);
            entries.append(entries.isEmpty() ? "" : ",")
                    .append(
                            """
                            {"mediaType":"%s","digest":"%s","size":%d,\
                            "platform":{"os":"linux","architecture":"%s"}}\
                            """
                                    .formatted(
                                            one.type(),
                                            one.digest(),
                                            one.bytes().length,
                                            architecture));
        }
        var index =
                new Document(
                        Manifest.OCI_INDEX,
                        """
                        {"schemaVersion":2,"mediaType":"%s","manifests":[%s]}\
                        """
                                .formatted(Manifest.OCI_INDEX, entries));
        registry.put(name, index);
        return name.at(index.digest());
    }

    /// Its parts are sent, and its manifest is not.
    private static Document image(
            Registry registry, ImageName name, Map<String, byte[]> files, String architecture)
            throws IOException {
        byte[] layer = layer(files);
        byte[] packed = packed(layer);
        var descriptor = new Descriptor(DOCKER_LAYER, Digest.of(packed), packed.length);
        registry.upload(name, descriptor, () -> new ByteArrayInputStream(packed));
        var config =
                new Document(
                        DOCKER_CONFIG,
                        """
                        {"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Labels":null},\
                        "rootfs":{"type":"layers","diff_ids":["%s"]},\
                        "history":[{"created":"2026-01-01T00:00:00Z","created_by":"a test"}]}\
                        """
                                .formatted(architecture, Digest.of(layer)));
        registry.upload(name, config.descriptor(), () -> new ByteArrayInputStream(config.bytes()));
        return new Document(
                Manifest.DOCKER_IMAGE,
                """
                {"schemaVersion":2,"mediaType":"%s",\
                "config":{"mediaType":"%s","digest":"%s","size":%d},\
                "layers":[{"mediaType":"%s","digest":"%s","size":%d}]}\
                """
                        .formatted(
                                Manifest.DOCKER_IMAGE,
                                DOCKER_CONFIG,
                                config.digest(),
                                config.bytes().length,
                                DOCKER_LAYER,
                                descriptor.digest(),
                                packed.length));
    }

    private static byte[] layer(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var file : new TreeMap<>(files).entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                entry.setMode(0755);
                entry.setModTime(0L);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
            if (files.containsKey("bin/busybox")) {
                var shell = new TarArchiveEntry("bin/sh", TarConstants.LF_SYMLINK);
                shell.setLinkName("busybox");
                shell.setModTime(0L);
                tar.putArchiveEntry(shell);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] packed(byte[] layer) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(layer);
        }
        return bytes.toByteArray();
    }
}
