package dev.belay.driver.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.datastore.LocalDatastore;
import dev.belay.driver.datastore.LocalDatastores;
import dev.belay.driver.probe.DependencyAnswer.NotReached;
import dev.belay.driver.probe.DependencyAnswer.Reached;
import dev.belay.release.Dependency.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The probes against the servers themselves.
@Timeout(300)
class DependencyProbeRealTest {
    private static final Duration QUESTION = Duration.ofSeconds(20);
    private static final Duration STARTED = Duration.ofSeconds(60);

    @TempDir Path temp;

    @Test
    void postgresql_signs_in_by_cleartext_md5_and_scram() throws Exception {
        Path folder = TestServer.folder(temp, "state");
        var datastores = new LocalDatastores();
        Path data = folder.resolve("pg/data");
        int port = TestServer.freePort();
        try {
            for (String method : List.of("scram-sha-256", "password", "md5")) {
                String url = "postgres://u_" + method + ":pä ss@127.0.0.1:" + port + "/db";
                var wanted = new LocalDatastore("pg", Engine.POSTGRES, url.replace(" ", "%20"));
                if (!method.equals("scram-sha-256")) {
                    Files.writeString(
                            data.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 " + method);
                    Files.writeString(
                            data.resolve("postgresql.conf"),
                            "password_encryption = md5\n",
                            StandardOpenOption.APPEND);
                }
                assertThat(datastores.up(List.of(wanted), folder, (_, _) -> {})).hasSize(1);
                NotReached wrong =
                        not(Engine.POSTGRES, url.replace("pä ss", "wrong"), new DependencyProbe());
                assertThat(wrong.phase()).isEqualTo("sign-in");
                assertThat(wrong.reason()).contains("password authentication failed");
                assertThat(wrong.hint()).contains("password");
                assertThat(
                                not(
                                                Engine.POSTGRES,
                                                wanted.url().replace("/db", "/none"),
                                                new DependencyProbe())
                                        .hint())
                        .contains("create the database");
                datastores.down(folder, (_, _) -> {});
            }
        } finally {
            datastores.down(folder, (_, _) -> {});
        }
    }

    @Test
    void postgresql_is_asked_over_tls_as_sslmode_says() throws Exception {
        Path folder = TestServer.folder(temp, "state");
        Certificate certificate = certificate();
        var datastores = new LocalDatastores();
        int port = TestServer.freePort();
        String url = "postgres://app:pw@localhost:" + port + "/db";
        var wanted = new LocalDatastore("pg", Engine.POSTGRES, url);
        try {
            datastores.up(List.of(wanted), folder, (_, _) -> {});
            assertThat(not(Engine.POSTGRES, url + "?sslmode=require", certificate.probe()).reason())
                    .contains("offers no encryption");
            datastores.down(folder, (_, _) -> {});
            Path data = folder.resolve("pg/data");
            Files.copy(certificate.certificate(), data.resolve("server.crt"));
            Files.copy(certificate.key(), data.resolve("server.key"));
            Files.writeString(data.resolve("pg_hba.conf"), "hostssl all all all scram-sha-256");
            Files.writeString(
                    data.resolve("postgresql.conf"), "ssl = on\n", StandardOpenOption.APPEND);
            datastores.up(List.of(wanted), folder, (_, _) -> {});
            for (String mode : List.of("prefer", "require", "verify-ca", "verify-full")) {
                reached(Engine.POSTGRES, url + "?sslmode=" + mode, certificate.probe());
            }
            assertThat(not(Engine.POSTGRES, url + "?sslmode=disable", certificate.probe()).phase())
                    .isEqualTo("sign-in");
            assertThat(
                            not(
                                            Engine.POSTGRES,
                                            url + "?sslmode=verify-full",
                                            new DependencyProbe())
                                    .phase())
                    .isEqualTo("TLS");
            String byNumber = url.replace("localhost", "127.0.0.1");
            reached(Engine.POSTGRES, byNumber + "?sslmode=verify-ca", certificate.probe());
            assertThat(
                            not(
                                            Engine.POSTGRES,
                                            byNumber + "?sslmode=verify-full",
                                            certificate.probe())
                                    .phase())
                    .isEqualTo("TLS");
        } finally {
            datastores.down(folder, (_, _) -> {});
        }
    }

    @Test
    void redis_is_asked_over_tls_by_user_password_and_database() throws Exception {
        Path folder = TestServer.folder(temp, "redis");
        Certificate certificate = certificate();
        int port = TestServer.freePort();
        String config =
                """
                bind 127.0.0.1
                port 0
                tls-port %d
                tls-auth-clients no
                tls-cert-file %s
                tls-key-file %s
                tls-ca-cert-file %s
                requirepass def4ult
                user app on >pa55 +@all ~*
                user narrow on >pa55 +ping
                """
                        .formatted(
                                port,
                                certificate.certificate(),
                                certificate.key(),
                                certificate.certificate());
        Files.writeString(folder.resolve("conf"), config);
        try (var server = TestServer.start(folder, Map.of(), "redis-server", "conf")) {
            String at = "@localhost:" + port;
            await(server, Engine.REDIS, "rediss://app:pa55" + at + "/3", certificate.probe());
            reached(Engine.REDIS, "rediss://:def4ult" + at, certificate.probe());
            assertThat(reached(Engine.REDIS, "rediss://narrow:pa55" + at, certificate.probe()))
                    .extracting(Reached::serverVersion)
                    .isEqualTo("");
            assertThat(not(Engine.REDIS, "rediss://app:wrong" + at, certificate.probe()).reason())
                    .contains("WRONGPASS");
            assertThat(not(Engine.REDIS, "rediss://localhost:" + port, certificate.probe()).phase())
                    .isEqualTo("operation");
            assertThat(
                            not(Engine.REDIS, "rediss://app:pa55" + at + "/99", certificate.probe())
                                    .reason())
                    .contains("out of range");
            assertThat(not(Engine.REDIS, "rediss://app:pa55" + at, new DependencyProbe()).phase())
                    .isEqualTo("TLS");
            assertThat(not(Engine.REDIS, "redis://app:pa55" + at, certificate.probe()).phase())
                    .isEqualTo("sign-in");
        }
    }

    @Test
    void nats_is_asked_over_tls_and_by_token() throws Exception {
        Path folder = TestServer.folder(temp, "nats");
        Certificate certificate = certificate();
        int port = TestServer.freePort();
        String[] command = {
            "nats-server",
            "-a",
            "127.0.0.1",
            "-p",
            "" + port,
            "--auth",
            "t0k3n-x",
            "--tls",
            "--tlscert",
            "" + certificate.certificate(),
            "--tlskey",
            "" + certificate.key()
        };
        try (var server = TestServer.start(folder, Map.of(), command)) {
            await(server, Engine.NATS, "nats://t0k3n-x@localhost:" + port, certificate.probe());
            reached(Engine.NATS, "tls://t0k3n-x@localhost:" + port, certificate.probe());
            NotReached wrong =
                    not(Engine.NATS, "nats://wr0ng@localhost:" + port, certificate.probe());
            assertThat(wrong.phase()).isEqualTo("sign-in");
            assertThat(wrong.hint()).contains("token");
            assertThat(
                            not(
                                            Engine.NATS,
                                            "nats://t0k3n-x@localhost:" + port,
                                            new DependencyProbe())
                                    .phase())
                    .isEqualTo("TLS");
        }
    }

    @Test
    void mariadb_is_asked_plainly_and_over_tls() throws Exception {
        Path folder = TestServer.folder(temp, "maria");
        Certificate certificate = certificate();
        TestServer.run(
                folder,
                "mariadb-install-db",
                "--no-defaults",
                "--datadir=" + folder.resolve("data"),
                "--auth-root-authentication-method=normal",
                "--skip-test-db");
        Files.writeString(
                folder.resolve("init.sql"),
                """
                CREATE DATABASE shop;
                CREATE USER app@localhost IDENTIFIED BY 'pa55';
                CREATE USER secure@localhost IDENTIFIED BY 'pa55' REQUIRE SSL;
                CREATE USER bare@localhost;
                GRANT ALL ON shop.* TO app@localhost;
                """);
        int port = TestServer.freePort();
        String[] command = mariadb(folder, port, certificate);
        try (var server = TestServer.start(folder, Map.of(), command)) {
            String at = "@localhost:" + port;
            Reached answer =
                    await(
                            server,
                            Engine.MYSQL,
                            "mysql://app:pa55" + at + "/shop",
                            new DependencyProbe());
            assertThat(answer.serverVersion()).contains("MariaDB");
            for (String mode : List.of("DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")) {
                reached(
                        Engine.MYSQL,
                        "mariadb://app:pa55" + at + "/shop?sslMode=" + mode,
                        certificate.probe());
            }
            reached(Engine.MYSQL, "mysql://bare" + at, certificate.probe());
            reached(Engine.MYSQL, "mysql://secure:pa55" + at, certificate.probe());
            assertThat(
                            not(
                                            Engine.MYSQL,
                                            "mysql://secure:pa55" + at + "?ssl-mode=DISABLED",
                                            certificate.probe())
                                    .phase())
                    .isEqualTo("sign-in");
            NotReached wrong = not(Engine.MYSQL, "mysql://app:wrong" + at, certificate.probe());
            assertThat(wrong.reason()).contains("Access denied").contains("1045");
            assertThat(
                            not(
                                            Engine.MYSQL,
                                            "mysql://app:pa55" + at + "/none",
                                            certificate.probe())
                                    .phase())
                    .isEqualTo("sign-in");
            assertThat(
                            not(
                                            Engine.MYSQL,
                                            "mysql://app:pa55" + at + "?sslMode=VERIFY_IDENTITY",
                                            new DependencyProbe())
                                    .phase())
                    .isEqualTo("TLS");
        }
    }

    private static String[] mariadb(Path folder, int port, Certificate certificate) {
        return new String[] {
            "mariadbd",
            "--no-defaults",
            "--datadir=" + folder.resolve("data"),
            "--init-file=" + folder.resolve("init.sql"),
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--socket=" + folder.resolve("s"),
            "--ssl-cert=" + certificate.certificate(),
            "--ssl-key=" + certificate.key()
        };
    }

    @Test
    void rabbitmq_is_asked_by_user_password_and_virtual_host() throws Exception {
        Path folder = TestServer.folder(temp, "rabbit");
        int port = TestServer.freePort();
        Files.writeString(
                folder.resolve("rabbitmq.conf"),
                """
                listeners.tcp.1 = 127.0.0.1:%d
                default_user = app
                default_pass = pa55
                default_vhost = shop
                default_permissions.configure = .*
                default_permissions.read = .*
                default_permissions.write = .*
                """
                        .formatted(port));
        Files.writeString(folder.resolve("enabled_plugins"), "[].");
        int names = TestServer.freePort();
        String[] registry = {"epmd", "-address", "127.0.0.1", "-port", Integer.toString(names)};
        // Its own registry of names, which would otherwise be left running as a daemon.
        try (var _ = TestServer.start(folder, Map.of(), registry);
                var server = TestServer.start(folder, rabbitmq(folder, names), rabbitmqProgram())) {
            String at = "@127.0.0.1:" + port;
            Reached answer =
                    await(
                            server,
                            Engine.RABBITMQ,
                            "amqp://app:pa55" + at + "/shop",
                            new DependencyProbe());
            assertThat(answer.serverVersion())
                    .matches("(?i)(rabbitmq )?3\\..*|(?i)(rabbitmq )?4\\..*");

            NotReached wrong =
                    not(Engine.RABBITMQ, "amqp://app:wrong" + at + "/shop", new DependencyProbe());
            assertThat(wrong.phase()).isEqualTo("sign-in");
            NotReached nowhere =
                    not(Engine.RABBITMQ, "amqp://app:pa55" + at + "/none", new DependencyProbe());
            assertThat(nowhere.reason()).contains("none");
        }
    }

    private static Map<String, String> rabbitmq(Path folder, int names) throws IOException {
        return Map.of(
                "HOME", folder.toString(),
                "RABBITMQ_UPGRADE_LOG", folder.resolve("upgrade.log").toString(),
                "RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq").toString(),
                "RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("enabled_plugins").toString(),
                "RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString(),
                "RABBITMQ_LOG_BASE", folder.resolve("logs").toString(),
                "RABBITMQ_NODENAME", "belay@localhost",
                "RABBITMQ_DIST_PORT", Integer.toString(TestServer.freePort()),
                "ERL_EPMD_PORT", Integer.toString(names),
                "RABBITMQ_CONF_ENV_FILE", "/dev/null");
    }

