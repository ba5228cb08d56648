package dev.belay.driver.postgres;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.CopyLog;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Boundary;
import dev.belay.release.Dependency;
import dev.belay.release.Migrations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// A shop on one server, and another server on which copies of it are made by a user that is no
/// superuser.
final class LentServer implements AutoCloseable {
    static final Dependency DB =
            new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);

    /// Its tables are of two owners, of which one has a right on the schema alone.
    private static final String SHOP =
            """
            CREATE TABLE orders (id int PRIMARY KEY, flag bool, note text);
            INSERT INTO orders SELECT i, true, 'note ' || i FROM generate_series(1, 300) i;
            CREATE SEQUENCE numbers OWNED BY orders.id;
            SELECT setval('numbers', 300);
            CREATE SCHEMA stock;
            CREATE TABLE stock.items (id int PRIMARY KEY);
            INSERT INTO stock.items SELECT generate_series(1, 50);
            ALTER TABLE orders OWNER TO app;
            ALTER TABLE stock.items OWNER TO app;
            ALTER SCHEMA stock OWNER TO app;
            GRANT USAGE, CREATE ON SCHEMA stock TO keeper;
            CREATE TABLE stock.counts (id int);
            INSERT INTO stock.counts VALUES (1), (2);
            ALTER TABLE stock.counts OWNER TO keeper;
            GRANT SELECT ON stock.counts TO app;
            GRANT SELECT ON orders TO reader;
            ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
            CREATE POLICY flagged ON orders FOR SELECT TO reader USING (flag);
            ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO reader;
            """;

    private final BackupDatabases living;
    private final BackupDatabases lent;
    private int made;

    /// @param settings of the server on which copies are made
    LentServer(String... settings) throws Exception {
        living = new BackupDatabases();
        lent = new BackupDatabases(settings);
        run(living.server(), "CREATE ROLE app LOGIN PASSWORD 'a' BYPASSRLS; CREATE ROLE keeper");
        run(living.server(), "GRANT reader TO app");
        run(lent.server(), "DROP ROLE owner; DROP ROLE reader");
        run(lent.server(), "CREATE ROLE belay_s LOGIN CREATEDB CREATEROLE PASSWORD 's'");
        run(lent.server(), "CREATE ROLE plain LOGIN CREATEDB PASSWORD 'p'");
    }

    static void run(PostgresAddress address, String statements) throws Exception {
        BackupDatabases.run(address, statements);
    }

    /// A superuser's way to the server on which copies are made.
    PostgresAddress lent() {
        return lent.server();
    }

    PostgresAddress livingServer() {
        return living.server();
    }

    void stopLent() {
        lent.close();
    }

    /// What of ours is there, databases and roles.
    String left() throws Exception {
        return BackupDatabases.ask(
                lent.server(),
                "SELECT string_agg(name, ' ' ORDER BY name) FROM (SELECT datname AS name FROM"
                        + " pg_database UNION SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_')"
                        + " x WHERE name NOT IN ('postgres', 'template0', 'template1', 'belay',"
                        + " 'belay_s', 'plain')");
    }

    /// A new shop, as its application gets there.
    PostgresAddress shop() throws Exception {
        PostgresAddress as = living.empty();
        run(
                living.server(),
                "ALTER DATABASE %s OWNER TO app".formatted(Sql.identifier(as.database())));
        run(as, SHOP);
        return as.as("app", "a");
    }

    static String url(PostgresAddress to) {
        return "postgres://%s:%s@%s:%d/%s"
                .formatted(
                        to.user(),
                        to.password(),
                        to.host(),
                        to.port(),
                        to.database().replace(" ", "%20").replace("\"", "%22"));
    }

    /// A control plane.
    Plane plane(Path folder, PostgresAddress shop) throws Exception {
        return new Plane(
                folder,
                living.folder().resolve("scratch" + ++made),
                shop,
                url(lent().as("belay_s", "s")));
    }

    @Override
    public void close() {
        lent.close();
        living.close();
    }

    /// What one has to keep data safe.
    static final class Plane {
        final DatastoreBackups backups;
        final List<String> audit = new CopyOnWriteArrayList<>();
        final Path scratch;
        private final Map<String, String> values = new ConcurrentHashMap<>();
        private final Path folder;
        private Boundary boundary = Boundary.NONE;
        private List<String> recipients = List.of();

        Plane(Path folder, Path scratch, PostgresAddress shop, String on) throws Exception {
            this.folder = folder;
            this.scratch = Files.createDirectories(scratch);
            values.put("DATABASE_URL", url(shop));
            values.put("SCRATCH_URL", on);
            backups =
                    new DatastoreBackups(
                            new DatastoreBackups.Places(
                                    folder.resolve("kept"), folder.resolve("seen"), scratch, 2),
                            Map.of(Dependency.Engine.POSTGRES, new PostgresKind()),
                            (_, name) -> Optional.ofNullable(values.get(name)).map(Secret::new),
                            InstantSource.system(),
                            new Audit());
        }

        Path folder() {
            return folder;
        }

        String scratchUrl() {
            return values.getOrDefault("SCRATCH_URL", "");
        }

        Plane on(String url) {
            values.put("SCRATCH_URL", url);
            return this;
        }

        Plane within(boolean encrypted, String... hosts) throws Exception {
            boundary = new Boundary(List.of(hosts), encrypted);
            if (encrypted && recipients.isEmpty()) {
                recipients =
                        List.of(
                                new X25519KeyPairGenerator()
                                        .generateKeyPair()
                                        .getPublic()
                                        .toString());
            }
            return this;
        }

        BackupPolicy policy() {
            return policy("${SCRATCH_URL}");
        }

        BackupPolicy policy(String on) {
            return new BackupPolicy(DB, "", BackupPolicy.KEEP, recipients, on, boundary);
        }

        BackupOutcome backUp() throws Exception {
            return backups.make("live", policy(), Duration.ZERO, _ -> {});
        }

        BackupOutcome backUp(Consumer<String> progress) throws Exception {
            return backups.make("live", policy(), Duration.ZERO, progress);
        }

        StoredBackup good() throws Exception {
            return ((BackupOutcome.Verified) backUp()).backup();
        }

        BackupOutcome drill(StoredBackup backup) throws Exception {
            return backups.drill("live", policy(), backup, _ -> {});
        }

        List<StoredBackup> kept() throws Exception {
            return backups.list("live", policy());
        }

        RehearsalReport rehearse(String name, String up, String down) throws Exception {
            Path files = Files.createDirectories(folder.resolve("files-" + name));
            Files.writeString(files.resolve("1_next.up.sql"), up);
            Files.writeString(files.resolve("1_next.down.sql"), down);
            var artifacts = new ArtifactStore(folder.resolve("artifacts"));
            var to =
                    new Migrations(
                            "shop/" + name,
                            DB,
                            artifacts.put(files, List.of()),
                            List.of(new Migrations.One("1", "next", "")));
            RehearsalOutcome outcome =
                    new Rehearsals(
                                    backups,
                                    artifacts,
                                    folder.resolve("rehearsals"),
                                    InstantSource.system())
                            .rehearse(
                                    "live",
                                    List.of(new Rehearsals.Pending(to, List.of("1"))),
                                    policy(),
                                    _ -> {});
            return switch (outcome) {
                case RehearsalOutcome.Reported(RehearsalReport report) -> report;
                case RehearsalOutcome.Refused(String reason, String hint) ->
                        throw new AssertionError(reason + "; " + hint);
            };
        }

        private final class Audit implements CopyLog {
            @Override
            public void making(Copy copy) {
                audit.add("made " + line(copy));
            }

            @Override
            public void gone(Copy copy, String how) {
                audit.add(how + " " + line(copy));
            }

            private static String line(Copy copy) {
                return "%s/%s on %s: %s for %s"
                        .formatted(
                                copy.environment(),
                                copy.datastore(),
                                copy.server(),
                                copy.database().replaceFirst("[0-9a-f]{16}$", "…"),
                                copy.why());
            }
        }
    }
}
