package dev.belay.driver.router;

import dev.belay.gateway.tls.TlsUse;
import dev.belay.release.Traffic;
import java.nio.file.Path;

/// What a plan says of TLS, as the gateway takes it.
public final class TlsUses {
    private TlsUses() {}

    /// The same use, in the gateway's terms.
    ///
    /// @param ordered where certificates of this entrance come that an authority gives out
    public static TlsUse of(Traffic.Tls tls, Path ordered) {
        TlsUse use =
                switch (tls.certificates()) {
                    case Traffic.Folder(String path) -> TlsUse.folder(Path.of(path));
                    case Traffic.Pair(String certificate, String key) ->
                            TlsUse.pair(Path.of(certificate), Path.of(key));
                    case Traffic.Acme _ -> TlsUse.ordered(ordered);
                };
        boolean newest = tls.minimum().equals(TlsUse.Minimum.TLS_1_3.text());
        return use.atLeast(newest ? TlsUse.Minimum.TLS_1_3 : TlsUse.Minimum.TLS_1_2);
    }
}
