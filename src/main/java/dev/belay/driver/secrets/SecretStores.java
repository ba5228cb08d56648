package dev.belay.driver.secrets;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All stores that are open, each asked by one thread at a time, and what they gave.
///
/// What was read counts for [#FRESH], or for one round of questions where it has to be new, so that
/// a plan of a thousand variables asks once; that a store is away is not tried again for [#AWAY].
/// While a store is away, what was read last starts instances again for as long as the store's
/// `keep` says: in memory, and for nothing else.
public final class SecretStores implements AutoCloseable {
    /// How long what was read needs not be read again.
    static final Duration FRESH = Duration.ofSeconds(3);

    /// How long a store that is away is not asked again.
    static final Duration AWAY = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(SecretStores.class);

    private final Opener opener;
    private final InstantSource clock;
    private final ConcurrentHashMap<Where, Open> open = new ConcurrentHashMap<>();

    /// Opens none yet.
    public SecretStores(Opener opener, InstantSource clock) {
        this.opener = opener;
        this.clock = clock;
    }

    /// Who knows the protocols.
    public interface Opener {
        SecretReader open(SecretStore store, Keys keys);
    }

    /// A store as an environment declares it: declared otherwise it is another one.
    public record Where(String environment, String name, SecretStore store) {
        /// As people call it.
        String said() {
            return "secrets `%s` of `%s`".formatted(name, environment);
        }
    }

    /// Which answers will do.
    ///
    /// @param since when they were asked for at the earliest
    /// @param kept whether, while the store is away, what it said last will do
    public record Wanted(Instant since, boolean kept) {
        /// What the store says after somebody began to ask, as a release must have it.
        public static Wanted since(Instant begun) {
            return new Wanted(begun, false);
        }
    }

    /// What was read a moment ago, or while the store is away what it said last: enough to start an
    /// instance.
    public Wanted lately() {
        return new Wanted(clock.instant().minus(FRESH), true);
    }

    /// What the stores say from now on.
    public Wanted now() {
        return Wanted.since(clock.instant());
    }

    /// What the store holds for a reference.
    ///
    /// @throws SecretFailure with a sentence that names the store
    public FoundSecret find(Where where, SecretReference what, Keys keys, Wanted wanted) {
        Open store = open.computeIfAbsent(where, Open::new);
        try {
            FoundSecret found = store.find(what, keys, wanted);
            keys.learnt().accept(found.value());
            return found;
        } catch (SecretFailure e) {
            throw e.of(where.said());
        }
    }

    /// What a store was heard to hold, without asking it: for pages, which are looked at all the
    /// time.
    public Optional<FoundSecret> remembered(Where where, SecretReference what) {
        Open store = open.get(where);
        return store == null ? Optional.empty() : store.remembered(what);
    }

    /// What is wrong with stores of an environment that were asked lately.
    public List<String> troubles(String environment) {
        return open.entrySet().stream()
                .filter(one -> one.getKey().environment().equals(environment))
                .flatMap(one -> one.getValue().trouble().stream())
                .sorted()
                .toList();
    }

    /// Renews what would run out, and closes what nothing declares any more.
    public void tend(Set<Where> declared) {
        for (Where where : Set.copyOf(open.keySet())) {
            Open store = open.get(where);
            if (store != null && !declared.contains(where)) {
                open.remove(where);
                store.close();
            } else if (store != null) {
                store.tend();
            }
        }
    }

    @Override
    public void close() {
        open.values().forEach(Open::close);
        open.clear();
    }

    private record Read(SecretDocument document, Instant at) {}

    private record Outage(Instant since, Instant asked, SecretFailure failure) {}

    /// One of them, and what is remembered of it.
    private final class Open {
        private final Where where;
        private final ReentrantLock lock = new ReentrantLock();
        private final Map<String, Read> read = new HashMap<>();
        private final Map<String, Outage> refused = new HashMap<>();
        private @Nullable SecretReader reader;
        private volatile @Nullable Outage outage;

