package dev.belay.gateway;

import dev.belay.gateway.tls.Certificate;
import dev.belay.gateway.tls.CertificateWatch;
import dev.belay.gateway.tls.ServerNames;
import dev.belay.gateway.tls.TlsUse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The certificates of all ports: those of one folder are read once, however many ports show them.
/// Changed by whoever opens ports; read by anybody.
final class Certificates implements AutoCloseable {
    private final Map<TlsUse, CertificateWatch> watches = new HashMap<>();

    /// A certificate that is shown to clients.
    record Shown(TlsUse use, Certificate certificate) {}

    /// What is served of this, from now on.
    synchronized CertificateWatch of(TlsUse use) {
        return watches.computeIfAbsent(use, CertificateWatch::of);
    }

    /// Gives back what no port shows any more.
    synchronized void closeAllBut(Collection<TlsUse> used) {
        Set<TlsUse> wanted = new HashSet<>(used);
        for (TlsUse one : List.copyOf(watches.keySet())) {
            if (!wanted.contains(one)) {
                CertificateWatch watch = watches.remove(one);
                if (watch != null) {
                    watch.close();
                }
            }
        }
    }

    synchronized List<Shown> shown() {
        var shown = new ArrayList<Shown>();
        watches.forEach((use, watch) -> {
            ServerNames names = watch.names();
            names.all().forEach(one -> shown.add(new Shown(use, one)));
        });
        return shown;
    }

    /// Folders into which certificates are ordered, for ports that are open.
    synchronized List<String> ordered() {
        return watches.keySet().stream()
                .map(TlsUse::source)
                .filter(TlsUse.Ordered.class::isInstance)
                .map(source -> ((TlsUse.Ordered) source).path().toString())
                .distinct()
                .sorted()
                .toList();
    }

    /// What is wrong with their files, in sentences.
    synchronized List<String> problems() {
        return watches.values().stream().flatMap(watch -> watch.problems().stream()).toList();
    }

    @Override
    public void close() {
        closeAllBut(List.of());
    }
}
