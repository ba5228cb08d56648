package dev.belay.driver.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.Restorer.Outcome.Refused;
import dev.belay.driver.backup.Restorer.Outcome.Restored;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Puts backups back into real servers: into an empty one, and in the place of what lives.
@Timeout(120)
class RedisRestorerTest {
    @TempDir private Path folder;

    private Workshop workshop() {
        return new Workshop(folder.resolve("scratch"), 1, ProgressListener.NONE);
    }

    private StoredBackup made(RedisKind kind, String url) throws Exception {
        var outcome =
                kind.make(
                                url,
                                BackupStore.at(folder.resolve("backups")),
                                BackupKeys.UNENCRYPTED,
                                workshop())
                        .outcome();
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        return ((BackupOutcome.Verified) outcome).backup();
    }

    private Restorer restorer(String living) throws Exception {
        return new RedisKind().restorer(living, BackupKeys.UNENCRYPTED, workshop());
    }

    private static String reason(Restorer.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Refused.class);
        return ((Refused) outcome).reason();
    }

    @Test
    void an_empty_server_gets_everything_and_is_then_the_same() throws Exception {
        try (TestRedis living = TestRedis.start();
                TestRedis other =
                        TestRedis.start(
                                "hash-max-listpack-entries 1",
                                "zset-max-listpack-entries 1",
                                "set-max-intset-entries 1",
                                "requirepass secret")) {
            living.fill();
            StoredBackup backup = made(new RedisKind(), living.url());
            String into = "redis://:secret@127.0.0.1:" + other.port();

            var done = (Restored) restorer(living.url()).restore(backup, into);

            assertThat(done.database()).isEqualTo(other.url());
            StoredBackup again = made(new RedisKind(), into);
            assertThat(again.manifest().tables()).isEqualTo(backup.manifest().tables());
            assertThat(RedisFacts.of(again.manifest()).functions()).containsKey("shop");
            assertThat(reason(restorer(living.url()).restore(backup, into)))
                    .contains("is not empty");
            assertThat(reason(restorer(living.url()).restore(backup, living.url())))
                    .contains("is the living server");
        }
    }

    @Test
    void a_swap_takes_effect_at_once_for_who_is_connected_and_keeps_what_lived() throws Exception {
        try (TestRedis living = TestRedis.start()) {
            living.fill();
            StoredBackup backup = made(new RedisKind(), living.url());
            try (RedisSession client = living.session()) {
                TestRedis.say(client, "SET text wrong");
                TestRedis.say(client, "DEL hash");
                TestRedis.say(client, "SELECT 5");
                TestRedis.say(client, "SET new since");
                TestRedis.say(client, "SELECT 0");
                Restorer restorer = restorer(living.url());
                assertThat(restorer.obstacle(backup, "", true)).isEmpty();
                var done = (Restored) restorer.restore(backup, "");
                // Nothing of it is to be seen before.
                assertThat(TestRedis.say(client, "GET text")).isEqualTo("wrong");
                String aside = restorer.asideName(Instant.now());

                restorer.fence();
                restorer.swap(done.database(), aside);

                assertThat(aside).startsWith("database 15, 14, 13 of redis at 127.0.0.1:");
                assertThat(TestRedis.say(client, "GET text")).isEqualTo("hello");
                assertThat(TestRedis.say(client, "HGET hash f")).isEqualTo("v");
                assertThat(client.info("keyspace")).doesNotContainKey("db5");
                TestRedis.say(client, "SELECT 15");
                assertThat(TestRedis.say(client, "GET text")).isEqualTo("wrong");
                TestRedis.say(client, "SELECT 13");
                assertThat(TestRedis.say(client, "GET new")).isEqualTo("since");
                assertThat(restorer(living.url()).settle(done.database(), aside)).isTrue();
            }
            StoredBackup again = made(new RedisKind(), living.url());
            assertThat(again.manifest().tables().get("database 0"))
                    .isEqualTo(backup.manifest().tables().get("database 0"));
        }
    }

    @Test
    void what_was_cut_off_before_the_swap_is_known() throws Exception {
        try (TestRedis living = TestRedis.start()) {
            living.say("SET a b");
            StoredBackup backup = made(new RedisKind(), living.url() + "/0");
            Restorer restorer = restorer(living.url() + "/0");
            var done = (Restored) restorer.restore(backup, "");

            assertThat(restorer(living.url() + "/0").settle(done.database(), done.database()))
                    .isFalse();
        }
    }

    @Test
    void what_somebody_else_put_in_its_place_takes_nobodys() throws Exception {
        try (TestRedis living = TestRedis.start()) {
            living.say("SET a b");
            StoredBackup backup = made(new RedisKind(), living.url() + "/0");
            Restorer restorer = restorer(living.url() + "/0");
            var done = (Restored) restorer.restore(backup, "");
            try (RedisSession client = living.session()) {
                TestRedis.say(client, "SELECT 15");
                TestRedis.say(client, "FLUSHDB");
                assertThatThrownBy(() -> restorer.swap(done.database(), done.database()))
                        .isInstanceOf(DataFailure.class)
                        .hasMessageContaining("into database 15 is not there any more");
                TestRedis.say(client, "SELECT 0");
                assertThat(TestRedis.say(client, "GET a")).isEqualTo("b");
            }
        }
    }

    @Test
    void a_server_that_would_run_full_is_left_alone() throws Exception {
        try (TestRedis living = TestRedis.start("maxmemory 6mb", "maxmemory-policy allkeys-lru")) {
            living.say("SET large " + "x".repeat(2 << 20));
            StoredBackup backup = made(new RedisKind(), living.url());

            assertThat(reason(restorer(living.url()).restore(backup, ""))).contains("MB of 6");
            assertThat(living.say("DBSIZE")).isEqualTo("1");
        }
    }

    @Test
    void a_server_without_free_databases_and_another_address_are_refused() throws Exception {
        try (TestRedis living = TestRedis.start("databases 1")) {
            living.say("SET a b");
            StoredBackup backup = made(new RedisKind(), living.url());

            assertThat(reason(restorer(living.url()).restore(backup, "")))
                    .contains("has 1 databases");
            assertThat(restorer(living.url() + "/0").obstacle(backup, "", true).orElseThrow())
                    .extracting(Refused::reason)
                    .asString()
                    .contains("holds all databases, and the address names database 0");
            assertThat(restorer(living.url()).obstacle(backup, "", false).orElseThrow().reason())
                    .contains("unless it is to take its place");
        }
    }

    @Test
    void over_an_encrypted_line_the_server_has_to_prove_its_name() throws Exception {
        Path certificate = folder.resolve("server.pem");
        Path key = folder.resolve("key.pem");
        run(
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
                key.toString(),
                "-out",
                certificate.toString());
        Path store = folder.resolve("trust.p12");
        run(
                "keytool",
                "-importcert",
                "-noprompt",
                "-alias",
                "test",
                "-file",
                certificate.toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit");
        var kind = new RedisKind(trusting(store));
        try (TestRedis one =
                TestRedis.encrypted(certificate, key, "requirepass \"a \\\"secret\\\" of +/=\"")) {
            String secret = "a%20%22secret%22%20of%20%2B%2F%3D";
            String url = "rediss://:" + secret + "@localhost:" + one.port();

            assertThat(made(kind, url).manifest().tables()).isEmpty();
            assertThat(
                            org.assertj.core.api.Assertions.catchThrowable(
                                    () -> made(kind, url.replace("@localhost", "@127.0.0.1"))))
                    .hasMessageContaining("connecting to")
                    .hasMessageNotContaining("secret");
        }
    }

    private static SSLContext trusting(Path store) throws Exception {
        var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private void run(String... command) throws Exception {
        Path said = folder.resolve("said");
        Process process =
                new ProcessBuilder(List.of(command))
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        assertThat(process.waitFor()).as(() -> read(said)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return "";
        }
    }
}
