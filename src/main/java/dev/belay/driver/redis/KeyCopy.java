package dev.belay.driver.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.belay.driver.backup.DataFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// Writes the keys of a scratch server into empty databases of another, and reads them there again.
/// Needs nothing of the other but ordinary commands, so that it goes over any line.
final class KeyCopy {
    private static final String SCANNED = "50";

    private final RedisSession from;
    private final RedisSession to;

    KeyCopy(RedisSession from, RedisSession to) {
        this.from = from;
        this.to = to;
    }

    /// Writes one database into another, and compares; returns what differs, or an empty text.
    String run(int database, int into) throws DataFailure, InterruptedException {
        from.need("SELECT", Integer.toString(database));
        to.need("SELECT", Integer.toString(into));
        String cursor = "0";
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Reply page = from.need("SCAN", cursor, "COUNT", SCANNED);
            cursor = page.items().getFirst().text();
            for (Reply name : page.items().get(1).items()) {
                // What a restore left there that was cut off is nobody's.
                String fault = name.text().equals(RedisRestorer.MARK) ? "" : copied(name.bytes());
                if (!fault.isEmpty()) {
                    // Its name may be somebody's session.
                    return "a key of database " + database + " " + fault;
                }
            }
        } while (!cursor.equals("0"));
        // The mark is ours.
        long here = to.need("DBSIZE").number() - to.need("EXISTS", RedisRestorer.MARK).number();
        long there = from.need("DBSIZE").number();
        return here > there ? "somebody else writes to database " + into : "";
    }

    private String copied(byte[] name) throws DataFailure {
        List<Reply> said = from.ask(List.of(command("DUMP", name), command("PEXPIRETIME", name)));
        long expires = said.get(1).number();
        if (!(said.get(0) instanceof Reply.Bulk) || expires == -2) {
            // Its time has come.
            return "";
        }
        byte[] content = said.get(0).bytes();
        Reply written =
                to.ask(
                                List.<byte[][]>of(
                                        new byte[][] {
                                            bytes("RESTORE"),
                                            name,
                                            bytes(Long.toString(Math.max(0, expires))),
                                            content,
                                            bytes("ABSTTL")
                                        }))
                        .getFirst();
        if (written instanceof Reply.Refusal(String text)) {
            return "is refused: " + text;
        }
        return same(name, content, expires) ? "" : "is not there as it was";
    }

    /// The server may keep a value in another form than it was given; then it is compared as
    /// clients see it.
    private boolean same(byte[] name, byte[] content, long expires) throws DataFailure {
        List<Reply> said = to.ask(List.of(command("DUMP", name), command("PEXPIRETIME", name)));
        if (said.get(0) instanceof Reply.Nothing) {
            return expires >= 0 && expires <= System.currentTimeMillis();
        }
        return said.get(1).number() == expires
                && (Arrays.equals(said.get(0).bytes(), content) || seenTheSame(name));
    }

    private boolean seenTheSame(byte[] name) throws DataFailure {
        String type = from.ask(List.<byte[][]>of(command("TYPE", name))).getFirst().text();
        if (!to.ask(List.<byte[][]>of(command("TYPE", name))).getFirst().text().equals(type)) {
            return false;
        }
        byte[][] question =
                switch (type) {
                    case "string" -> command("GET", name);
                    case "list" -> command("LRANGE", name, "0", "-1");
                    case "set" -> command("SMEMBERS", name);
                    case "hash" -> command("HGETALL", name);
                    case "zset" -> command("ZRANGE", name, "0", "-1", "WITHSCORES");
                    default -> new byte[0][];
                };
        if (question.length == 0) {
            return false;
        }
        Reply there = from.ask(List.<byte[][]>of(question)).getFirst();
        Reply here = to.ask(List.<byte[][]>of(question)).getFirst();
        return !there.isRefusal() && plain(type, there).equals(plain(type, here));
    }

    /// Sets and hashes have no order; streams and what modules keep are never given in another
    /// form.
    private static Object plain(String type, Reply reply) {
        List<String> all = new ArrayList<>();
        // One byte, one character: what is no text stays apart.
        reply.items().forEach(one -> all.add(flat(one)));
        if (type.equals("set")) {
            return new HashSet<>(all);
        }
        if (!type.equals("hash")) {
            return all.isEmpty() ? flat(reply) : all;
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < all.size(); i += 2) {
            fields.put(all.get(i), all.get(i + 1));
        }
        return fields;
    }

    private static String flat(Reply reply) {
        return switch (reply) {
            case Reply.Bulk bulk -> new String(bulk.bytes(), ISO_8859_1);
            case Reply.Items(List<Reply> all) ->
                    all.stream().map(KeyCopy::flat).toList().toString();
            default -> reply.text();
        };
    }

    private static byte[][] command(String word, byte[] name, String... more) {
        var words = new ArrayList<byte[]>();
        words.add(bytes(word));
        words.add(name);
        for (String one : more) {
            words.add(one.getBytes(UTF_8));
        }
        return words.toArray(new byte[0][]);
    }

    private static byte[] bytes(String word) {
        return word.getBytes(US_ASCII);
    }
}
