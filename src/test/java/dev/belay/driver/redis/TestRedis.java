package dev.belay.driver.redis;

import dev.belay.FreePort;
import dev.belay.driver.backup.BackupStore;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/// A real server for tests, on a port of its own.
public final class TestRedis implements AutoCloseable {
    private final Path folder;
    private final Process process;
    private final int port;

    /// @param port that it is told to listen on by its configuration
    private TestRedis(int port, String config) throws Exception {
        folder = Files.createTempDirectory("belay-redis");
        this.port = port;
        Path file = Files.writeString(folder.resolve("redis.conf"), config);
        process =
                new ProcessBuilder("redis-server", file.toString())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new AssertionError(Files.readString(folder.resolve("log")));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /// One that speaks plainly.
    ///
    /// @param more lines of its configuration
    public static TestRedis start(String... more) throws Exception {
        int port = FreePort.choose();
        return new TestRedis(
                port,
                "bind 127.0.0.1\nport %d\nsave \"\"\nrepl-diskless-sync-delay 0\n%s\n"
                        .formatted(port, String.join("\n", more)));
    }

    /// One that speaks TLS only.
    static TestRedis encrypted(Path certificate, Path key, String... more) throws Exception {
        int port = FreePort.choose();
        return new TestRedis(
                port,
                """
                bind 127.0.0.1
                port 0
                tls-port %d
                tls-cert-file %s
                tls-key-file %s
                tls-auth-clients no
                save ""
                repl-diskless-sync-delay 0
                %s
                """
                        .formatted(port, certificate, key, String.join("\n", more)));
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    RedisSession session() throws Exception {
        return RedisSession.open(
                RedisAddress.of(url()), SSLContext.getDefault(), Duration.ofSeconds(30));
    }

    /// One line of words, as a person would type them.
    public String say(String words) throws Exception {
        try (RedisSession session = session()) {
            return say(session, words);
        }
    }

    static String say(RedisSession session, String words) throws Exception {
        return session.need(words.split(" ", -1)).text();
    }

    /// One of everything, in two databases.
    void fill() throws Exception {
        try (RedisSession session = session()) {
            session.ask(
                    List.<byte[][]>of(
                            new byte[][] {
                                "SET".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                {0, (byte) 0xff, '\r', '\n', 1},
                                {(byte) 0x80, 0, '\n'}
                            }));
            for (String words :
                    List.of(
                            "SET text hello",
                            "SET empty-ish x",
                            "RPUSH list a b c a",
                            "SADD small 1 2 3",
                            "ZADD ranks 1.5 a -2 b 3.25 c",
                            "HSET hash f v g w",
                            "XADD stream 1-1 k v",
                            "XADD stream 2-1 k w",
                            "XGROUP CREATE stream readers 0",
                            "XREADGROUP GROUP readers anna COUNT 1 STREAMS stream >",
                            "PFADD visitors anna ben",
                            "SETBIT bits 1000 1",
                            "GEOADD places 10.75 59.91 oslo",
                            "SET later x EX 100000",
                            "SET much-later x EX 10000000",
                            "HSET session a b",
                            "EXPIRE session 86000")) {
                say(session, words);
            }
            for (int i = 0; i < 2_000; i++) {
                session.need("SADD", "large", "member " + i);
                session.need("HSET", "wide", "field " + i, "value " + i);
                session.need("RPUSH", "long", "item " + i);
                session.need("ZADD", "many", Integer.toString(i % 50), "member " + i);
            }
            say(session, "SELECT 3");
            say(session, "SET other database");
            session.need(
                    "FUNCTION",
                    "LOAD",
                    "#!lua name=shop\nredis.register_function('one', function() return 1 end)");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        try {
            BackupStore.remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
