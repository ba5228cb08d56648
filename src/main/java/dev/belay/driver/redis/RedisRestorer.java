package dev.belay.driver.redis;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts backups of Redis back: into an empty server whose address is given, or into free databases
/// of the living one, which then change places with those in use, in one transaction (`SWAPDB`).
///
/// Nobody has to be kept out for that: clients stay connected, and find the other data at their
/// next command. What lived before stays in the databases that were free.
final class RedisRestorer implements Restorer {
    /// Says in a restored database that it has not changed places.
    static final String MARK = "belay:restored";

    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final int VERSION_MIN = 700;
    private static final List<String> NEEDED =
            List.of("restore", "dump", "swapdb", "flushdb", "multi", "exec");

    private static final Logger LOG = LoggerFactory.getLogger(RedisRestorer.class);

    private final RedisAddress living;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final SSLContext trust;
    private SortedMap<Integer, Integer> places = new TreeMap<>();
    private String token = "";

    RedisRestorer(RedisAddress living, BackupKeys keys, Workshop workshop, SSLContext trust) {
        this.living = living;
        this.keys = keys;
        this.workshop = workshop;
        this.trust = trust;
    }

    @Override
    public String living() {
        return living.toString();
    }

    /// There is none: what is restored beside goes where somebody says.
    @Override
    public String freshName(Instant when) {
        return "";
    }

    @Override
    public Optional<Outcome.Refused> obstacle(StoredBackup backup, String name, boolean swap)
            throws DataFailure {
        if (swap && !name.isEmpty()) {
            return refused(
                    "a swap takes free databases of the server itself, and no address",
                    "leave `--into` out");
        }
        if (!swap && name.isEmpty()) {
            return refused(
                    "nothing is restored into a living Redis unless it is to take its place",
                    "give an empty server with `--into redis://HOST:PORT`, or restore with `--swap`");
        }
        RedisAddress target = swap ? living : RedisAddress.of(name);
        try (RedisSession session = open(target)) {
            RedisSource there = RedisSource.read(session);
            Optional<Outcome.Refused> unfit = unfit(session, there, backup.manifest());
            if (unfit.isPresent()) {
                return unfit;
            }
            return swap
                    ? noRoom(there, backup.manifest())
                    : notEmpty(session, there, target, backup.manifest());
        }
    }

    private RedisSession open(RedisAddress to) throws DataFailure {
        return RedisSession.open(to, trust, SILENCE);
    }

    private static Optional<Outcome.Refused> unfit(
            RedisSession session, RedisSource there, BackupManifest manifest) throws DataFailure {
        if (RedisSource.number(there.version()) < VERSION_MIN) {
            return refused("the server is Redis " + there.version(), "7.0 is needed, or later");
        }
        if (there.cluster()) {
            return refused("the server is one of a cluster", "restore into a single server");
        }
        List<Reply> known = new ArrayList<>();
        for (String command : NEEDED) {
            known.addAll(session.ask("COMMAND", "INFO", command).items());
        }
        if (known.stream().anyMatch(Reply.Nothing.class::isInstance)) {
            return refused(
                    "the server does not have all of the commands "
                            + String.join(", ", NEEDED).toUpperCase(java.util.Locale.ROOT),
                    "its configuration renames or forbids some");
        }
        return noMemory(session, manifest.databaseBytes());
    }

    /// A server that runs full begins to drop the living keys, or refuses to be written to.
    private static Optional<Outcome.Refused> noMemory(RedisSession session, long more)
            throws DataFailure {
        var memory = session.info("memory");
        long used = number(memory.get("used_memory"));
        long max = number(memory.get("maxmemory"));
        long limit = max > 0 ? max : number(memory.get("total_system_memory")) / 10 * 9;
        return limit == 0 || used + more + more / 8 <= limit
                ? Optional.empty()
                : refused(
                        "the server uses %d MB of %d, and the backup takes about %d more"
                                .formatted(used >> 20, limit >> 20, more >> 20),
                        "raise `maxmemory`, or restore into another server");
    }

    private static long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private Optional<Outcome.Refused> noRoom(RedisSource there, BackupManifest manifest)
            throws DataFailure {
        int database = RedisFacts.of(manifest).database();
        if (database != living.database().orElse(-1)) {
            return refused(
                    "the backup holds %s, and the address names %s"
                            .formatted(called(database), called(living.database().orElse(-1))),
                    "restore it with `--into`");
        }
        SortedMap<Integer, Integer> wanted = places(there, manifest);
        SortedSet<Integer> all = changed(there, manifest);
        return wanted.size() == all.size()
                ? Optional.empty()
                : refused(
                        "the server has %d databases, and not %d free ones for what is restored"
                                .formatted(there.databases(), all.size()),
                        "raise `databases` of its configuration, or restore with `--into`; where a"
                                + " key `"
                                + MARK
                                + "` is, a restore was cut off: `FLUSHDB` there");
    }

    private static String called(int database) {
        return database < 0 ? "all databases" : "database " + database;
    }

