package dev.belay.driver.redis;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// A scratch server that became a replica of a living one, had everything that was written there
/// until it asked, and then stopped following: the state of one instant, with no transaction cut in
/// two, and nobody who writes to it. The living server forks once for it, as for any new replica.
final class FrozenCopy implements AutoCloseable {
    /// It begins again about once a second.
    private static final int TRIES = 4;

    private static final Duration CAUGHT_UP_WITHIN = Duration.ofMinutes(2);
    private static final long LOOK_EVERY_MILLIS = 25;

    private final ScratchRedis server;
    private final Instant instant;

    private FrozenCopy(ScratchRedis server, Instant instant) {
        this.server = server;
        this.instant = instant;
    }

    ScratchRedis server() {
        return server;
    }

    /// What was written before it is in the copy.
    Instant instant() {
        return instant;
    }

    /// @param source asked where it stands
    static FrozenCopy of(
            RedisAddress from,
            RedisSession source,
            int databases,
            Workshop workshop,
            SSLContext trust)
            throws DataFailure, IOException, InterruptedException {
        Path folder = ScratchRedis.folder(workshop.scratch());
        String account =
                (from.password().isEmpty() ? "" : "masterauth " + quoted(from.password()))
                        + (from.user().isEmpty() || from.password().isEmpty()
                                ? ""
                                : "\nmasteruser " + quoted(from.user()));
        ScratchRedis server = ScratchRedis.start(folder, databases, account);
        try (Tunnel tunnel = from.tls() ? new Tunnel(from, trust) : null;
                RedisSession session = server.session();
                var meter = new Meter(Stage.SNAPSHOT, 0, workshop.listener())) {
            String host = tunnel == null ? from.host() : "127.0.0.1";
            int port = tunnel == null ? from.port() : tunnel.port();
            session.need("REPLICAOF", host, Integer.toString(port));
            follow(server, session, meter);
            Instant instant = Instant.now();
            catchUp(server, session, offset(source));
            session.need("REPLICAOF", "NO", "ONE");
            complete(source, session);
            for (int database : KeySums.databases(session)) {
                if (!from.covers(database)) {
                    session.need("SELECT", Integer.toString(database));
                    session.need("FLUSHDB");
                }
            }
            return new FrozenCopy(server, instant);
        } catch (DataFailure | IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /// As the configuration reads it: any byte in a password.
    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (byte one : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            quoted.append("\\x").append(java.util.HexFormat.of().toHexDigits(one));
        }
        return quoted.append('"').toString();
    }

    /// Until it has all that the source had when it was asked.
    private static void follow(ScratchRedis server, RedisSession session, Meter meter)
            throws DataFailure, InterruptedException {
        long read = 0;
        while (true) {
            Map<String, String> state = session.info("replication");
            if (state.getOrDefault("master_link_status", "").equals("up")) {
                return;
            }
            if (state.getOrDefault("master_sync_in_progress", "0").equals("1")) {
                long now = number(state, "master_sync_read_bytes");
                meter.add(Math.max(0, now - read));
                read = Math.max(read, now);
            }
            if (server.attempts() > TRIES) {
                throw new DataFailure(
                        "the server gives no copy of itself: " + server.complaint(),
                        "the user of its address needs `+psync +replconf +ping`; a server that lets"
                                + " nobody replicate it cannot be backed up");
            }
            pause(server);
        }
    }

    private static void catchUp(ScratchRedis server, RedisSession session, long offset)
            throws DataFailure, InterruptedException {
        long begin = System.nanoTime();
        while (number(session.info("replication"), "slave_repl_offset") < offset) {
            if (System.nanoTime() - begin > CAUGHT_UP_WITHIN.toNanos()) {
                throw new DataFailure(
                        "more is written to the server than a copy on this machine can follow",
                        "make the backup when less is written");
            }
            pause(server);
        }
    }

    private static void pause(ScratchRedis server) throws DataFailure, InterruptedException {
        if (!server.isRunning()) {
            throw new DataFailure("the scratch server ended: " + server.complaint(), "");
        }
        Thread.sleep(LOOK_EVERY_MILLIS);
    }

    /// Where nothing was written meanwhile, both must have as many keys: what the copy is compared
    /// with later was read from itself.
    private static void complete(RedisSession source, RedisSession copy) throws DataFailure {
        Optional<String> difference = Optional.empty();
        Map<String, String> there = counts(source);
        if (offset(source) == offset(copy)) {
            Map<String, String> here = counts(copy);
            if (!there.equals(here)) {
                difference = Optional.of("it has " + here + " keys, and the server " + there);
            }
        }
        if (difference.isPresent()) {
            throw new DataFailure("the copy is not what the server is: " + difference.get(), "");
        }
    }

    private static Map<String, String> counts(RedisSession session) throws DataFailure {
        Map<String, String> all = session.info("keyspace");
        all.replaceAll((_, text) -> text.replaceFirst("^keys=([0-9]+),.*", "$1"));
        return all;
    }

    private static long offset(RedisSession session) throws DataFailure {
        return number(session.info("replication"), "master_repl_offset");
    }

    private static long number(Map<String, String> info, String name) {
        String text = info.getOrDefault(name, "");
        return text.matches("-?[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    @Override
    public void close() {
        server.close();
    }
}
