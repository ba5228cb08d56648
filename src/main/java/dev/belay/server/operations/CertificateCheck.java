package dev.belay.server.operations;

import dev.belay.driver.acme.Renewals;
import dev.belay.driver.router.TlsUses;
import dev.belay.gateway.tls.CertificateLook;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.problem.Problem;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Whether the gateway could use the certificates of the entrances that components are at, as their
/// files are on this machine now.
///
/// @param wrong with these, nobody could be served
/// @param doubtful certificates that come to their end
public record CertificateCheck(List<Problem> wrong, List<Problem> doubtful) {
    private static final String HINT =
            "relative paths begin at the manifest's folder; `docs/reference/tls.md` says what files"
                    + " hold";

    public CertificateCheck {
        wrong = List.copyOf(wrong);
        doubtful = List.copyOf(doubtful);
    }

    /// Looks at those of an environment.
    public static CertificateCheck of(EnvironmentView view, Instant now) {
        return of(view, view.components().keySet(), now);
    }

    /// Looks at those of the entrances of some of its components.
    static CertificateCheck of(EnvironmentView view, Set<String> components, Instant now) {
        var entrances = new LinkedHashSet<Traffic.Entrance>();
        view.components().values().stream()
                .filter(one -> components.contains(one.name()))
                .forEach(one -> one.rules().at().forEach(at -> entrances.add(at.entrance())));
        var wrong = new Complaints();
        var doubtful = new Complaints();
        for (Traffic.Entrance entrance : entrances) {
            Traffic.Tls tls = entrance.tls();
            if (tls != null) {
                CertificateLook look = look(tls);
                look.problems().forEach(what -> add(wrong, view, entrance, what, HINT));
                ending(look, now)
                        .forEach(what ->
                                add(doubtful, view, entrance, what, "put a new one in its place"));
            }
        }
        return new CertificateCheck(wrong.inOrder(), doubtful.inOrder());
    }

    private static void add(
            Complaints to,
            EnvironmentView view,
            Traffic.Entrance entrance,
            String what,
            String hint) {
        to.add(
                Code.CERTIFICATE,
                view.source().at("entrances", entrance.name(), "tls"),
                "entrance `" + entrance.name() + "`: " + what,
                hint);
    }

    private static CertificateLook look(Traffic.Tls tls) {
        return switch (tls.certificates()) {
            case Traffic.Acme acme ->
                    new CertificateLook(Renewals.trouble(acme.trust()), List.of());
            case Traffic.Folder _, Traffic.Pair _ ->
                    CertificateLook.at(TlsUses.of(tls, Path.of("")));
        };
    }

    private static List<String> ending(CertificateLook look, Instant now) {
        var ending = new ArrayList<String>();
        for (CertificateLook.Usable one : look.usable()) {
            String detail = CertificateStatus.ending(one.until(), now);
            if (!detail.isEmpty()) {
                ending.add("certificate `" + one.file() + "`: " + detail);
            }
        }
        return ending;
    }
}