    /// What is to change places: databases of the backup, and those in use that it does not have.
    private SortedSet<Integer> changed(RedisSource there, BackupManifest manifest) {
        var all = new TreeSet<>(databases(manifest));
        there.used().stream().filter(living::covers).forEach(all::add);
        return all;
    }

    private static SortedSet<Integer> databases(BackupManifest manifest) {
        return manifest.tables().keySet().stream()
                .map(name -> name.replaceFirst("^database ([0-9]+).*", "$1"))
                .map(Integer::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// For each database a free one, the highest first: applications count from 0.
    private SortedMap<Integer, Integer> places(RedisSource there, BackupManifest manifest) {
        var wanted = new TreeMap<Integer, Integer>();
        SortedSet<Integer> all = changed(there, manifest);
        int free = there.databases() - 1;
        for (int one : all) {
            while (free >= 0 && (there.used().contains(free) || all.contains(free))) {
                free--;
            }
            if (free >= 0) {
                wanted.put(one, free--);
            }
        }
        return wanted;
    }

    private Optional<Outcome.Refused> notEmpty(
            RedisSession session, RedisSource there, RedisAddress target, BackupManifest manifest)
            throws DataFailure {
        try (RedisSession own = open(living)) {
            String here = own.info("server").getOrDefault("run_id", "");
            if (here.equals(session.info("server").getOrDefault("run_id", "-"))) {
                return refused(
                        "`" + target + "` is the living server",
                        "name another one, or restore with `--swap`");
            }
        } catch (DataFailure gone) {
            // It is away: that is why somebody restores.
            LOG.debug("the living server is not asked: {}", gone.getMessage());
        }
        if (!there.used().isEmpty() || !RedisFacts.functions(session).isEmpty()) {
            return refused(
                    "`" + target + "` is not empty, and nothing is restored over what is there",
                    "name an empty server");
        }
        boolean one = target.database().isPresent();
        if (one && RedisFacts.of(manifest).database() < 0) {
            return refused(
                    "the backup holds all databases of a server, and the address names one",
                    "leave the number out");
        }
        int highest = databases(manifest).isEmpty() ? 0 : databases(manifest).last();
        return one || highest < there.databases()
                ? Optional.empty()
                : refused(
                        "`%s` has %d databases, and the backup holds database %d"
                                .formatted(target, there.databases(), highest),
                        "raise `databases` of its configuration");
    }

    private static Optional<Outcome.Refused> refused(String reason, String hint) {
        return Optional.of(new Outcome.Refused(reason, hint));
    }

    @Override
    public Outcome restore(StoredBackup backup, String name)
            throws DataFailure, InterruptedException {
        boolean swap = name.isEmpty();
        Optional<Outcome.Refused> obstacle = obstacle(backup, name, swap);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        RedisAddress target = swap ? living : RedisAddress.of(name);
        try {
            return switch (new RedisTrial(workshop, keys).load(backup)) {
                case RedisTrial.Loaded.Not(var refused) ->
                        new Outcome.Refused(refused.reason(), refused.hint());
                case RedisTrial.Loaded.Good(ScratchRedis server, long expired) -> {
                    try (server) {
                        yield copied(server, target, backup.manifest(), expired, swap);
                    }
                }
            };
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    private Outcome copied(
            ScratchRedis server,
            RedisAddress target,
            BackupManifest manifest,
            long expired,
            boolean swap)
            throws DataFailure, InterruptedException {
        try (RedisSession from = server.session();
                RedisSession to = open(target)) {
            SortedMap<Integer, Integer> into =
                    swap ? places(RedisSource.read(to), manifest) : straight(manifest, target);
            Optional<Outcome.Refused> taken = claim(to, into, manifest);
            if (taken.isPresent()) {
                return taken.get();
            }
            boolean good = false;
            try {
                String fault = filled(from, to, into, manifest);
                if (!fault.isEmpty()) {
                    return new Outcome.Refused(
                            "it is not what the backup holds: " + fault, "try it again");
                }
                if (!swap) {
                    fault = functions(from, to);
                    if (!fault.isEmpty()) {
                        return new Outcome.Refused("its functions are refused: " + fault, "");
                    }
                    for (int one : into.values()) {
                        to.need("SELECT", Integer.toString(one));
                        to.need("DEL", MARK);
                    }
                }
                places = into;
                token = manifest.name();
                good = true;
                return new Outcome.Restored(
                        swap ? where(into) : target.toString(), remarks(manifest, expired, swap));
            } finally {
                if (!good) {
                    empty(target, into);
                }
            }
        }
    }

    /// Marks the databases as ours, where they are still empty: reading the backup took its time,
    /// and somebody else may have come. Nothing but what was marked is ever emptied.
    private static Optional<Outcome.Refused> claim(
            RedisSession to, SortedMap<Integer, Integer> into, BackupManifest manifest)
            throws DataFailure {
        var ours = new ArrayList<Integer>();
        for (int one : into.values()) {
            to.need("SELECT", Integer.toString(one));
            boolean marked =
                    !(to.need("SET", MARK, manifest.name(), "NX") instanceof Reply.Nothing);
            if (marked) {
                ours.add(one);
            }
            if (!marked || to.need("DBSIZE").number() != 1) {
                for (int mine : ours) {
                    to.need("SELECT", Integer.toString(mine));
                    to.need("DEL", MARK);
                }
                return refused(
                        "database " + one + " is not empty any more",
                        "somebody else uses it; try again when nobody does");
            }
        }
        return Optional.empty();
    }

    private static SortedMap<Integer, Integer> straight(
            BackupManifest manifest, RedisAddress target) {
        var into = new TreeMap<Integer, Integer>();
        databases(manifest).forEach(one -> into.put(one, target.database().orElse(one)));
        return into;
    }

    private static String filled(
            RedisSession from,
            RedisSession to,
            SortedMap<Integer, Integer> into,
            BackupManifest manifest)
            throws DataFailure, InterruptedException {
        var copy = new KeyCopy(from, to);
        for (int one : databases(manifest)) {
            String fault = copy.run(one, into.getOrDefault(one, one));
            if (!fault.isEmpty()) {
                return fault;
            }
        }
        return "";
    }

    private static String functions(RedisSession from, RedisSession to) throws DataFailure {
        if (RedisFacts.functions(from).isEmpty()) {
            return "";
        }
        byte[] all = from.need("FUNCTION", "DUMP").bytes();
        byte[][] command =
                new byte[][] {
                    RedisSession.command("FUNCTION")[0], RedisSession.command("RESTORE")[0], all
                };
        Reply reply = to.ask(List.<byte[][]>of(command)).getFirst();
        return reply.isRefusal() ? reply.text() : "";
    }

    /// They were empty before. Over a line of its own: an interrupt may have cut the other.
    private void empty(RedisAddress target, SortedMap<Integer, Integer> into) throws DataFailure {
        boolean interrupted = Thread.interrupted();
        try (RedisSession to = open(target)) {
            for (int one : into.values()) {
                to.need("SELECT", Integer.toString(one));
                to.need("FLUSHDB", "ASYNC");
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static List<String> remarks(BackupManifest manifest, long expired, boolean swap)
            throws DataFailure {
        var remarks = new ArrayList<String>();
        RedisFacts facts = RedisFacts.of(manifest);
        if (expired > 0) {
            remarks.add("%,d keys expired since, and are not in it".formatted(expired));
        }
        if (swap) {
            if (!facts.functions().isEmpty()) {
                remarks.add("functions belong to the whole server, and stayed as they are");
            }
        }
        if (!facts.users().isEmpty()) {
            remarks.add("these users were there and are in no backup: " + facts.users());
        }
        return remarks;
    }

    private String where(SortedMap<Integer, Integer> into) {
        String numbers =
                into.values().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "database %s of redis at %s:%d".formatted(numbers, living.host(), living.port());
    }

    /// Nobody: the data change places in one transaction.
    @Override
    public void fence() {}

    @Override
    public void unfence() {}

    /// The databases that were free hold it from then on.
    @Override
    public String asideName(Instant when) {
        return where(places);
    }

    @Override
    public void swap(String restored, String aside) throws DataFailure {
        try (RedisSession session = open(living)) {
            if (places.isEmpty()) {
                return;
            }
            for (int free : places.values()) {
                session.need("SELECT", Integer.toString(free));
                session.need("WATCH", MARK);
                if (!session.need("GET", MARK).text().equals(token)) {
                    throw new DataFailure(
                            "what was restored into database " + free + " is not there any more",
                            "restore it once more");
                }
            }
            var commands = new ArrayList<byte[][]>();
            commands.add(RedisSession.command("MULTI"));
            for (int free : places.values()) {
                commands.add(RedisSession.command("SELECT", Integer.toString(free)));
                commands.add(RedisSession.command("DEL", MARK));
            }
            places.forEach((one, free) ->
                    commands.add(
                            RedisSession.command(
                                    "SWAPDB", Integer.toString(one), Integer.toString(free))));
            commands.add(RedisSession.command("EXEC"));
            List<Reply> said = session.ask(commands);
            Reply end = said.getLast();
            if (end instanceof Reply.Nothing) {
                throw new DataFailure(
                        "what was restored was changed meanwhile", "restore it again");
            }
            for (Reply one : end instanceof Reply.Items ? end.items() : said) {
                if (one instanceof Reply.Refusal(String text)) {
                    throw new DataFailure("the databases do not change places: " + text, "");
                }
            }
        }
    }

    @Override
    public List<String> afterSwap() {
        return List.of(
                "clients stay connected; keys of what lived before go on expiring where they are");
    }

    @Override
    public boolean settle(String restored, String aside) throws DataFailure {
        try (RedisSession session = open(living)) {
            session.need("SELECT", restored.replaceFirst("^database ([0-9]+).*", "$1"));
            return session.need("EXISTS", MARK).number() == 0;
        }
    }
}
