package dev.belay.driver.probe;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Which certificates are believed.
final class Trust {
    private Trust() {}

    /// Those of the authorities that come with the Java runtime.
    static SSLContext ofTheRuntime() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no TLS", missing);
        }
    }

    /// Any. What `sslmode=prefer` and `require` mean to PostgreSQL's and MySQL's own clients: the
    /// line is encrypted, the other end is not proven. A stricter probe would call servers
    /// unreachable that the components reach.
    static SSLContext ofAnyone() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, null);
            return context;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no TLS", missing);
        }
    }

    private static final class Anyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
