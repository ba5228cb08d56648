package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Images as files, without an engine that wrote them.
public final class ImageArchives {
    private ImageArchives() {}

    /// A layout of OCI.
    ///
    /// @param layer its only one, unpacked
    /// @return its files by name
    public static Map<String, byte[]> layout(byte[] layer, String architecture) throws IOException {
        return layout(packed(layer), Digest.of(layer), architecture);
    }

    /// The same with what somebody says of the layer.
    static Map<String, byte[]> layout(byte[] packed, Digest diff, String architecture) {
        byte[] config = config(diff, architecture);
        byte[] manifest =
                bytes(
                        """
                        {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":\
                        "application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},\
                        "layers":[{"mediaType":"%s+gzip","digest":"%s","size":%d}]}\
                        """
                                .formatted(
                                        Manifest.OCI_IMAGE,
                                        Digest.of(config),
                                        config.length,
                                        ArtifactLayer.TYPE,
                                        Digest.of(packed),
                                        packed.length));
        var files = new LinkedHashMap<String, byte[]>();
        files.put("oci-layout", bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
        files.put(
                "index.json",
                bytes(
                        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}]}"
                                .formatted(
                                        Manifest.OCI_IMAGE, Digest.of(manifest), manifest.length)));
        for (byte[] blob : new byte[][] {packed, config, manifest}) {
            files.put("blobs/sha256/" + Digest.of(blob).hex(), blob);
        }
        return files;
    }

    /// What `docker save` writes.
    public static Map<String, byte[]> docker(byte[] layer, String name, String architecture) {
        byte[] config = config(Digest.of(layer), architecture);
        String said = Digest.of(config).hex() + ".json";
        var files = new LinkedHashMap<String, byte[]>();
        files.put(said, config);
        files.put("1/layer.tar", layer);
        files.put(
                "manifest.json",
                bytes(
                        "[{\"Config\":\"%s\",\"RepoTags\":[\"%s\"],\"Layers\":[\"1/layer.tar\"]}]"
                                .formatted(said, name)));
        return files;
    }

    private static byte[] config(Digest diff, String architecture) {
        return bytes(
                """
                {"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"WorkingDir":"/srv"},\
                "rootfs":{"type":"layers","diff_ids":["%s"]}}\
                """
                        .formatted(architecture, diff));
    }

    /// An archive of files.
    public static byte[] tar(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var file : new TreeMap<>(files).entrySet()) {
                var entry = new TarArchiveEntry(file.getKey(), true);
                entry.setSize(file.getValue().length);
                entry.setMode(0755);
                entry.setModTime(0L);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /// The same bytes by gzip.
    public static byte[] packed(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
