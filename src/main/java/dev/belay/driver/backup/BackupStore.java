package dev.belay.driver.backup;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder of backups, each a folder of its own. It is written under a name that ends in
/// `.partial`, its manifest last, and gets its own name when everything is on the disk: what has a
/// name is whole. What a killed process left behind goes with [#sweep].
public final class BackupStore {
    /// What makes a folder a backup.
    public static final String MANIFEST = "manifest.json";

    /// When it became a datastore again.
    public static final String VERIFICATION = "verification.json";

    /// By release, which of the backups it would go back to.
    private static final String RELEASES = "releases";

    private static final String DRILLED = "drilled";

    private static final Logger LOG = LoggerFactory.getLogger(BackupStore.class);
    private static final String PARTIAL = ".partial";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final Pattern NAME = Pattern.compile("[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_.-]+");

    private final Path root;

    private BackupStore(Path root) {
        this.root = root;
    }

    /// The folder is made when it is not there, for its owner alone.
    public static BackupStore at(Path root) throws IOException {
        return new BackupStore(DurableFile.folder(root.toAbsolutePath()));
    }

    public Path root() {
        return root;
    }

    /// A name that sorts by time: `20260131T020000Z-shop-1f3a`.
    public static String name(Instant when, String database) {
        byte[] random = new byte[2];
        new SecureRandom().nextBytes(random);
        String plain = database.replaceAll("[^A-Za-z0-9_-]+", "-");
        return "%s-%s-%s"
                .formatted(
                        STAMP.format(when),
                        plain.substring(0, Math.min(40, plain.length())),
                        HexFormat.of().formatHex(random));
    }