        Open(Where where) {
            this.where = where;
        }

        Optional<FoundSecret> remembered(SecretReference what) {
            if (!lock.tryLock()) {
                return Optional.empty();
            }
            try {
                Read last = reader == null ? null : read.get(reader.unit(what));
                return last == null
                        ? Optional.empty()
                        : Optional.of(last.document().find(what.key()));
            } catch (SecretFailure e) {
                return Optional.empty();
            } finally {
                lock.unlock();
            }
        }

        FoundSecret find(SecretReference what, Keys keys, Wanted wanted) {
            lock.lock();
            try {
                SecretReader asked = reader == null ? opener.open(where.store(), keys) : reader;
                reader = asked;
                return document(asked, what, wanted).find(what.key());
            } finally {
                lock.unlock();
            }
        }

        private SecretDocument document(SecretReader asked, SecretReference what, Wanted wanted) {
            String unit = asked.unit(what);
            Instant now = clock.instant();
            Read last = read.get(unit);
            if (last != null && !last.at().isBefore(wanted.since())) {
                return last.document();
            }
            Outage no = refused.get(unit);
            if (no != null && isRecent(no, now, wanted)) {
                throw no.failure();
            }
            Outage known = outage;
            SecretFailure failure =
                    known != null && isRecent(known, now, wanted) ? known.failure() : null;
            if (failure == null) {
                try {
                    SecretDocument fresh = asked.read(what);
                    read.put(unit, new Read(fresh, now));
                    refused.remove(unit);
                    outage = null;
                    return fresh;
                } catch (SecretFailure e) {
                    failure = remembered(unit, e);
                }
            }
            return kept(last, failure, wanted);
        }

        private static boolean isRecent(Outage one, Instant now, Wanted wanted) {
            return now.isBefore(one.asked().plus(AWAY)) && !one.asked().isBefore(wanted.since());
        }

        /// Who is refused has no right to what was given before.
        private SecretFailure remembered(String unit, SecretFailure failure) {
            // An answer may have taken its time: the pause begins when it came.
            Instant now = clock.instant();
            if (!failure.isAway()) {
                read.remove(unit);
                refused.put(unit, new Outage(now, now, failure));
                outage = null;
                throw failure;
            }
            Outage before = outage;
            outage = new Outage(before == null ? now : before.since(), now, failure);
            return failure;
        }

        private SecretDocument kept(@Nullable Read last, SecretFailure failure, Wanted wanted) {
            if (ends().isBefore(clock.instant())) {
                read.clear();
            } else if (last != null && wanted.kept()) {
                return last.document();
            }
            throw failure;
        }

        private Instant ends() {
            Outage now = outage;
            Instant since = now == null ? clock.instant() : now.since();
            return where.store() instanceof SecretStore.Remote remote
                    ? since.plus(remote.keep())
                    : since;
        }

        List<String> trouble() {
            Outage now = outage;
            return now == null
                    ? List.of()
                    : List.of(
                            "%s; nothing is released, and what `%s` gave last starts instances again until %s"
                                    .formatted(
                                            now.failure().reason(),
                                            where.name(),
                                            ends().truncatedTo(ChronoUnit.SECONDS)));
        }

        void tend() {
            if (!lock.tryLock()) {
                return;
            }
            try {
                if (reader != null) {
                    reader.tend();
                }
                if (outage != null && ends().isBefore(clock.instant())) {
                    read.clear();
                }
            } catch (SecretFailure e) {
                LOG.warn("{}: {}", where.said(), e.reason());
            } finally {
                lock.unlock();
            }
        }

        void close() {
            lock.lock();
            try {
                if (reader != null) {
                    reader.close();
                }
                read.clear();
            } catch (SecretFailure e) {
                LOG.warn("{}: {}", where.said(), e.reason());
            } finally {
                lock.unlock();
            }
        }
    }
}
