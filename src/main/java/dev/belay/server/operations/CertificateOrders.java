package dev.belay.server.operations;

import dev.belay.driver.acme.CertificateState;
import dev.belay.driver.acme.CertificateWish;
import dev.belay.driver.acme.Challenge;
import dev.belay.driver.acme.OrderedFolders;
import dev.belay.driver.acme.Renewals;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.server.operations.CertificateStatus.Ordered;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The certificates that authorities give out: which of them there should be, by the releases that
/// are in force, and how it stands with them.
///
/// What is released counts, not what the manifest says by now; and nothing is ordered before the
/// gateway has the entrance open, as an authority that looks before finds nobody.
public final class CertificateOrders {
    private static final int ACTIVE_MAX = 1_000;
    private static final int KNOWN_MAX = 10_000;

    private final Journal journal;
    private final StatusReader.Codecs codecs;
    private final Renewals renewals;
    private final OrderedFolders folders;
    private final InstantSource clock;
    private final Map<String, Deployment> known = new ConcurrentHashMap<>();

    public CertificateOrders(
            Journal journal,
            StatusReader.Codecs codecs,
            Renewals renewals,
            OrderedFolders folders,
            InstantSource clock) {
        this.journal = journal;
        this.codecs = codecs;
        this.renewals = renewals;
        this.folders = folders;
        this.clock = clock;
    }

    /// Orders what is due; returns when that is done or has failed.
    ///
    /// @param open folders of the entrances that the gateway has open
    public void pass(List<String> open) throws InterruptedException {
        var environments = new TreeMap<String, Map<String, Optional<Traffic.Acme>>>();
        var wishes = new ArrayList<CertificateWish>();
        for (String folder : open) {
            OrderedFolders.Entrance one = folders.entrance(Path.of(folder)).orElse(null);
            if (one != null) {
                environments
                        .computeIfAbsent(one.environment(), this::released)
                        .getOrDefault(one.name(), Optional.empty())
                        .ifPresent(acme -> wishes.add(wish(one, acme)));
            }
        }
        renewals.pass(wishes);
    }

    /// Those of an environment, by entrance.
    public List<Ordered> of(String environment) {
        var all = new ArrayList<Ordered>();
        released(environment)
                .forEach((name, acme) -> {
                    var entrance = new OrderedFolders.Entrance(environment, name);
                    acme.ifPresent(one -> all.add(status(name, wish(entrance, one))));
                });
        return all;
    }

    private Ordered status(String entrance, CertificateWish wish) {
        try {
            CertificateState state = renewals.state(wish);
            return Ordered.of(entrance, wish.directory(), state, clock.instant());
        } catch (IOException e) {
            String why = "what is kept of it cannot be read: " + e.getMessage();
            var state =
                    new CertificateState(wish.name(), wish.hosts(), null, Instant.EPOCH, 1, why);
            return Ordered.of(entrance, wish.directory(), state, clock.instant());
        }
    }

    private CertificateWish wish(OrderedFolders.Entrance entrance, Traffic.Acme acme) {
        return new CertificateWish(
                entrance.fileName(),
                folders.of(entrance),
                URI.create(acme.directory()),
                acme.contact(),
                acme.hosts(),
                challenge(acme.challenge()),
                acme.trust().isEmpty() ? null : Path.of(acme.trust()));
    }

    private static Challenge challenge(String word) {
        return word.equals(Challenge.TLS_ALPN_01.word())
                ? Challenge.TLS_ALPN_01
                : Challenge.HTTP_01;
    }

    /// What each entrance is by the newest release that says something of it, as the gateway sees
    /// it, too; empty where that orders no certificate.
    private Map<String, Optional<Traffic.Acme>> released(String environment) {
        var entrances = new TreeMap<String, Optional<Traffic.Acme>>();
        journal.list(environment, ReleaseState.unended(), Long.MAX_VALUE, ACTIVE_MAX).stream()
                .filter(row -> row.state().active())
                .sorted(Comparator.comparingLong(ReleaseRow::ordinal).reversed())
                .forEach(row -> add(under(row), entrances));
        journal.scopes(environment).stream()
                .filter(scope -> scope.kind() == Scope.Kind.COMPONENT)
                .flatMap(scope -> journal.history(scope, 1).stream())
                .filter(past -> !past.deployment().isEmpty())
                .sorted(Comparator.comparingLong(Journal.Past::at).reversed())
                .forEach(past -> add(List.of(read(past.deployment())), entrances));
        return entrances;
    }

    /// What a release that is under way leads to.
    private Collection<Deployment> under(ReleaseRow row) {
        Plan plan = codecs.plan().apply(row);
        return row.state() == ReleaseState.ROLLING_BACK
                ? plan.fallback().values()
                : plan.desired().values();
    }

    private static void add(
            Collection<Deployment> deployments, Map<String, Optional<Traffic.Acme>> entrances) {
        for (Deployment deployment : deployments) {
            for (Traffic traffic : deployment.traffic()) {
                for (Traffic.At at : traffic.rules().at()) {
                    entrances.putIfAbsent(at.entrance().name(), acme(at.entrance().tls()));
                }
            }
        }
    }

    private static Optional<Traffic.Acme> acme(Traffic.@Nullable Tls tls) {
        return tls != null && tls.certificates() instanceof Traffic.Acme acme
                ? Optional.of(acme)
                : Optional.empty();
    }

    /// Asked again and again, changed with a release.
    private Deployment read(String text) {
        if (known.size() > KNOWN_MAX) {
            known.clear();
        }
        return known.computeIfAbsent(text, codecs.deployment());
    }
}