    /// Whether a backup could have that name.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.endsWith(PARTIAL);
    }

    /// When it was made, by its name.
    public static Instant instant(String name) {
        return STAMP.parse(name.substring(0, name.indexOf('-')), Instant::from);
    }

    /// A new folder for a backup that is being made.
    public Path begin(String name) throws IOException {
        return DurableFile.folder(root.resolve(name + PARTIAL));
    }

    /// Writes the manifest, and gives the folder its name.
    public StoredBackup finish(Path partial, BackupManifest manifest) throws IOException {
        try (Stream<Path> all = Files.walk(partial)) {
            for (Path folder : all.filter(Files::isDirectory).toList()) {
                DurableFile.sync(folder);
            }
        }
        DurableFile.write(partial.resolve(MANIFEST), HashedJson.bytes(manifest));
        Path folder = root.resolve(manifest.name());
        Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
        DurableFile.sync(root);
        return read(folder);
    }

    /// Writes down that it became a database again.
    public StoredBackup verified(StoredBackup backup, Verification verification)
            throws IOException {
        DurableFile.write(backup.folder().resolve(VERIFICATION), HashedJson.bytes(verification));
        return read(backup.folder());
    }

    /// All, the newest first. What cannot be read is left out, and told in the log.
    public List<StoredBackup> list() throws IOException {
        var all = new ArrayList<StoredBackup>();
        for (Path folder : folders()) {
            if (!folder.toString().endsWith(PARTIAL) && Files.exists(folder.resolve(MANIFEST))) {
                try {
                    all.add(read(folder));
                } catch (IOException e) {
                    LOG.warn("{} is no good backup: {}", folder, e.getMessage());
                }
            }
        }
        all.sort(Comparator.comparing((StoredBackup one) -> one.manifest().instant()).reversed());
        return all;
    }

    /// Empty when there is none of that name; one that is damaged is an [IOException].
    public Optional<StoredBackup> find(String name) throws IOException {
        Path folder = root.resolve(name).normalize();
        boolean there =
                root.equals(folder.getParent())
                        && !name.endsWith(PARTIAL)
                        && Files.isDirectory(folder);
        return there ? Optional.of(read(folder)) : Optional.empty();
    }

    /// A backup in its folder; its name must be the folder's.
    public static StoredBackup read(Path folder) throws IOException {
        var manifest = HashedJson.read(folder.resolve(MANIFEST), BackupManifest.class);
        Path own = folder.getFileName();
        if (own == null || !own.toString().equals(manifest.value().name())) {
            throw new IOException(
                    "`%s` holds the manifest of `%s`".formatted(own, manifest.value().name()));
        }
        if (manifest.value().version() != BackupManifest.VERSION) {
            throw new IOException(
                    "`%s` was written by a later Belay: form %d of its manifest"
                            .formatted(own, manifest.value().version()));
        }
        return new StoredBackup(folder, manifest.value(), manifest.hash(), verification(folder));
    }

    private static @Nullable Verification verification(Path folder) {
        Path file = folder.resolve(VERIFICATION);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return HashedJson.read(file, Verification.class).value();
        } catch (IOException e) {
            LOG.warn("{} counts as unverified: {}", folder, e.getMessage());
            return null;
        }
    }

    /// Takes in a backup that came from elsewhere, when it is as its manifest says.
    ///
    /// @param partial its files, in a folder that [#begin] made
    /// @throws IOException when it is damaged, with what; nothing of it is left then
    public StoredBackup takeIn(Path partial, String name) throws IOException {
        Path folder = root.resolve(name);
        boolean good = false;
        try {
            var manifest = HashedJson.read(partial.resolve(MANIFEST), BackupManifest.class);
            var brought =
                    new StoredBackup(
                            partial, manifest.value(), manifest.hash(), verification(partial));
            Optional<BackupOutcome.Refused> damage = BackupFiles.damage(brought);
            if (damage.isPresent()) {
                throw new IOException(damage.get().reason());
            }
            if (!manifest.value().name().equals(name)) {
                throw new IOException(
                        "`%s` holds the manifest of `%s`".formatted(name, manifest.value().name()));
            }
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            DurableFile.sync(root);
            good = true;
            return read(folder);
        } finally {
            if (!good) {
                remove(partial);
            }
        }
    }

    /// Writes down that a release relies on it.
    public void pledge(String release, StoredBackup backup) throws IOException {
        Path file = DurableFile.folder(root.resolve(RELEASES)).resolve(release);
        if (DurableFile.read(file).isEmpty()) {
            DurableFile.write(file, backup.name());
        }
    }

    /// Names of those that the latest releases rely on, so many of them.
    public Set<String> pledged(int releases) throws IOException {
        Path folder = root.resolve(RELEASES);
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        var names = new ArrayList<String>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                DurableFile.read(file).ifPresent(names::add);
            }
        }
        // A name begins with its time.
        names.sort(Comparator.reverseOrder());
        return Set.copyOf(names.subList(0, Math.min(releases, names.size())));
    }

    /// Takes back that it was verified: what lies there now is not what was.
    public void distrust(StoredBackup backup) throws IOException {
        Files.deleteIfExists(backup.folder().resolve(VERIFICATION));
        DurableFile.sync(backup.folder());
    }

    /// When one of them was last restored for practice; the epoch for never.
    public Instant drilled() throws IOException {
        return DurableFile.read(root.resolve(DRILLED)).map(Instant::parse).orElse(Instant.EPOCH);
    }

    /// Writes down that one was restored for practice.
    public void drilled(Instant when) throws IOException {
        DurableFile.write(root.resolve(DRILLED), when.toString());
    }

    /// Removes a backup; nothing of it can be taken for one at any time.
    public void delete(StoredBackup backup) throws IOException {
        Path gone = root.resolve(backup.name() + PARTIAL);
        Files.move(backup.folder(), gone, StandardCopyOption.ATOMIC_MOVE);
        DurableFile.sync(root);
        remove(gone);
    }

    /// Removes what never became a backup: only that ends in `.partial`. One whose manifest cannot
    /// be seen now may be seen again when the disk is well. For whoever alone makes backups here,
    /// while he makes none.
    public void sweep() throws IOException {
        for (Path folder : folders()) {
            if (folder.toString().endsWith(PARTIAL)) {
                LOG.info("{} never became a backup; it is removed", folder);
                remove(folder);
            }
        }
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(Files::isDirectory).filter(BackupStore::isOurs).toList();
        }
    }

    /// Somebody else's folder in the same place is not ours to remove.
    private static boolean isOurs(Path folder) {
        return NAME.matcher(folder.getFileName().toString()).matches();
    }

    /// Deletes a folder with all that is in it.
    public static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
        }
    }
}