    /// The one on the PATH insists on being the administrator or Debian's user of that name.
    private static String rabbitmqProgram() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/rabbitmq/lib"))) {
            return versions.map(version -> version.resolve("sbin/rabbitmq-server"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }

    /// A certificate for `localhost`, signed by itself.
    private record Certificate(Path certificate, Path key) {
        DependencyProbe probe() throws Exception {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            try (InputStream pem = Files.newInputStream(certificate)) {
                store.setCertificateEntry(
                        "test", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            }
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return new DependencyProbe(context);
        }
    }

    private Certificate certificate() throws IOException, InterruptedException {
        Path folder = TestServer.folder(temp, "certificate");
        TestServer.run(
                folder,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem");
        return new Certificate(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    }

    /// Asks until the server has started.
    private static Reached await(
            TestServer server, Engine engine, String url, DependencyProbe probe)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTED.toNanos();
        while (true) {
            DependencyAnswer answer = probe.ask(engine, url, QUESTION);
            if (answer instanceof Reached reached) {
                return reached;
            }
            boolean waiting = !server.endsWithin(100) && System.nanoTime() < deadline;
            assertThat(waiting).as("%s\n%s", answer, server.log()).isTrue();
        }
    }

    @Test
    void a_file_is_reached_when_it_is_there_or_could_be_made(@TempDir Path place) throws Exception {
        var probe = new DependencyProbe();
        reached(Engine.SQLITE, "sqlite:" + place.resolve("not-yet.db"), probe);
        reached(Engine.SQLITE, "sqlite://" + Files.createFile(place.resolve("a.db")), probe);
        for (String none :
                List.of("sqlite:a.db", "/a.db", "sqlite:" + place, "sqlite:/none/a.db")) {
            not(Engine.SQLITE, none, probe);
        }
    }

    private static Reached reached(Engine engine, String url, DependencyProbe probe) {
        DependencyAnswer answer = probe.ask(engine, url, QUESTION);
        assertThat(answer).isInstanceOf(Reached.class);
        return (Reached) answer;
    }

    private static NotReached not(Engine engine, String url, DependencyProbe probe) {
        DependencyAnswer answer = probe.ask(engine, url, QUESTION);
        assertThat(answer).isInstanceOf(NotReached.class);
        return (NotReached) answer;
    }
}
