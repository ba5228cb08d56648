package dev.belay.driver.s3;

import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Copies;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.StoredBackup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// One datastore's backups below a prefix of a bucket: `PREFIX/ENVIRONMENT/DATASTORE/NAME/FILE`.
///
/// Every file goes there with the SHA-256 that its manifest has, so that the storage itself refuses
/// what was changed on the way, where it looks (`x-amz-checksum-sha256`); what comes back is
/// compared with the manifest by whoever fetches it.
final class S3Copies implements Copies {
    /// As many as S3 takes of one file.
    private static final int PARTS_MAX = 10_000;

    private final S3Client s3;
    private final S3Address place;
    private final long partBytes;

    /// @param partBytes larger files go there in parts of that size; at least 5 MiB, says S3
    S3Copies(S3Client s3, S3Address place, long partBytes) {
        this.s3 = s3;
        this.place = place;
        this.partBytes = partBytes;
    }

    private interface Doing<T> {
        T run() throws IOException;
    }

    private <T> T guarded(String doing, Doing<T> body) throws IOException {
        try {
            return body.run();
        } catch (S3Exception e) {
            String said = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorMessage();
            throw new IOException(
                    "%s at %s: HTTP %d%s"
                            .formatted(
                                    doing,
                                    place,
                                    e.statusCode(),
                                    said == null || said.isEmpty() ? "" : ", " + said),
                    e);
        } catch (SdkException e) {
            throw new IOException(doing + " at " + place + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<Copy> list() throws IOException {
        String below = place.prefix() + "/";
        return guarded(
                "listing",
                () -> {
                    var bytes = new TreeMap<String, Long>();
                    var whole = new ArrayList<String>();
                    var pages =
                            s3.listObjectsV2Paginator(
                                    all -> all.bucket(place.bucket()).prefix(below));
                    for (S3Object one : pages.contents()) {
                        String rest = one.key().substring(below.length());
                        int slash = rest.indexOf('/');
                        if (slash > 0) {
                            String name = rest.substring(0, slash);
                            bytes.merge(name, one.size(), Long::sum);
                            if (rest.substring(slash + 1).equals(BackupStore.MANIFEST)) {
                                whole.add(name);
                            }
                        }
                    }
                    whole.sort(Comparator.reverseOrder());
                    return whole.stream()
                            .map(name -> new Copy(name, bytes.getOrDefault(name, 0L)))
                            .toList();
                });
    }

    @Override
    public void put(StoredBackup backup) throws IOException {
        for (SealedFile file : backup.manifest().files()) {
            put(backup, file.name(), file.storedSha256());
        }
        for (String name : List.of(BackupStore.VERIFICATION, BackupStore.MANIFEST)) {
            Path file = backup.folder().resolve(name);
            if (Files.exists(file)) {
                put(backup, name, Seal.storedSha256(file));
            }
        }
    }

    private void put(StoredBackup backup, String name, String sha256) throws IOException {
        Path file = backup.folder().resolve(name);
        String key = place.below(backup.name()).below(name).prefix();
        guarded(
                "writing `" + backup.name() + "/" + name + "`",
                () -> {
                    if (Files.size(file) > partBytes) {
                        inParts(file, key);
                    } else {
                        s3.putObject(
                                all ->
                                        all.bucket(place.bucket())
                                                .key(key)
                                                .checksumSHA256(base64(sha256)),
                                RequestBody.fromFile(file));
                    }
                    return true;
                });
    }

    /// What was begun and not ended is told to the storage, as it would be paid for until somebody
    /// finds it.
    private void inParts(Path file, String key) throws IOException {
        String upload =
                s3.createMultipartUpload(all ->
                                all.bucket(place.bucket())
                                        .key(key)
                                        .checksumAlgorithm(ChecksumAlgorithm.SHA256))
                        .uploadId();
        boolean whole = false;
        try (FileChannel from = FileChannel.open(file)) {
            var parts = new ArrayList<CompletedPart>();
            long each = Math.max(partBytes, Math.ceilDiv(from.size(), PARTS_MAX));
            for (long left = from.size(); left > 0; left -= each) {
                var content = new byte[Math.toIntExact(Math.min(left, each))];
                parts.add(part(from, key, upload, parts.size() + 1, content));
            }
            s3.completeMultipartUpload(all ->
                    all.bucket(place.bucket())
                            .key(key)
                            .uploadId(upload)
                            .multipartUpload(done -> done.parts(parts)));
            whole = true;
        } finally {
            if (!whole) {
                s3.abortMultipartUpload(
                        all -> all.bucket(place.bucket()).key(key).uploadId(upload));
            }
        }
    }

    private CompletedPart part(
            FileChannel from, String key, String upload, int number, byte[] content)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining() && from.read(buffer) >= 0) {}
        String sha256 = base64(Seal.sha256(content));
        var answer =
                s3.uploadPart(
                        all ->
                                all.bucket(place.bucket())
                                        .key(key)
                                        .uploadId(upload)
                                        .partNumber(number)
                                        .checksumSHA256(sha256),
                        RequestBody.fromBytes(content));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(answer.eTag())
                .checksumSHA256(sha256)
                .build();
    }

    private static String base64(String hexadecimal) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hexadecimal));
    }

    @Override
    public void fetch(String name, Path into) throws IOException {
        String below = place.below(name).prefix() + "/";
        guarded(
                "reading `" + name + "`",
                () -> {
                    var pages =
                            s3.listObjectsV2Paginator(
                                    all -> all.bucket(place.bucket()).prefix(below));
                    for (S3Object one : pages.contents()) {
                        Path file = into.resolve(one.key().substring(below.length())).normalize();
                        if (!file.startsWith(into)) {
                            throw new IOException("`" + one.key() + "` is no file of a backup");
                        }
                        Files.createDirectories(file.getParent());
                        s3.getObject(
                                all -> all.bucket(place.bucket()).key(one.key()),
                                ResponseTransformer.toFile(file));
                    }
                    return true;
                });
    }

    @Override
    public void remove(String name) throws IOException {
        String below = place.below(name).prefix() + "/";
        guarded(
                "removing `" + name + "`",
                () -> {
                    // First what makes it whole.
                    s3.deleteObject(
                            all -> all.bucket(place.bucket()).key(below + BackupStore.MANIFEST));
                    var pages =
                            s3.listObjectsV2Paginator(
                                    all -> all.bucket(place.bucket()).prefix(below));
                    for (S3Object one : pages.contents()) {
                        s3.deleteObject(all -> all.bucket(place.bucket()).key(one.key()));
                    }
                    return true;
                });
    }

    @Override
    public void close() {
        s3.close();
    }
}
