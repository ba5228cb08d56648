package dev.belay.server;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// `.belay/`: everything Belay remembers about one platform on this machine, closed to everybody
/// but its owner. One control plane at a time holds it.
public final class StateFolder {
    public static final String NAME = ".belay";
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    /// Datastores that root starts run as `nobody`, and have to get through to their data.
    private static final Set<PosixFilePermission> GROUP_PASSES =
            PosixFilePermissions.fromString("rwx--x---");

    private static final String GROUP_OF_NOBODY = "nogroup";

    private final Path folder;

    public StateFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /// Makes the folder if need be and closes it to others.
    ///
    /// @throws IOException with a sentence for people
    public void open() throws IOException {
        if (Files.isSymbolicLink(folder)) {
            throw new IOException("`" + folder + "` is a link; Belay keeps its state in a folder");
        }
        try {
            DurableFile.folder(folder);
            closeToOthers();
            DurableFile.folder(logs());
            DurableFile.folder(gateway());
            Path ignored = folder.resolve(".gitignore");
            if (!Files.exists(ignored)) {
                // The token and all that is made are nothing for a repository.
                Files.writeString(ignored, "*\n");
            }
        } catch (IOException e) {
            throw new IOException("cannot keep state in `" + folder + "`: " + e, e);
        }
    }

    private void closeToOthers() throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(
                        folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        PosixFileAttributes now = view.readAttributes();
        boolean shared = now.owner().getName().equals("root") && sharedWithNobody(view);
        Set<PosixFilePermission> wanted = shared ? GROUP_PASSES : OWNER_ONLY;
        if (!now.permissions().equals(wanted)) {
            view.setPermissions(wanted);
        }
    }

    private boolean sharedWithNobody(PosixFileAttributeView view) throws IOException {
        try {
            view.setGroup(
                    folder.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(GROUP_OF_NOBODY));
            return true;
        } catch (UserPrincipalNotFoundException _) {
            return false;
        }
    }

    /// Empty when another control plane holds the folder.
    public Optional<PathLock> hold() throws IOException {
        return PathLock.acquire(folder.resolve("server.lock"), Duration.ZERO);
    }

    /// The token, made at first use.
    ///
    /// @throws IOException when it cannot be read, or is open to others, or is no token
    public Token token() throws IOException {
        Path file = folder.resolve("token");
        Optional<String> written = DurableFile.read(file);
        if (written.isEmpty()) {
            Token token = Token.random();
            DurableFile.write(file, token.secret());
            return token;
        }
        for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
            if (permission != PosixFilePermission.OWNER_READ
                    && permission != PosixFilePermission.OWNER_WRITE) {
                throw new IOException(
                        "`" + file + "` is open to others: remove it, and Belay makes a new one");
            }
        }
        try {
            return Token.parse(written.get());
        } catch (IllegalArgumentException _) {
            throw new IOException("`" + file + "` holds no token: remove it");
        }
    }

    public Path path() {
        return folder;
    }

    public Path journal() {
        return folder.resolve("journal.db");
    }

    /// The key that signs checkpoints of the audit log, and the witnesses that are told of them.
    public Path audit() {
        return folder.resolve("audit");
    }

    /// Where the gateway keeps its table and its socket.
    public Path gateway() {
        return folder.resolve("gateway");
    }

    /// Where HAProxy's lines and its configuration are, once an environment has chosen it.
    public Path haproxy() {
        return folder.resolve("haproxy");
    }

    public Path artifacts() {
        return folder.resolve("artifacts");
    }

    public Path instances() {
        return folder.resolve("instances");
    }

    /// Where environments live that live in clusters.
    public Path clusters() {
        return folder.resolve("clusters");
    }

    public Path configuration() {
        return folder.resolve("configuration");
    }

    public Path datastores() {
        return folder.resolve("datastores");
    }

    /// Of datastores that say of no other folder.
    public Path backups() {
        return folder.resolve("backups");
    }

    /// Which folders elsewhere had backups.
    public Path stores() {
        return folder.resolve("stores");
    }

    /// Where backups are tried out; empty while nobody does.
    public Path scratch() {
        return folder.resolve("scratch");
    }

    /// What is closed while databases change places; empty while none do.
    public Path exchanges() {
        return folder.resolve("exchanges");
    }

    /// Datastores that are written no more until their address leads elsewhere.
    public Path repointings() {
        return folder.resolve("repointings");
    }

    /// What people said about promotions that nobody asks for.
    public Path promotions() {
        return folder.resolve("promotions");
    }

    /// Environments in which nothing is released for a while.
    public Path freezes() {
        return folder.resolve("freezes");
    }

    /// Components beside themselves, by environment.
    public Path histories() {
        return folder.resolve("histories");
    }

    /// What was counted of canaries, by release.
    public Path rollouts() {
        return folder.resolve("rollouts");
    }

    /// What rehearsals of migrations showed.
    public Path rehearsals() {
        return folder.resolve("rehearsals");
    }

    /// Certificates that authorities gave out, with their keys; by entrance.
    public Path certificates() {
        return folder.resolve("certificates");
    }

    /// The keys of accounts at authorities, and what they refused.
    public Path acme() {
        return folder.resolve("acme");
    }

    /// What artifacts have shown.
    public Path evidence() {
        return folder.resolve("evidence");
    }

    public Path logs() {
        return folder.resolve("logs");
    }

    /// Says where a running control plane listens; see [Whereabouts].
    public Path whereabouts() {
        return folder.resolve("server.json");
    }
}
