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
import java.util.LinkedHashSet;
import java.util.List;

/// Whether the gateway could use the certificates of the entrances that components are at, as their
/// files are on this machine now.
public final class CertificateCheck {
    private CertificateCheck() {}

    public static List<Problem> check(EnvironmentView view) {
        var entrances = new LinkedHashSet<Traffic.Entrance>();
        view.components()
                .values()
                .forEach(one -> one.rules().at().forEach(at -> entrances.add(at.entrance())));
        var wrong = new Complaints();
        for (Traffic.Entrance entrance : entrances) {
            Traffic.Tls tls = entrance.tls();
            if (tls != null) {
                for (String problem : problems(tls)) {
                    wrong.add(
                            Code.CERTIFICATE,
                            view.source().at("entrances", entrance.name(), "tls"),
                            "entrance `" + entrance.name() + "`: " + problem,
                            "relative paths begin at the manifest's folder; `docs/reference/tls.md`"
                                    + " says what files hold");
                }
            }
        }
        return wrong.inOrder();
    }

    private static List<String> problems(Traffic.Tls tls) {
        return switch (tls.certificates()) {
            case Traffic.Acme acme -> Renewals.trouble(acme.trust());
            case Traffic.Folder _, Traffic.Pair _ ->
                    CertificateLook.problems(TlsUses.of(tls, Path.of("")));
        };
    }
}
