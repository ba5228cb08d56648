package dev.belay.driver.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.RowAdder;
import dev.belay.driver.backup.RowChecksum;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the keys of a scratch server add up to: of each its name, its type, its content and when it
/// expires. The content is the server's own digest of it, which does not depend on the order in
/// which a set or a hash happens to lie; of streams, whose groups that digest leaves out, it is all
/// that `DUMP` gives.
///
/// Keys that expire are added up by when they do, since a server that is started later does not
/// have those any more whose time has passed.
///
/// @param lasting by database, those that never expire
/// @param expiring by database and time
record KeySums(SortedMap<Integer, RowChecksum> lasting, SortedMap<String, Expiring> expiring) {
    private static final int TRIES = 3;
    private static final String SCANNED = "500";
    private static final Duration FINE = Duration.ofDays(1);

    /// Keys that expire at about the same time.
    ///
    /// @param earliest when the first of them does, milliseconds since the epoch
    record Expiring(int database, long earliest, RowChecksum sum) {
        Expiring plus(long at, RowChecksum more) {
            return new Expiring(database, Math.min(earliest, at), sum.plus(more));
        }
    }

    /// Who is told of keys as they are read.
    interface Counting {
        void add(long bytes);
    }

    /// Reads all keys of a server that nobody writes to.
    ///
    /// @param of the instant that decides how finely times are told apart: the backup's
    static KeySums read(ScratchRedis server, Instant of, Counting counting)
            throws DataFailure, InterruptedException {
        try (RedisSession session = server.session()) {
            var lasting = new TreeMap<Integer, RowChecksum>();
            var expiring = new TreeMap<String, Expiring>();
            for (int database : databases(session)) {
                Walk walk = walked(session, database, of, counting);
                lasting.put(database, walk.lasting.sum());
                expiring.putAll(walk.expiring);
            }
            return new KeySums(lasting, expiring);
        }
    }

    /// Those that hold something.
    static List<Integer> databases(RedisSession session) throws DataFailure {
        return session.info("keyspace").keySet().stream()
                .filter(name -> name.matches("db[0-9]+"))
                .map(name -> Integer.parseInt(name.substring(2)))
                .sorted()
                .toList();
    }

    /// A table that changes its size meanwhile may show a key twice.
    private static Walk walked(RedisSession session, int database, Instant of, Counting counting)
            throws DataFailure, InterruptedException {
        session.need("SELECT", Integer.toString(database));
        for (int i = 0; i < TRIES; i++) {
            var walk = new Walk(session, database, of);
            walk.run(counting);
            if (walk.keys == session.need("DBSIZE").number()) {
                return walk;
            }
        }
        throw new DataFailure(
                "the keys of database " + database + " cannot be counted: they change", "");
    }

    /// One pass over a database.
    private static final class Walk {
        private final RedisSession session;
        private final int database;
        private final Instant of;
        private final RowAdder lasting = new RowAdder();
        private final SortedMap<String, Expiring> expiring = new TreeMap<>();
        private long keys;

        Walk(RedisSession session, int database, Instant of) {
            this.session = session;
            this.database = database;
            this.of = of;
        }

        void run(Counting counting) throws DataFailure, InterruptedException {
            String cursor = "0";
            do {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Reply page = session.need("SCAN", cursor, "COUNT", SCANNED);
                cursor = page.items().getFirst().text();
                add(page.items().get(1).items().stream().map(Reply::bytes).toList(), counting);
            } while (!cursor.equals("0"));
        }

        private void add(List<byte[]> names, Counting counting) throws DataFailure {
            if (names.isEmpty()) {
                return;
            }
            var asked = new ArrayList<byte[][]>();
            for (byte[] name : names) {
                asked.add(new byte[][] {"TYPE".getBytes(US_ASCII), name});
                asked.add(new byte[][] {"PEXPIRETIME".getBytes(US_ASCII), name});
                asked.add(
                        new byte[][] {
                            "DEBUG".getBytes(US_ASCII), "DIGEST-VALUE".getBytes(US_ASCII), name
                        });
            }
            List<Reply> said = session.ask(asked);
            for (int i = 0; i < names.size(); i++) {
                String type = said.get(3 * i).text();
                long expires = said.get(3 * i + 1).number();
                // Its time came between the two questions.
                if (type.equals("none") || expires == -2) {
                    continue;
                }
                byte[] content = content(names.get(i), type, said.get(3 * i + 2));
                byte[] row = row(names.get(i), type, expires, content);
                keys++;
                counting.add(row.length);
                add(expires, row);
            }
        }

        private byte[] content(byte[] name, String type, Reply digest) throws DataFailure {
            if (digest instanceof Reply.Refusal(String text)) {
                throw new DataFailure("a scratch server does not add up its keys: " + text, "");
            }
            return type.equals("stream")
                    ? session.ask(List.of(new byte[][][] {{"DUMP".getBytes(US_ASCII), name}}))
                            .getFirst()
                            .bytes()
                    : digest.items().getFirst().bytes();
        }

        private static byte[] row(byte[] name, String type, long expires, byte[] content) {
            var row = new ByteArrayOutputStream();
            // The name's length goes before it: no name can look like another with more behind it.
            row.writeBytes((type + " " + expires + " " + name.length + " ").getBytes(US_ASCII));
            row.writeBytes(name);
            row.writeBytes(content);
            return row.toByteArray();
        }

        private void add(long expires, byte[] row) {
            if (expires < 0) {
                lasting.add(row);
                return;
            }
            var one = new RowAdder();
            one.add(row);
            boolean soon = expires < of.plus(FINE).toEpochMilli();
            long width = (soon ? Duration.ofMinutes(1) : Duration.ofHours(1)).toMillis();
            String when = database + " " + (soon ? "m" : "h") + expires / width;
            expiring.merge(
                    when,
                    new Expiring(database, expires, one.sum()),
                    (a, b) -> a.plus(b.earliest(), b.sum()));
        }
    }
}
